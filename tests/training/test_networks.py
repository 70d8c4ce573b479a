"""Teacher and student are the paper's, to the parameter."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from edge_runtime.errors import DataError
from training.backbones import BackboneWarning, backbone, parse_name, preprocessing
from training.networks import build
from workshop.presets import NetworkPreset


def preset(**changes: Any) -> NetworkPreset:
    return NetworkPreset(**{"backbones": ("MobileNetV2:0.35",), "weights": "random", **changes})


def test_the_teacher_of_table_4() -> None:
    teacher, origins = build(
        preset(backbones=("VGG19", "ResNet50V2"), filters=1024, dropout=0.5), 224, "teacher", None
    )
    assert teacher.count_params() == 49_222_390
    assert origins == {"VGG19": "random", "ResNet50V2": "random"}
    assert teacher.get_layer("mix").activation is keras.activations.linear


def test_the_student_of_table_4() -> None:
    student, _ = build(preset(backbones=("MobileNetV2",)), 224, "student", None)
    assert student.count_params() == 2_334_966


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("VGG19", "vgg19"),
        ("ResNet50", "resnet"),
        ("ResNet50V2", "resnet_v2"),
        ("MobileNetV2", "mobilenet_v2"),
        ("MobileNetV3Small", "mobilenet_v3"),
        ("DenseNet121", "densenet"),
        ("EfficientNetB0", "efficientnet"),
        ("InceptionV3", "inception_v3"),
        ("NASNetMobile", "nasnet"),
    ],
)
def test_the_preprocessing_layer_is_keras_own(name: str, module: str) -> None:
    """On films: raw 0-255 with three equal channels."""
    gray = np.random.default_rng(1).integers(0, 256, (2, 8, 8, 1)).astype(np.float32)
    film = np.repeat(gray, 3, axis=-1)
    expected = import_module(f"keras.applications.{module}").preprocess_input(film.copy())
    found = np.asarray(preprocessing(name, "rescale")(film))
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_weights_come_from_a_folder_by_name(tmp_path: Path) -> None:
    source, _ = backbone("MobileNetV2:0.35", 96, "random", None)
    source.save_weights(tmp_path / "mobilenet_v2_0.35_224_notop.weights.h5")
    loaded, origin = backbone("MobileNetV2:0.35", 96, "imagenet", tmp_path)
    assert origin == "imagenet (mobilenet_v2_0.35_224_notop.weights.h5)"
    for one, other in zip(source.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    source, _ = backbone("MobileNetV2:0.5", 96, "random", None)
    source.save_weights(tmp_path / "mobilenet_v2_0.35_224_notop.weights.h5")
    with pytest.raises(DataError, match="does not fit MobileNetV2:0.35"):
        backbone("MobileNetV2:0.35", 96, "imagenet", tmp_path)


def test_a_download_that_fails_warns_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the download itself is stood in for: no test may open a connection."""
    real = keras.applications.MobileNetV2

    def offline(*, weights: str | None, **options: Any) -> keras.Model:
        if weights:
            raise Exception("URL fetch failure: no route to host")
        return real(weights=None, **options)

    offline.__signature__ = inspect.signature(real)  # type: ignore[attr-defined]
    monkeypatch.setattr(keras.applications, "MobileNetV2", offline)
    with pytest.warns(BackboneWarning, match="--weights DIR"):
        _, origin = backbone("MobileNetV2", 96, "imagenet", tmp_path)
    assert origin.startswith("random")


@pytest.mark.parametrize(
    ("spec", "words"),
    [("NoSuchNet", "no network"), ("VGG19:0.5", "has no width"), ("MobileNet:x", "a number")],
)
def test_a_wrong_name_is_one_line(spec: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        parse_name(spec)


def test_momentum_is_set_and_precision_is_local() -> None:
    network, _ = build(preset(batch_norm_momentum=0.8, precision="mixed_bfloat16"), 96, "n", None)
    body = next(layer for layer in network.layers if isinstance(layer, keras.Model))
    norms = [one for one in body.layers if isinstance(one, keras.layers.BatchNormalization)]
    assert norms and all(one.momentum == 0.8 for one in norms)
    assert keras.config.dtype_policy().name == "float32"
    assert network.output.dtype == "float32"

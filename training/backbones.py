"""Backbones of keras.applications by name, each with its own preprocessing as a layer."""

from __future__ import annotations

import inspect
import warnings
from pathlib import Path
from typing import Any, Literal

import keras

from edge_runtime.errors import DataError

__all__ = ["BackboneWarning", "backbone", "check_backbone", "parse_name", "preprocessing"]

# What `preprocess_input` of each family's module does to raw 0-255 pixels; the families
# that are not named scale inside their own graph.
CAFFE = ("VGG", "ResNet50", "ResNet101", "ResNet152")
TF = ("MobileNet", "MobileNetV2", "ResNet50V2", "ResNet101V2", "ResNet152V2", "NASNet",
      "Inception", "Xception")  # fmt: skip
TORCH = ("DenseNet",)
INSIDE = ("MobileNetV3", "EfficientNet", "ConvNeXt")


class BackboneWarning(UserWarning):
    """Pretrained weights were asked for and could not be had."""


def parse_name(spec: str) -> tuple[str, float | None]:
    """`"MobileNetV2:0.35"` -> name and width; raises `DataError` for an unknown one."""
    name, _, width = spec.partition(":")
    factory = getattr(keras.applications, name, None)
    if not inspect.isfunction(factory):
        raise DataError(f"no network {name!r} in keras.applications; check the preset's backbones")
    if not width:
        return name, None
    if "alpha" not in inspect.signature(factory).parameters:
        raise DataError(f"{name} has no width; write {name!r} without {':' + width!r}")
    try:
        number = float(width)
    except ValueError:
        number = 0.0
    if not 0.0 < number < 10.0:
        raise DataError(f"{spec!r}: the width must be a number such as 0.35")
    return name, number


def _mode(name: str) -> str:
    for mode, families in (("inside", INSIDE), ("torch", TORCH)):
        if name.startswith(families):
            return mode
    if name.startswith("VGG") or name in CAFFE:
        return "caffe"
    if name.startswith(TF):
        return "tf"
    raise DataError(f"the preprocessing of {name} is not known; add it to training/backbones.py")


def check_backbone(spec: str) -> None:
    """Raise `DataError` for a name that `backbone` would refuse."""
    _mode(parse_name(spec)[0])


def preprocessing(spec: str, name: str) -> keras.layers.Layer:
    """A layer from raw 0-255 RGB with three equal channels to the network's own input.

    Caffe's order is blue, green, red: with equal channels only its means, in that
    order, matter.
    """
    mode = _mode(parse_name(spec)[0])
    if mode == "tf":
        return keras.layers.Rescaling(1 / 127.5, offset=-1.0, name=name)
    if mode == "caffe":
        return keras.layers.Rescaling(1.0, offset=[-103.939, -116.779, -123.68], name=name)
    if mode == "torch":
        deviation = [0.229 * 255, 0.224 * 255, 0.225 * 255]
        offset = [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225]
        return keras.layers.Rescaling([1 / d for d in deviation], offset=offset, name=name)
    return keras.layers.Rescaling(1.0, name=name)


def backbone(
    spec: str, size: int, weights: Literal["imagenet", "random"], folder: Path | None
) -> tuple[keras.Model, str]:
    """A backbone without its top, and where its weights came from.

    Weights are sought in `folder` (`vgg19_notop.weights.h5` and the like), then by
    Keras' own download, and where neither can be had the backbone starts from random
    weights with a `BackboneWarning`.
    """
    name, width = parse_name(spec)
    factory = getattr(keras.applications, name)
    options: dict[str, Any] = {"include_top": False, "input_shape": (size, size, 3)}
    if width is not None:
        options["alpha"] = width
    network: keras.Model = factory(weights=None, **options)
    if weights == "random":
        return network, "random"
    local = _local_file(name, width, folder)
    if local is not None:
        try:
            with warnings.catch_warnings():
                # All that Keras does about a layer that it leaves random is to warn.
                warnings.simplefilter("error", UserWarning)
                network.load_weights(local)
        except (OSError, ValueError, UserWarning) as error:
            raise DataError(f"{local.name} does not fit {spec}: {error}") from error
        return network, f"imagenet ({local.name})"
    try:
        return factory(weights="imagenet", **options), "imagenet (keras.applications)"
    except Exception as error:  # Keras raises a bare Exception for a failed download
        warnings.warn(
            f"no ImageNet weights for {spec} ({str(error).splitlines()[0]}): starting from "
            "random ones; give a folder with --weights DIR",
            BackboneWarning,
            stacklevel=2,
        )
        return network, "random (no ImageNet weights at hand)"


def _local_file(name: str, width: float | None, folder: Path | None) -> Path | None:
    """The file of that network in `folder`: vgg19_notop, mobilenet_v2_0.35_224_notop, ..."""
    if folder is None:
        return None
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder; give the folder of weights with --weights DIR")
    plain = name.lower()
    wanted = {plain} if width is None else set()
    if name.startswith("MobileNet"):
        wanted.add(f"{plain}{width or 1.0}224")
    for path in sorted(folder.glob("*_notop.weights.h5")):
        if path.name.removesuffix("_notop.weights.h5").replace("_", "") in wanted:
            return path
    return None

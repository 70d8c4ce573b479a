"""The same network as `.keras`, `.tflite` and `.onnx`, with and without a contract."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edge_runtime import container
from edge_runtime.contract import Contract
from edge_runtime.errors import ModelError, RunError
from edge_runtime.model import Model
from export.onnx_file import append_files, to_onnx
from tests import tiny
from tests.training.evaluate.cases import TEMPERATURE, THRESHOLD, films_of, network, write_run
from training.evaluate.opened import OpenedModel
from training.evaluate.runs import find_run
from training.evaluate.scorers import open_scorer
from workshop.evidence.scorer import Floats

ROOT = Path(__file__).resolve().parents[3]
LEVELS = (40, 90, 120, 131, 150, 200)
PIXELS = np.stack([tiny.film(level, level) for level in LEVELS])


def opened(path: Path, option: Path | None = None) -> OpenedModel:
    return open_scorer(path, find_run(path, option))


def of(graph: bytes, folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(graph)
    return path


@pytest.fixture(scope="module")
def onnx_graph(tiny_graphs: dict[str, bytes]) -> bytes:
    return to_onnx(tiny_graphs["float32"])


def with_contract(onnx_graph: bytes, tiny_float_model: Path, **changes: object) -> bytes:
    files = container.split(tiny_float_model.read_bytes())[1]
    contract = Contract.from_json(files[container.CONTRACT])._replace(
        **{"graph_sha256": container.sha256(onnx_graph), **changes},  # type: ignore[arg-type]
    )
    return append_files(onnx_graph, {container.CONTRACT: contract.to_json().encode()})


def expected(model: Path) -> Floats:
    runner = Model.open(model)
    return np.array([runner.run(one.tobytes())[0][1] for one in PIXELS])


def test_a_file_of_ours_is_what_the_device_runs(tiny_model: Path) -> None:
    one = opened(tiny_model)
    assert (one.kind, one.threshold, one.scorer.size) == ("tflite", 0.501, tiny.SIZE)
    assert (one.scorer.scores(PIXELS) == expected(tiny_model)).all()
    assert one.scorer.features(PIXELS) is None
    assert one.scorer.scores(PIXELS[:0]).shape == (0,)


def test_a_bare_graph_scores_alike_and_has_no_threshold(
    tiny_model: Path, tiny_float_model: Path, tiny_graphs: dict[str, bytes], tmp_path: Path
) -> None:
    """Its three outputs are found by name, whether it takes uint8 or float."""
    for precision, model in (("int8", tiny_model), ("float32", tiny_float_model)):
        one = opened(of(tiny_graphs[precision], tmp_path, f"{precision}.tflite"))
        assert one.threshold is None and one.contract is None
        np.testing.assert_allclose(one.scorer.scores(PIXELS), expected(model), atol=1e-6)


def test_onnx_with_and_without_a_contract(
    onnx_graph: bytes, tiny_float_model: Path, tmp_path: Path
) -> None:
    bare = opened(of(onnx_graph, tmp_path, "bare.onnx"))
    assert bare.threshold is None
    data = with_contract(onnx_graph, tiny_float_model, threshold=0.3)
    ours = opened(of(data, tmp_path, "ours.onnx"))
    assert (ours.threshold, ours.name) == (0.3, "tiny-float32")
    for one in (bare, ours):
        np.testing.assert_allclose(one.scorer.scores(PIXELS), expected(tiny_float_model), atol=1e-5)
    damaged = with_contract(onnx_graph, tiny_float_model, graph_sha256="0" * 64)
    with pytest.raises(ModelError, match="damaged"):
        opened(of(damaged, tmp_path, "damaged.onnx"))


def test_a_student_is_calibrated_and_gives_features(tmp_path: Path) -> None:
    films = films_of([("a", "covid", 4), ("a", "normal", 4)])
    run = write_run(tmp_path / "run", films, 4, 2)
    one = opened(run / "student.keras")
    assert (one.kind, one.threshold) == ("keras", THRESHOLD)
    mean = PIXELS.mean(axis=(1, 2)) / 127.5 - 1
    logit = 6 * mean
    np.testing.assert_allclose(
        one.scorer.scores(PIXELS), 1 / (1 + np.exp(-logit / TEMPERATURE)), rtol=1e-4
    )
    features = one.scorer.features(PIXELS)
    assert features is not None
    np.testing.assert_allclose(features, np.repeat(mean[:, None], 3, axis=1), atol=1e-5)
    # Elsewhere the same file has no temperature and no threshold.
    alone = opened(of((run / "student.keras").read_bytes(), tmp_path, "student.keras"))
    assert alone.threshold is None and alone.outputs == "two logits"
    np.testing.assert_allclose(alone.scorer.scores(PIXELS), 1 / (1 + np.exp(-logit)), rtol=1e-4)
    again = opened(tmp_path / "student.keras", run)
    assert again.threshold == THRESHOLD


def test_the_teacher_beside_it_is_not(tmp_path: Path) -> None:
    films = films_of([("a", "covid", 4), ("a", "normal", 4)])
    run = write_run(tmp_path / "run", films, 4, 2)
    network(1, "sigmoid").save(run / "teacher.keras")
    teacher = opened(run / "teacher.keras")
    assert (teacher.threshold, teacher.outputs) == (None, "one probability")
    network(2, "softmax").save(run / "student.keras")
    with pytest.raises(ModelError, match="digest differs"):
        opened(run / "student.keras")


def test_networks_of_other_shapes(tmp_path: Path) -> None:
    import keras

    one = network(2, "softmax", "probabilities")
    both = keras.Model(one.input, {"x": one.get_layer("pool").output, "probabilities": one.output})
    both.save(tmp_path / "two.keras")
    found = opened(tmp_path / "two.keras")
    assert found.outputs == "two probabilities"
    np.testing.assert_allclose(
        found.scorer.scores(PIXELS), one.predict_on_batch(_rgb())[:, 1], rtol=1e-5
    )
    tiny.keras_model().save(tmp_path / "fixed.keras")
    with pytest.raises(ModelError, match="1 films at a time"):
        opened(tmp_path / "fixed.keras")
    picture = keras.Input((8, 8, 1))
    keras.Model(picture, keras.layers.Flatten()(picture)).save(tmp_path / "gray.keras")
    with pytest.raises(ModelError, match=r"not \[n, S, S, 3\]"):
        opened(tmp_path / "gray.keras")


def _rgb() -> np.ndarray:
    return np.repeat(PIXELS[..., None], 3, axis=-1).astype(np.float32)


@pytest.mark.parametrize("name", ["a.keras", "a.tflite", "a.onnx"])
def test_what_is_no_model_is_one_line(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        opened(tmp_path / name)
    with pytest.raises(ModelError) as told:
        opened(of(b"no model at all" * 9, tmp_path, name))
    assert "\n" not in str(told.value)
    with pytest.raises(ModelError, match=r"\.keras or \.tflite or \.onnx"):
        opened(of(b"", tmp_path, "model.h5"))


def test_a_file_of_another_run_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    films = films_of([("a", "covid", 4), ("a", "normal", 4)])
    run = write_run(tmp_path / "run", films, 4, 2)
    with pytest.raises(RunError, match="was not exported from"):
        opened(tiny_model, run)
    with pytest.raises(RunError, match="not a run folder"):
        opened(tiny_model, tmp_path)


def test_a_model_file_needs_no_tensorflow() -> None:
    program = (
        "import sys, training.cli, training.evaluate.command, training.evaluate.tflite_scorer, "
        "training.evaluate.onnx_scorer; print({'keras', 'tensorflow'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"

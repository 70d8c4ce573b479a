"""Readers that nobody here wrote agree with ours on what an exported file says and answers."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from edge_runtime.contract import NOTICE
from edge_runtime.interpreters import OUTPUTS
from edge_runtime.model import BUNDLED, Model, model_path
from export.metadata_reader import read
from export.run import FLOAT, INT8
from tests.environments import ROOT, environment

FILES = [INT8, FLOAT, BUNDLED]

# Each program takes a model file and golden inputs as `[n, S, S, 3]`, which its own resizing
# leaves as they are, and prints for each input each head's [name, label by label, score].
MEDIAPIPE = """
import json, sys
import mediapipe, numpy
from mediapipe.tasks.python import BaseOptions, vision
options = vision.ImageClassifierOptions(
    base_options=BaseOptions(model_asset_path=sys.argv[1]), **json.loads(sys.argv[3]))
answers = []
with vision.ImageClassifier.create_from_options(options) as classifier:
    for film in numpy.load(sys.argv[2]):
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=film)
        answers.append([[head.head_name, [[one.index, one.category_name, one.score]
                         for one in head.categories]]
                        for head in classifier.classify(image).classifications])
print(json.dumps(answers))
"""
TFLITE_SUPPORT = """
import json, sys
import numpy
from tensorflow_lite_support.metadata.cc.python import _pywrap_metadata_version as version
from tflite_support import metadata
from tflite_support.task import core, processor, vision
shown = metadata.MetadataDisplayer.with_model_file(sys.argv[1])
options = vision.ImageClassifierOptions(
    base_options=core.BaseOptions(file_name=sys.argv[1]),
    classification_options=processor.ClassificationOptions(**json.loads(sys.argv[3])))
classifier = vision.ImageClassifier.create_from_options(options)
names = [one["name"] for one in
         json.loads(shown.get_metadata_json())["subgraph_metadata"][0]["output_tensor_metadata"]]
answers = []
for film in numpy.load(sys.argv[2]):
    found = classifier.classify(vision.TensorImage.create_from_array(film)).classifications
    answers.append([[names[head.head_index], [[one.index, one.category_name, one.score]
                     for one in head.categories]] for head in found])
print(json.dumps({
    "answers": answers,
    "metadata": json.loads(shown.get_metadata_json()),
    "files": shown.get_packed_associated_file_list(),
    "labels": shown.get_associated_file_buffer("labels.txt").decode(),
    "parser": version.GetMinimumMetadataParserVersion(shown.get_metadata_buffer()),
}))
"""
LOW = {"score_threshold": 1e-9}  # in place of the file's own, so that every label is reported


def file_of(exported: Path, name: str) -> Path:
    """A file of the tests' export, or the bundled model."""
    return model_path() if name == BUNDLED else exported / name


def _films(model: Model) -> npt.NDArray[np.uint8]:
    size = model.contract.input_size
    grays = [np.frombuffer(item.pixels(), np.uint8) for item in model.goldens.items]
    return np.stack([np.repeat(gray.reshape(size, size, 1), 3, axis=2) for gray in grays])


def ask(python: Path, program: str, path: Path, folder: Path, options: Any) -> Any:
    """What a program of another environment prints of the golden inputs."""
    np.save(folder / "films.npy", _films(Model.open(path)))
    done = subprocess.run(
        [python, "-c", program, path, folder / "films.npy", json.dumps(options)],
        capture_output=True, text=True, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def agree(answers: Any, path: Path, tolerance: dict[str, float]) -> None:
    """Every head has the values that our runtime gives, labels where there are classes."""
    with Model.open(path) as model:
        order = sorted(model.contract.outputs, key=lambda name: model.contract.outputs[name])
        assert len(answers) == len(model.goldens.items) == 3
        for item, heads in zip(model.goldens.items, answers, strict=True):
            probabilities, heatmap, novelty = model.run(item.pixels())
            ours = {"probabilities": probabilities, "heatmap": heatmap, "novelty": (novelty,)}
            assert [name for name, _ in heads] == order
            for name, categories in heads:
                values = {index: score for index, _, score in categories}
                for index, expected in enumerate(ours[name]):
                    # A reader leaves out what is below even the lowest threshold.
                    assert values.get(index, 0.0) == pytest.approx(expected, abs=tolerance[name])
            labels = dict(by_label(dict(heads)["probabilities"]))
            assert set(labels) == {"normal", "covid"}
            off = tolerance["probabilities"]
            assert labels["covid"] == pytest.approx(probabilities[1], abs=off)


def by_label(categories: Any) -> list[tuple[str, float]]:
    return [(label, score) for _, label, score in categories]


def reader(name: str, module: str, newest: tuple[int, int]) -> Path:
    """The Python of a reader's environment; skips where a library of the system is missing."""
    python = environment(name, ROOT / f"requirements/{name}.txt", newest=newest)
    done = subprocess.run([python, "-c", f"import {module}"], capture_output=True, text=True)
    if "cannot open shared object file" in done.stderr:
        pytest.skip(f"{done.stderr.strip().splitlines()[-1]} (.ci/run lists the packages)")
    return python


@pytest.fixture(scope="module")
def mediapipe() -> Path:
    return reader("mediapipe", "mediapipe.tasks.python.vision", (3, 13))


@pytest.fixture(scope="module")
def tflite_support() -> Path:
    return reader("tflite-support", "tflite_support.task", (3, 11))


@pytest.mark.parametrize("name", FILES)
def test_mediapipe_classifies_as_we_do(
    exported: Path, mediapipe: Path, tmp_path: Path, name: str
) -> None:
    answers = ask(mediapipe, MEDIAPIPE, file_of(exported, name), tmp_path, LOW)
    off = 1e-5 if name == FLOAT else 0.0
    agree(answers, file_of(exported, name), dict.fromkeys(OUTPUTS, off))


@pytest.mark.parametrize("name", FILES)
def test_mediapipe_takes_the_file_s_threshold(
    exported: Path, mediapipe: Path, tmp_path: Path, name: str
) -> None:
    answers = ask(mediapipe, MEDIAPIPE, file_of(exported, name), tmp_path, {})
    with Model.open(file_of(exported, name)) as model:
        for item, heads in zip(model.goldens.items, answers, strict=True):
            scores = dict(zip(("normal", "covid"), item.probabilities, strict=True))
            reported = [label for label, _ in by_label(dict(heads)["probabilities"])]
            above = {one for one, score in scores.items() if score >= model.contract.threshold}
            assert set(reported) == above


@pytest.mark.parametrize("name", FILES)
def test_tflite_support_reads_and_classifies(
    exported: Path, tflite_support: Path, tmp_path: Path, name: str
) -> None:
    path = file_of(exported, name)
    said = ask(tflite_support, TFLITE_SUPPORT, path, tmp_path, LOW)
    with Model.open(path) as model:
        contract = model.contract
        # Its TensorFlow Lite is of 2023 and rounds elsewhere.
        other = model.goldens.tolerance["other"]
        agree(said["answers"], path, other._asdict())
    assert sorted(said["files"]) == ["MODEL_CARD.md", "contract.json", "golden.json", "labels.txt"]
    assert said["labels"] == "normal\ncovid\n"
    found, ours = said["metadata"], read(path.read_bytes())
    assert found["min_parser_version"] == said["parser"] == ours.parser_version
    assert found["name"] == contract.name and found["version"] == contract.version
    assert NOTICE in found["description"] and contract.precision in found["description"]
    assert found["author"] == contract.author
    assert found["license"] == f"{contract.licence}. Code: Apache-2.0."
    (subgraph,) = found["subgraph_metadata"]
    (film,) = subgraph["input_tensor_metadata"]
    size = contract.input_size
    assert film["content"] == {
        "content_properties_type": "ImageProperties",
        "content_properties": {
            "color_space": "RGB", "default_size": {"width": size, "height": size},
        },
    }  # fmt: skip
    assert film["process_units"][0]["options"] == {"mean": [0.0], "std": [1.0]}
    assert film["stats"] == {"max": [255.0], "min": [0.0]}
    outputs = subgraph["output_tensor_metadata"]
    assert [one["name"] for one in outputs] == [head.name for head in ours.heads]
    assert [one["description"] for one in outputs] == [head.description for head in ours.heads]
    classes = outputs[contract.outputs["probabilities"]]
    assert classes["associated_files"][0]["type"] == "TENSOR_AXIS_LABELS"
    threshold = classes["process_units"][0]["options"]["global_score_threshold"]
    assert threshold == pytest.approx(contract.threshold, abs=1e-6)


@pytest.mark.parametrize("name", FILES)
def test_unzip_lists_and_tests_the_files(exported: Path, name: str) -> None:
    path = file_of(exported, name)
    if shutil.which("unzip") is None:
        pytest.skip("unzip is not installed")
    listed = subprocess.run(["unzip", "-l", path], capture_output=True, text=True)
    assert listed.returncode == 0 and listed.stdout.rstrip().endswith("4 files"), listed.stderr
    tested = subprocess.run(["unzip", "-t", path], capture_output=True, text=True)
    assert tested.returncode == 0 and tested.stdout.count(" OK\n") == 4
    with zipfile.ZipFile(path) as archive:
        assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}

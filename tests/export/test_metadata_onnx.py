"""An ONNX file says in the specification's own places what it is; ONNX's tools read it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edge_runtime import __version__, container
from edge_runtime.contract import NOTICE, Contract
from edge_runtime.errors import ModelError
from export.metadata import About
from export.metadata_onnx import _version_number, check_onnx, described_onnx, read_onnx
from export.onnx_file import append_files, open_onnx, split_files
from export.run import ONNX
from export.verify import verify


@pytest.fixture(scope="module")
def data(exported: Path) -> bytes:
    return (exported / ONNX).read_bytes()


def _about(contract: Contract) -> About:
    one = contract
    return About(
        one.name, one.version, one.precision, one.input_size, one.threshold,
        one.novelty_threshold, one.author, one.licence,
    )  # fmt: skip


def test_onnx_and_its_runtime_read_it(data: bytes) -> None:
    import onnx
    import onnxruntime

    model = onnx.load_from_string(data)
    onnx.checker.check_model(model, full_check=True)
    contract = Contract.from_json(split_files(data)[1][container.CONTRACT])
    options = onnxruntime.SessionOptions()
    meta = onnxruntime.InferenceSession(
        data, options, providers=["CPUExecutionProvider"]
    ).get_modelmeta()
    assert (meta.producer_name, meta.domain, meta.graph_name) == ("cxr-edge", "cxr-edge", "cxr")
    assert model.producer_version == __version__
    assert meta.version == 1  # 0.0.1, as the specification packs it
    assert meta.description.startswith("fake 0.0.1. ") and NOTICE in meta.description
    props = meta.custom_metadata_map
    assert props["model_author"] == contract.author
    assert props["model_license"] == f"{contract.licence}. Code: Apache-2.0."
    assert props["Image.BitmapPixelFormat"] == "Rgb8"
    assert props["Image.NominalPixelRange"] == "NominalRange_0_255"
    assert json.loads(props["contract.json"])["labels"] == props["labels.txt"].split()
    film = model.graph.input[0].type
    assert film.denotation == "IMAGE"
    assert [one.denotation for one in film.tensor_type.shape.dim][-1] == "DATA_CHANNEL"


def test_the_same_model_gives_the_same_bytes_and_answers(data: bytes) -> None:
    graph, files = split_files(data)
    contract = Contract.from_json(files[container.CONTRACT])
    other = described_onnx(graph, replace(_about(contract), name="another", version="2.1"))
    again = described_onnx(other, _about(contract))
    assert again == graph and append_files(again, files) == data
    film = os.urandom(contract.input_size**2)
    assert open_onnx(other).run(film) == open_onnx(graph).run(film)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"doc_string": "fake 0.0.1. A medical device."}, "doc_string"),
        ({"doc_string": f"another 0.0.1. {NOTICE}"}, "doc_string"),
        ({"model_version": 7}, "version"),
        ({"producer_name": "tf2onnx"}, "producer"),
        ({"model_author": "another"}, "model_author"),
        ({"model_license": "free"}, "model_license"),
        ({"Image.BitmapPixelFormat": "Bgr8"}, "BitmapPixelFormat"),
        ({"labels.txt": "covid\nnormal\n"}, "labels"),
    ],
)
def test_verify_names_what_differs(
    data: bytes, tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    """With the digest made right again, where the change is inside what it covers."""
    import onnx

    model = onnx.load_from_string(data)
    (key, value) = next(iter(change.items()))
    if hasattr(model, key):
        setattr(model, key, value)
    for prop in model.metadata_props:
        prop.value = value if prop.key == key else prop.value
    digest = container.sha256(split_files(model.SerializeToString(deterministic=True))[0])
    for prop in model.metadata_props:
        if prop.key == container.CONTRACT:
            contract = Contract.from_json(prop.value)._replace(graph_sha256=digest)
            prop.value = contract.to_json()
    path = tmp_path / "changed.onnx"
    path.write_bytes(model.SerializeToString(deterministic=True))
    with pytest.raises(ModelError, match=says):
        verify(path)


def test_one_changed_field_is_damage(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "changed.onnx"
    path.write_bytes(data.replace(b"fake 0.0.1. ", b"fake 0.0.2. "))
    with pytest.raises(ModelError, match="damaged"):
        verify(path)


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(ModelError, match="not an ONNX model"):
        read_onnx(b"no model")


def test_reading_gives_json(data: bytes) -> None:
    found = read_onnx(data)
    check_onnx(
        found, Contract.from_json(split_files(data)[1][container.CONTRACT]), split_files(data)[1]
    )
    assert json.loads(json.dumps(found.to_dict()))["producer"] == "cxr-edge"


@pytest.mark.parametrize(
    ("version", "number"),
    [
        ("3", 3), ("1.2.3", 0x0001000200000003), ("0.1", 0x100000000), ("0.0.1", 1),
        ("unknown", 0), ("1.2.3-rc1", 0), ("99999.1", 0), ("", 0),
    ],
)  # fmt: skip
def test_versions_are_packed_as_the_specification_says(version: str, number: int) -> None:
    assert _version_number(version) == number

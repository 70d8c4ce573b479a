"""`verify` fails where a file's metadata is not what its contract says, and names what differs.

Each file is damaged in one place and made whole everywhere else: digest, contract, golden.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_runtime import container
from edge_runtime.contract import Contract
from edge_runtime.errors import EdgeError, ModelError
from edge_runtime.interpreters import open_interpreter
from export.metadata import LABELS_FILE
from export.metadata_graph import metadata_buffer, output_names, with_metadata
from export.metadata_reader import check, read
from export.metadata_schema import (
    GRAPH_IDENTIFIER,
    METADATA_IDENTIFIER,
    Content,
    ImageProperties,
    ImageSize,
    Model,
    ModelMetadata,
    Normalization,
    ProcessUnit,
    Stats,
    SubGraph,
    SubGraphMetadata,
    TensorMetadata,
)
from export.metadata_table import Table, root
from export.run import INT8
from export.verify import verify

Parts = tuple[bytes, Contract, dict[str, bytes]]


@pytest.fixture(scope="module")
def parts(exported: Path) -> Parts:
    """Graph, contract and files of the exported int8 file."""
    graph, files = container.split((exported / INT8).read_bytes())
    return graph, Contract.from_json(files[container.CONTRACT]), files


@pytest.fixture
def checked(tmp_path: Path, parts: Parts) -> Callable[..., None]:
    """Verify a file of these parts, with its digest and its outputs' places made right."""

    def verified(
        graph: bytes, contract: dict[str, Any] | None = None, files: dict[str, bytes] | None = None
    ) -> None:
        said = parts[1]._replace(
            graph_sha256=container.sha256(graph),
            outputs=open_interpreter(graph).positions,
            **(contract or {}),
        )
        inside = {**parts[2], **(files or {}), container.CONTRACT: said.to_json().encode()}
        path = tmp_path / "file.tflite"
        path.write_bytes(container.append(graph, {k: v for k, v in inside.items() if v}))
        verify(path)

    return verified


def swapped(graph: bytes) -> bytes:
    """The first two outputs of the subgraph in each other's place."""
    subgraph = root(graph, GRAPH_IDENTIFIER).tables(Model.SUBGRAPHS)[0]
    start, _ = subgraph._vector(SubGraph.OUTPUTS, 4)
    first, second = struct.unpack_from("<2i", graph, start)
    data = bytearray(graph)
    struct.pack_into("<2i", data, start, second, first)
    return bytes(data)


def test_what_was_exported_passes(parts: Parts, checked: Callable[..., None]) -> None:
    checked(parts[0])
    check(read(container.append(parts[0], parts[2])), parts[1], parts[2])


def test_swapped_outputs_fail(parts: Parts, checked: Callable[..., None]) -> None:
    """The graph gives the same answers by name; only the heads' order is wrong."""
    data = swapped(parts[0])
    assert output_names(data) == (*reversed(output_names(parts[0])[:2]), output_names(data)[2])
    with pytest.raises(ModelError, match="metadata says heads"):
        checked(data)


def test_a_wrong_label_order_fails(parts: Parts, checked: Callable[..., None]) -> None:
    with pytest.raises(ModelError, match="metadata says labels"):
        checked(parts[0], files={LABELS_FILE: b"covid\nnormal\n"})


def test_a_missing_file_fails(parts: Parts, checked: Callable[..., None]) -> None:
    with pytest.raises(ModelError, match=r"lacks the associated file MODEL_CARD\.md"):
        checked(parts[0], files={"MODEL_CARD.md": b""})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"threshold": 0.4}, "threshold"),
        ({"name": "another"}, "name"),
        ({"version": "9"}, "version"),
        ({"author": "another"}, "author"),
        ({"licence": "free for all"}, "licence"),
        ({"notice": "A medical device."}, "notice"),
    ],
)
def test_a_contract_that_says_otherwise_fails(
    parts: Parts, checked: Callable[..., None], change: dict[str, Any], says: str
) -> None:
    with pytest.raises(ModelError, match=says):
        checked(parts[0], change)


def test_a_threshold_moved_by_one_bit_fails(parts: Parts, checked: Callable[..., None]) -> None:
    graph = parts[0]
    before = struct.pack("<f", parts[1].threshold)
    after = bytes([before[0] ^ 1]) + before[1:]
    front = graph.index(METADATA_IDENTIFIER)
    assert graph[front : front + 4096].count(before) == 1
    at = graph.index(before, front)
    with pytest.raises(ModelError, match="metadata says threshold"):
        checked(graph[:at] + after + graph[at + 4 :])


def tables(graph: bytes) -> tuple[int, Table, list[Table]]:
    """Where the metadata begins in the graph, its input and its heads."""
    blob = metadata_buffer(graph)
    assert blob is not None
    subgraph = root(blob, METADATA_IDENTIFIER).tables(ModelMetadata.SUBGRAPHS)[0]
    (film,) = subgraph.tables(SubGraphMetadata.INPUTS)
    return graph.index(blob), film, subgraph.tables(SubGraphMetadata.OUTPUTS)


def value_of(table: Table, *path: int) -> int:
    """Place of the number at the end of a path of fields."""
    *way, last = path
    for field in way:
        inner = table.table(field)
        assert inner is not None
        table = inner
    return table.place + table._at(last)


def first_of(table: Table | None, field: int) -> int:
    """Place of the first number of a list."""
    assert table is not None
    return table._vector(field, 4)[0]


def places(graph: bytes) -> dict[str, int]:
    start, film, heads = tables(graph)
    content = film.table(TensorMetadata.CONTENT)
    assert content is not None
    unit = film.tables(TensorMetadata.PROCESS_UNITS)[0].table(ProcessUnit.KIND + 1)
    size = (Content.PROPERTIES, ImageProperties.DEFAULT_SIZE, ImageSize.HEIGHT)
    found = {
        "size": value_of(content, *size),
        "mean": first_of(unit, Normalization.MEAN),
        "std": first_of(unit, Normalization.STD),
        "greatest pixel": first_of(film.table(TensorMetadata.STATS), Stats.MAX),
        "least score": first_of(heads[-1].table(TensorMetadata.STATS), Stats.MIN),
    }
    return {name: start + place for name, place in found.items()}


@pytest.mark.parametrize(
    ("name", "says"),
    [("size", "input"), ("mean", "input"), ("std", "input"), ("greatest pixel", "input"),
     ("least score", "ranges")],
)  # fmt: skip
def test_other_numbers_fail(
    parts: Parts, checked: Callable[..., None], name: str, says: str
) -> None:
    """Each changed in the metadata alone."""
    data = bytearray(parts[0])
    data[places(parts[0])[name] + 2] ^= 1
    with pytest.raises(ModelError, match=f"metadata says {says}"):
        checked(bytes(data))


def test_a_graph_without_metadata_fails(parts: Parts, checked: Callable[..., None]) -> None:
    with pytest.raises(ModelError, match="carries no TFLite metadata"):
        checked(parts[0].replace(b"TFLITE_METADATA", b"TFLITE_METADATB"))
    with pytest.raises(ModelError, match="metadata is damaged"):
        checked(with_metadata(parts[0].replace(b"TFLITE_METADATA", b"TFLITE_METADATB"), b"none"))


def test_one_changed_byte_fails(exported: Path, parts: Parts, tmp_path: Path) -> None:
    data = (exported / INT8).read_bytes()
    path = tmp_path / "changed.tflite"

    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
    @given(st.integers(0, len(parts[0]) - 1), st.integers(1, 255))
    def fails(place: int, bits: int) -> None:
        changed = bytearray(data)
        changed[place] ^= bits
        path.write_bytes(changed)
        with pytest.raises(EdgeError):
            verify(path)

    fails()

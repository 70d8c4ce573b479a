"""A model file, looked into: what it says of itself, what is in it, what it costs.

Needs no TensorFlow. A file of other people's has no contract, and is told the rest.
"""

from __future__ import annotations

import importlib
from collections import Counter
from pathlib import Path
from typing import Any

from edge_runtime import container
from edge_runtime.contract import Contract
from edge_runtime.errors import ModelError
from export.inspect_delegate import ask
from export.inspect_onnx import read_onnx
from export.inspect_record import Delegation, Graph, Inspection, Operators
from export.inspect_tflite import is_tflite, read_tflite
from export.onnx_file import split_files

__all__ = ["inspect_file"]

LABELS = "labels.txt"


def inspect_file(path: Path) -> Inspection:
    """Look into a `.tflite` or `.onnx` file; raises `ModelError` where it is none or damaged."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    lite = is_tflite(data)
    if not lite and path.suffix != ".onnx":
        raise ModelError(f"{path} is no model: neither a .tflite file nor one named .onnx")
    try:
        bare, files = container.split(data) if lite else split_files(data)
        contract = _contract(bare, files, data)
        graph = read_tflite(bare) if lite else read_onnx(bare)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from error
    told = ask(bare) if lite else "XNNPACK runs .tflite files"
    taken = set(told["taken"]) if isinstance(told, dict) else None
    metadata, missing = _metadata(data, lite)
    return Inspection(
        file=str(path),
        format="tflite" if lite else "onnx",
        file_bytes=len(data),
        graph_bytes=len(bare),
        weight_bytes=sum(one.bytes for one in graph.weights),
        file_sha256=container.sha256(data),
        graph_sha256=container.sha256(bare),
        contract=None if contract is None else contract._asdict(),
        metadata=metadata,
        metadata_missing=missing,
        files={name: len(files[name]) for name in sorted(files)},
        graph=graph,
        operators=_operators(graph, taken),
        delegation=_delegation(graph, told) if isinstance(told, dict) else None,
        delegation_missing=told if isinstance(told, str) else None,
        macs=sum(layer.macs or 0 for layer in graph.layers),
        macs_missing=tuple(sorted({one.operator for one in graph.layers if one.macs is None})),
    )


def _contract(graph: bytes, files: dict[str, bytes], data: bytes) -> Contract | None:
    """The contract, if it is this graph's; None where the file never had one."""
    if container.CONTRACT not in files:
        if container.CONTRACT.encode() in data and b"graph_sha256" in data:
            raise ModelError("the file is damaged: its contract cannot be found; get it again")
        return None
    if gone := {container.GOLDEN, LABELS} - files.keys():
        raise ModelError(f"the file is damaged: {min(gone)} is not in it any more; get it again")
    contract = Contract.from_json(files[container.CONTRACT])
    if container.sha256(graph) != contract.graph_sha256:
        raise ModelError(
            "the file is damaged: its graph is not the one of its contract; get it again"
        )
    return contract


def _metadata(data: bytes, lite: bool) -> tuple[dict[str, Any] | None, str | None]:
    """The standard TFLite metadata, else why there is none."""
    if not lite:
        return None, "TFLite metadata is for .tflite files"
    try:
        reader = importlib.import_module("export.metadata_reader")
    except ModuleNotFoundError:
        return None, "not read: this checkout has no reader for it"
    try:
        found = reader.read(data)
    except ModelError as error:
        return None, str(error)
    return (None, "the graph carries none") if found is None else (found.to_dict(), None)


def _operators(graph: Graph, taken: set[int] | None) -> tuple[Operators, ...]:
    """The layers by kind, what costs most first."""
    found = []
    for kind in {(layer.operator, layer.version) for layer in graph.layers}:
        part = [layer for layer in graph.layers if (layer.operator, layer.version) == kind]
        found.append(
            Operators(
                *kind,
                count=len(part),
                xnnpack=None if taken is None else sum(one.index in taken for one in part),
                macs=sum(one.macs or 0 for one in part),
                weight_bytes=sum(one.weight_bytes for one in part),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.macs, -one.count, one.operator, one.version)))


def _delegation(graph: Graph, told: dict[str, Any]) -> Delegation:
    taken = set(told["taken"])
    left = Counter(layer.operator for layer in graph.layers if layer.index not in taken)
    return Delegation(
        told["runtime"], len(graph.layers), len(taken), told["partitions"],
        dict(sorted(left.items())),
    )  # fmt: skip

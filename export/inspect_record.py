"""What `python -m export inspect` finds in a model file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Delegation", "Graph", "Inspection", "Layer", "Operators", "Tensor", "Weights"]


@dataclass(frozen=True)
class Tensor:
    """An input or output of the graph. Scale and zero point are `None` where it has none."""

    name: str
    dtype: str
    shape: tuple[int, ...]  # -1 where the size is open
    scale: float | None
    zero_point: int | None


@dataclass(frozen=True)
class Layer:
    """One operator of the graph, with what it costs."""

    index: int
    operator: str
    version: int
    name: str  # of its first output
    shape: tuple[int, ...]  # of its first output
    macs: int | None  # None where this operator's cannot be counted
    weight_bytes: int  # constants that it is the first to read


@dataclass(frozen=True)
class Operators:
    """All operators of one kind and version."""

    operator: str
    version: int
    count: int
    xnnpack: int | None  # how many of them XNNPACK takes; None where that is not known
    macs: int
    weight_bytes: int


@dataclass(frozen=True)
class Weights:
    """All constants of one type."""

    dtype: str
    tensors: int
    per_channel: int  # of them with a scale a channel
    per_tensor: int  # with one scale; the rest have none
    bytes: int


@dataclass(frozen=True)
class Delegation:
    """What XNNPACK takes of the graph, by LiteRT's own account on this machine."""

    runtime: str
    nodes: int
    taken: int
    partitions: int  # stretches that XNNPACK runs in one go
    left: dict[str, int]  # operator -> how many run outside


@dataclass(frozen=True)
class Graph:
    """What a reader of one format finds in a graph."""

    made_by: str  # what the graph says of its converter
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    tensors: int
    activations: dict[str, int]  # type -> tensors that are computed
    weights: tuple[Weights, ...]
    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class Inspection:
    """All of it, ready for JSON."""

    file: str
    format: str  # "tflite" | "onnx"
    file_bytes: int
    graph_bytes: int
    weight_bytes: int
    file_sha256: str
    graph_sha256: str
    contract: dict[str, Any] | None
    metadata: dict[str, Any] | None
    metadata_missing: str | None  # why there is none
    files: dict[str, int]  # inside the model file: name -> bytes
    graph: Graph
    operators: tuple[Operators, ...]
    delegation: Delegation | None
    delegation_missing: str | None  # why it is not known
    macs: int
    macs_missing: tuple[str, ...]  # operators whose multiply-adds are not in `macs`
    schema: int = 1

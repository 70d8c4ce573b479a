"""What a comparison of runtimes measured: the samples of every round, from which figures follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["OURS", "PEERS_SCHEMA", "Peers", "Row"]

PEERS_SCHEMA = 1
OURS = "cxr-edge"


@dataclass(frozen=True)
class Row:
    """One runtime with one file and number of threads; `missing` says why it has no figure.

    Each tuple has a value a round, in the order of the rounds: every round is one process, whose
    median and 90th percentile stand here, and one whole cold process.
    """

    peer: str
    precision: str  # "int8" | "float32"
    threads: int
    setting: str  # what was chosen, in words
    version: str = ""
    file: str = ""
    file_bytes: int = 0
    p50_ms: tuple[float, ...] = ()
    p90_ms: tuple[float, ...] = ()
    peak_kib: tuple[int, ...] = ()  # VmHWM at the end
    cold_ms: tuple[float, ...] = ()  # from nothing to the end of the process, one answer given
    cold_kib: tuple[int, ...] = ()
    samples: int = 0  # in all rounds
    # By output, the largest difference from what the golden inputs must give.
    differences: dict[str, float] = field(default_factory=dict)
    other_answers: int = 0  # golden inputs that are answered otherwise
    golden: bool = False  # within the file's tolerance for such an interpreter, same answers
    missing: str | None = None


@dataclass(frozen=True)
class Peers:
    """One run of `python -m benchmarks peers`."""

    model: dict[str, str]  # name, version
    graphs: dict[str, str]  # by precision, the graph_sha256 of the `.tflite`
    golden_inputs: int
    machine: dict[str, Any]
    started: str  # ISO 8601, UTC
    rounds: int
    seed: int
    flags: tuple[str, ...]
    rows: tuple[Row, ...]
    schema: int = PEERS_SCHEMA

"""A graph becomes a model file: contract, golden inputs, labels and card inside."""

from __future__ import annotations

import math
from dataclasses import dataclass

from edge_runtime import container
from edge_runtime.contract import LABELS, Contract
from edge_runtime.film_rules import RULES
from edge_runtime.golden import Golden, to_json
from edge_runtime.interpreters import Interpreter
from edge_runtime.model import Model
from edge_runtime.pixels import PIXELS_VERSION
from export import onnx_file
from export.card import AUTHOR, LICENCE
from workshop.records import ParityReport, StudentRecord

__all__ = ["Graph", "bare_model", "contract_of", "packed"]


@dataclass(frozen=True)
class Graph:
    """A converted graph, open and digested, not yet a model file."""

    file: str
    precision: str
    data: bytes
    interpreter: Interpreter

    @property
    def lite(self) -> bool:
        """Whether it is a `.tflite`; else it is ONNX."""
        return self.file.endswith(".tflite")

    @property
    def sha256(self) -> str:
        """`graph_sha256`."""
        return container.sha256(self.data)


def contract_of(
    graph: Graph,
    record: StudentRecord,
    parity: ParityReport,
    threshold: float,
    novelty_threshold: float,
) -> Contract:
    """What the file will say of itself. Nothing in it depends on when or where it was made.

    The borderline width is rounded up to 1e-4, past what threads change in a sum.
    """
    one = graph.interpreter
    grid = math.isqrt(len(one.run(bytes(one.input_size**2))["heatmap"]))
    return Contract(
        name=record.name,
        version=record.version,
        precision=graph.precision,
        graph_sha256=graph.sha256,
        input_size=one.input_size,
        input_dtype=one.input_dtype,
        input_scale=one.input_scale,
        input_zero_point=one.input_zero_point,
        outputs=dict(sorted(one.positions.items())),
        heatmap_grid=grid,
        threshold=threshold,
        borderline_width=math.ceil(parity.p99_dp * 1e4) / 1e4,
        novelty_threshold=novelty_threshold,
        temperature=record.temperature,
        film_rules=dict(RULES),
        pixels=PIXELS_VERSION,
        made_by={**record.made_by, "data_fingerprint": record.data_fingerprint},
        author=AUTHOR,
        licence=LICENCE,
    )


def bare_model(contract: Contract, interpreter: Interpreter) -> Model:
    """A model that has no golden inputs yet."""
    return Model(contract, interpreter, Golden((), {}))


def packed(graph: Graph, contract: Contract, golden: Golden, card: str) -> bytes:
    """The bytes of the model file."""
    files = {
        container.CONTRACT: contract.to_json().encode(),
        container.GOLDEN: to_json(golden).encode(),
        "labels.txt": ("\n".join(LABELS) + "\n").encode(),
        "MODEL_CARD.md": card.encode(),
    }
    if graph.lite:
        return container.append(graph.data, files)
    return onnx_file.append_files(graph.data, files)

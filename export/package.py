"""Contract, golden inputs and card around a graph: the file that a device gets."""

from __future__ import annotations

from edge_runtime.container import CONTRACT, GOLDEN
from edge_runtime.contract import LABELS, Contract
from edge_runtime.film_rules import RULES
from edge_runtime.golden import Golden, to_json
from edge_runtime.interpreters import Interpreter
from edge_runtime.pixels import PIXELS_VERSION
from workshop.records import StudentRecord

__all__ = ["AUTHOR", "LICENCE", "contract_of", "files_of"]

AUTHOR = "The cxr-edge authors"
LICENCE = "Code Apache-2.0; weights for non-commercial research only"


def contract_of(
    record: StudentRecord,
    precision: str,
    graph_sha256: str,
    interpreter: Interpreter,
    borderline_width: float,
    grid: int,
) -> Contract:
    """What the file says of itself. Thresholds stand between two int8 steps already."""
    return Contract(
        name=record.name,
        version=record.version,
        precision=precision,
        graph_sha256=graph_sha256,
        input_size=record.input_size,
        input_dtype=interpreter.input_dtype,
        input_scale=interpreter.input_scale,
        input_zero_point=interpreter.input_zero_point,
        outputs=interpreter.positions,
        heatmap_grid=grid,
        threshold=record.threshold,
        borderline_width=borderline_width,
        novelty_threshold=record.novelty_threshold,
        temperature=record.temperature,
        film_rules=dict(RULES),
        pixels=PIXELS_VERSION,
        made_by={**record.made_by, "data_fingerprint": record.data_fingerprint},
        author=AUTHOR,
        licence=LICENCE,
    )


def files_of(contract: Contract, golden: Golden, card: str) -> dict[str, bytes]:
    """The associated files by name."""
    return {
        CONTRACT: contract.to_json().encode(),
        GOLDEN: to_json(golden).encode(),
        "labels.txt": ("\n".join(LABELS) + "\n").encode(),
        "MODEL_CARD.md": card.encode(),
    }

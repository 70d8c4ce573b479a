"""What is known of the accuracy of the files that were measured, by their graphs' digests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_runtime.errors import DataError
from workshop.records import EvaluationReport, Interval, ParityReport
from workshop.records_io import parse

__all__ = ["BUNDLED", "Accuracy", "front", "known_accuracies"]

BUNDLED = Path(__file__).resolve().parent.parent / "edge_runtime/models/cxr-mobilenetv2-int8.json"


@dataclass(frozen=True)
class Accuracy:
    """AUROC of a file less that of its Keras model on the same films, and the model's own."""

    difference: Interval
    films: int
    flips: Interval  # share of decisions that the file changes
    student: Interval | None  # AUROC of the Keras model on its hold-out
    caution: str  # what that AUROC may owe to something else


def known_accuracies(paths: Sequence[Path] = ()) -> dict[str, Accuracy]:
    """Of the bundled model's files, and of others by their runs' `export/parity.json`.

    Raises `DataError` for a file that is neither.
    """
    found = {}
    for path in (BUNDLED, *paths):
        if path != BUNDLED or path.is_file():
            found.update(_of_file(path))
    return found


def front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Which (cost, worth) are beaten by no other: none is cheaper and at least as good."""
    return [
        place
        for place, (cost, worth) in enumerate(points)
        if not any(
            (other[0] <= cost and other[1] >= worth) and other != (cost, worth) for other in points
        )
    ]


def _of_file(path: Path) -> dict[str, Accuracy]:
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    whole = isinstance(data, dict)
    parity = data.get("parity") if whole else data
    reports = parse(json.dumps(parity), list[ParityReport], str(path))
    rows = data.get("evaluation", []) if whole else []
    evaluation = parse(json.dumps(rows), list[EvaluationReport], str(path))
    own = next((e for e in evaluation if (e.network, e.split) == ("student", "holdout")), None)
    return {
        one.graph_sha256: Accuracy(
            one.auroc_difference,
            one.films,
            one.flip_share,
            own.auroc if own is not None else None,
            own.caution if own is not None else "",
        )
        for one in reports
    }

"""A finished experiment, read back from its folder."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from edge_runtime.errors import DataError, RunError
from training.paper.forgetting import forgotten
from training.paper.tables import PaperResult
from workshop.presets import Preset
from workshop.records_io import load, validation_line

__all__ = ["finished", "history_of", "preset_of"]


def finished(run: Path) -> PaperResult:
    """The result in `run/paper.json`; raises `RunError` where there is none.

    Results from before forgetting was measured say nothing of it: it is then taken from
    the learning curves beside them, where those are.
    """
    if not (run / "paper.json").is_file():
        raise RunError(f"{run} holds no finished experiment (no paper.json); run it first")
    result = load(run / "paper.json", PaperResult)
    if not result.forgotten:
        result = replace(result, forgotten=forgotten(history_of(run)))
    return result


def history_of(run: Path) -> list[dict[str, str]]:
    """The rows of `run/history.csv`, one an epoch and network; none without that file."""
    path = run / "history.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    wanted = {"network", "fold", "epoch", "val_auroc"}
    if rows and not wanted <= rows[0].keys():
        raise DataError(f"{path} lacks {', '.join(sorted(wanted - rows[0].keys()))}")
    return rows


def preset_of(result: PaperResult) -> Preset:
    """The preset inside a result, with today's defaults for settings it did not know yet.

    Raises `DataError` for one that this version cannot read.
    """
    try:
        return TypeAdapter(Preset).validate_python(result.preset)
    except ValidationError as error:
        raise DataError(
            f"the preset in {result.name}'s paper.json is not as expected: {validation_line(error)}"
        ) from error

"""The run that a model comes from: what it was trained on, and its out-of-fold predictions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edge_runtime.errors import EdgeError
from training.evaluation import select
from workshop.records import FilmPrediction, StudentRecord
from workshop.records_io import load
from workshop.report.data import read_run
from workshop.runs import existing_run

__all__ = ["RunKnown", "find_run"]


@dataclass(frozen=True)
class RunKnown:
    """What a finished run says; `trouble` tells why there are no predictions."""

    folder: Path
    record: StudentRecord
    predictions: tuple[FilmPrediction, ...] = ()
    trouble: str = ""

    def out_of_fold(self) -> list[FilmPrediction]:
        """The student's calibrated predictions that may choose a threshold."""
        return select(self.predictions, "student", "out_of_fold")


def find_run(model: Path, option: Path | None) -> RunKnown | None:
    """The run named by `--run`, else the one in whose folder (or `export/`) the model lies.

    None where there is none. Raises `RunError` for a folder that is named and no finished
    run, `DataError` for a record that cannot be read.
    """
    if option is not None:
        folder = existing_run(option)
    else:
        parent = model.absolute().parent
        places = [parent, parent.parent] if parent.name == "export" else [parent]
        found = [place for place in places if (place / "student.json").is_file()]
        if not found:
            return None
        folder = found[0]
    record = load(folder / "student.json", StudentRecord)
    try:
        predictions = read_run(folder).predictions
    except EdgeError as error:  # some other file of the run: not what was asked about
        return RunKnown(folder, record, trouble=str(error))
    trouble = "" if predictions else "the run holds no predictions.csv"
    return RunKnown(folder, record, predictions, trouble)

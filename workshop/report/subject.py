"""What one folder of a report is about: a run, an evaluation of a model, or both."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.errors import DataError, RunError
from workshop.evidence.records import Evidence
from workshop.records import EvaluationReport
from workshop.records_io import load
from workshop.report.data import RunFiles, read_run

__all__ = ["NOT_AUDITED", "ScoredFilm", "Subject", "headline", "read_subject", "split_of"]

NOT_AUDITED = "not audited"
EVIDENCE = Path("evidence") / "evidence.json"  # inside a run folder


@dataclass(frozen=True)
class ScoredFilm:
    """One film of an evaluation, from its films.csv."""

    path: str
    label: str
    site: str
    group: str
    score: float


@dataclass(frozen=True)
class Subject:
    """A folder's records; at least one of `files` and `evidence` is there."""

    folder: Path
    files: RunFiles | None
    evidence: Evidence | None
    films: tuple[ScoredFilm, ...] = ()  # of the evaluation, covid and normal alone

    @property
    def name(self) -> str:
        """The model's name and version, else what the folder says of itself."""
        if self.files is not None:
            student = self.files.student
            if student is not None:
                return f"{student.name} {student.version}"
            return str(self.files.facts.get("name", "run"))
        assert self.evidence is not None
        return str(self.evidence.model.get("name") or self.folder.name)

    @property
    def foreign(self) -> bool:
        """Whether the evaluated file is none that this run holds (it was trained again, say)."""
        if self.files is None or self.evidence is None:
            return False
        known = {report.graph_sha256 for report in self.files.parity}
        known |= {str(one.get("file_sha256")) for one in self.files.export.get("files", [])}
        if self.files.student is not None:
            known.add(self.files.student.model_sha256)
        model = self.evidence.model
        named = {str(model[key]) for key in ("sha256", "graph_sha256") if model.get(key)}
        return bool(known and named) and not known & named

    @property
    def verdict(self) -> str:
        """The audit's verdict, which stands beside every metric."""
        if self.evidence is None or self.evidence.audits is None or self.foreign:
            return NOT_AUDITED
        return self.evidence.audits.verdict

    @property
    def threshold(self) -> float:
        """Of the run's student, else of the evaluated model; NaN where none is known."""
        if self.files is not None:
            return self.files.threshold
        assert self.evidence is not None
        return float(self.evidence.model.get("threshold", math.nan))


def headline(subject: Subject) -> EvaluationReport | None:
    """The figures that stand for the whole: the student's on the run's holdout, else those of
    the evaluation on all its films; None before either."""
    for one in subject.files.evaluation if subject.files is not None else ():
        if (one.network, one.split) == ("student", "holdout"):
            return one
    if subject.evidence is None or subject.foreign or not subject.evidence.metrics:
        return None
    first = subject.evidence.metrics[0]
    return None if math.isnan(first.auroc.value) else first


def split_of(subject: Subject) -> str:
    """What the films of the headline are to the model."""
    report = headline(subject)
    if report is None:
        return "–"
    ours = subject.files is not None and report in subject.files.evaluation
    return report.split if ours or subject.evidence is None else subject.evidence.split


def read_subject(folder: Path) -> Subject:
    """Read a folder; raises `RunError` where it is neither kind, `DataError` for a wrong file."""
    alone = folder / "evidence.json"
    if (folder / "run.json").is_file():
        path = folder / EVIDENCE
        evidence = load(path, Evidence) if path.is_file() else None
        return Subject(folder, read_run(folder), evidence, _films(path.with_name("films.csv")))
    if alone.is_file():
        return Subject(folder, None, load(alone, Evidence), _films(folder / "films.csv"))
    raise RunError(
        f"{folder} is not a run folder (no run.json) and holds no evidence.json; start with "
        "`training run` or `training evaluate`"
    )


def _films(path: Path) -> tuple[ScoredFilm, ...]:
    """The covid and normal films of an evaluation; empty where it left no list."""
    if not path.is_file():
        return ()
    found = []
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                score = float(row["score"])
                if not 0.0 <= score <= 1.0:
                    raise ValueError(f"{row['path']} has score {score}")
                if row["label"] in ("covid", "normal"):
                    texts = row["path"], row["label"], row["site"], row["group"]
                    found.append(ScoredFilm(*texts, score))
    except KeyError as error:
        raise DataError(f"{path} has no column {error}; evaluate again") from error
    except (OSError, TypeError, ValueError, csv.Error) as error:
        raise DataError(f"{path} cannot be read ({error}); evaluate again") from error
    return tuple(found)

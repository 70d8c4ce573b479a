"""Whose figures a page shows: the run's, the evaluation's, and those of another file."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from edge_runtime.errors import RunError
from tests.workshop.fake_evidence import evidence, write_evidence
from workshop.records import EvaluationReport, Interval
from workshop.report.called import called, strata, worst
from workshop.report.data import RunFiles
from workshop.report.gaps import missing
from workshop.report.subject import NOT_AUDITED, Subject, headline, read_subject, split_of

HALF = Interval(0.5, 0.4, 0.6)
OWN = EvaluationReport("student", "holdout", 9, 4, 9, HALF, HALF, HALF, HALF, 0.5)
EXPORT = {"files": [{"file": "a.tflite", "file_sha256": "77" * 32}]}
RUN = RunFiles(Path("run"), {"name": "r"}, None, (OWN,), (), (), (), (), {}, EXPORT, (), 0)


def test_the_run_leads_and_an_evaluation_fills_in() -> None:
    ours = evidence(sha256="77" * 32)
    both = Subject(Path("run"), RUN, ours)
    assert headline(both) is OWN and split_of(both) == "holdout"
    assert both.verdict == "cannot tell" and called(both)
    began = Subject(Path("run"), replace(RUN, evaluation=()), ours)
    assert headline(began) == ours.metrics[0] and split_of(began) == ours.split


def test_evidence_of_another_file_counts_for_nothing() -> None:
    other = Subject(Path("run"), replace(RUN, evaluation=()), evidence(sha256="00" * 32))
    assert other.foreign and other.verdict == NOT_AUDITED
    assert headline(other) is None and called(other) == [] and strata(other) is None
    assert any("training evaluate" in row.command for row in missing(other))
    named = evidence(sha256="00" * 32)
    graph = replace(named, model={**named.model, "graph_sha256": "77" * 32})
    assert not Subject(Path("run"), RUN, graph).foreign


def test_one_class_alone_makes_no_headline() -> None:
    nan = Interval(math.nan, math.nan, math.nan)
    record = evidence()
    blind = replace(record, metrics=(replace(record.metrics[0], auroc=nan),))
    assert headline(Subject(Path("x"), None, blind)) is None
    assert split_of(Subject(Path("x"), None, blind)) == "–"


def test_the_worst_share_is_of_enough_films() -> None:
    rows = called(Subject(Path("x"), None, evidence()))
    found = worst(rows)
    assert found is not None and (found.label, found.site) == ("pneumonia_other", "cedar")
    assert max(row.share.value for row in rows) > found.share.value  # eight films of a site
    assert worst([row for row in rows if row.few]) is None


def test_strata_are_a_row_each_and_a_cell_a_label() -> None:
    found = strata(Subject(Path("x"), None, evidence()))
    assert found is not None
    assert found.labels == ("nodule", "normal", "pneumonia_other", "covid")
    assert [(by, name) for by, name, _ in found.rows][:3] == [
        ("view", "AP"), ("view", "PA"), ("sex", "F")
    ]  # fmt: skip
    for by, name, cells in found.rows:
        for label, cell in zip(found.labels, cells, strict=True):
            assert cell is not None and (cell.label, cell.by, cell.stratum) == (label, by, name)


def test_films_of_other_labels_are_in_no_curve(tmp_path: Path) -> None:
    subject = read_subject(write_evidence(tmp_path / "one", films=40))
    assert {film.label for film in subject.films} == {"covid", "normal"}
    assert len(subject.films) == 30
    (tmp_path / "one" / "films.csv").unlink()
    assert read_subject(tmp_path / "one").films == ()


def test_a_folder_that_is_neither_is_told_both_ways(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"training run.*training evaluate"):
        read_subject(tmp_path)

"""Audits and curves are handed the two classes alone; what they refuse is said."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from edge_runtime.errors import DataError
from tests.training.evaluate.cases import films_of, write_films
from training.evaluate.command import evaluate_model
from training.evaluate.request import Request
from training.evaluate.summary import summary
from workshop.evidence.records import AuditReport, Curve, CurvePoint
from workshop.evidence.scorer import FilmSet, Scorer
from workshop.records import Interval

SURE = Interval(0.9, 0.8, 1.0)
CELLS = [("a", "covid", 9), ("b", "normal", 9), ("b", "nodule", 4)]


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Stands in for both modules; what they were called with, and what to refuse."""
    told: dict[str, Any] = {"refuse": ""}

    def audit(scorer: Scorer, films: FilmSet, threshold: float, seed: int, title: str) -> Any:
        told["audit"] = (scorer, films, threshold, seed)
        if told["refuse"]:
            raise DataError(told["refuse"])
        return AuditReport("1", 18, 9, 18, SURE, (), "confounded", ("Its border decides.",))

    def curves(scorer: Scorer, films: FilmSet, threshold: float, seed: int, title: str) -> Any:
        told["curves"] = (scorer, films, threshold, seed)
        points = tuple(CurvePoint(level, SURE, SURE, SURE, SURE) for level in (0.0, 8.0))
        return (Curve("noise", "gray levels", 0.0, 18, points),)

    for name, function in (("audits.audit", audit), ("robustness.curves", curves)):
        module = ModuleType(f"workshop.{name}")
        setattr(module, name.split(".")[1], function)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return told


def test_the_verdict_stands_beside_the_score(
    handed: dict[str, Any], tiny_model: Path, tmp_path: Path
) -> None:
    data = write_films(tmp_path / "d", films_of(CELLS))
    wanted = Request(tiny_model, data, tmp_path / "out", threshold=0.4, seed=5)
    evidence, out = evaluate_model(wanted)
    for part in ("audit", "curves"):
        scorer, films, threshold, seed = handed[part]
        assert {film.label for film in films.films} == {"covid", "normal"}
        assert films.pixels.shape == (18, scorer.size, scorer.size)
        assert (threshold, seed) == (0.4, 5)
    assert evidence.audits is not None and evidence.audits.verdict == "confounded"
    lines = summary(evidence, out).splitlines()
    assert [line for line in lines if "AUROC" in line and "shortcut audit: confounded" in line]
    assert "shortcut audit, confounded: Its border decides." in lines
    assert (out / "plots" / "robustness.png").is_file()


def test_a_part_that_refuses_leaves_the_rest(
    handed: dict[str, Any], tiny_model: Path, tmp_path: Path
) -> None:
    handed["refuse"] = "too few films for any audit"
    data = write_films(tmp_path / "d", films_of(CELLS))
    evidence, _ = evaluate_model(Request(tiny_model, data, tmp_path / "out"))
    assert evidence.audits is None and evidence.robustness and evidence.metrics
    assert {one.part: one.why for one in evidence.not_computed}["audits"] == handed["refuse"]


def test_one_class_is_not_audited(handed: dict[str, Any], tiny_model: Path, tmp_path: Path) -> None:
    data = write_films(tmp_path / "d", films_of([("a", "covid", 4)]))
    evidence, _ = evaluate_model(Request(tiny_model, data, tmp_path / "out"))
    assert "audit" not in handed and "curves" in handed
    assert np.isnan(evidence.operating_points[0].specificity.value)

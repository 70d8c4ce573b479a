"""An audit of models whose one rule is known."""

from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.errors import DataError
from tests.workshop.audits.cases import Fake, film_set
from workshop.audits import LIMITS, VERSION, audit
from workshop.audits.audit import census
from workshop.evidence.records import AuditReport
from workshop.evidence.scorer import FilmSet, Floats, Pixels
from workshop.records_io import as_json, parse

SIZE = 32


def films(count: int = 240, mark: bool = False, sites: str = "ab") -> FilmSet:
    """Noise; covid films are brighter in the middle and, with `mark`, in one corner."""
    rng = np.random.default_rng(3)
    pixels = rng.normal(110, 12, (count, SIZE, SIZE))
    labels = ["covid" if n % 2 else "normal" for n in range(count)]
    covid = np.array([label == "covid" for label in labels])
    pixels[covid, 12:20, 12:20] += 25
    if mark:
        pixels[covid, 1:4, 1:4] = 230
    where = [sites[n // 2 % len(sites)] for n in range(count)]
    return film_set(pixels.clip(0, 255).astype(np.uint8), labels, where)


def middle(pixels: Pixels) -> Floats:
    value = pixels[:, 12:20, 12:20].mean(axis=(1, 2)) - pixels.mean(axis=(1, 2))
    return np.asarray(1 / (1 + np.exp(-(value - 12) / 5)), np.float64)


def corner(pixels: Pixels) -> Floats:
    mark = pixels[:, 1:4, 1:4].mean(axis=(1, 2)) - pixels[:, :6, :6].mean(axis=(1, 2))
    return np.asarray(0.5 + mark / 512, np.float64)


def test_a_model_that_looks_at_the_disease() -> None:
    report = audit(Fake(SIZE, middle), films(mark=True), 0.5, 1)
    assert report.verdict == "no shortcut found", report.reasons
    assert (report.rule, report.films, report.positives, report.groups) == (VERSION, 240, 120, 240)
    assert [one.name for one in report.measures] == [*LIMITS, "site of normals"]
    assert report.auroc.low > 0.95
    hidden = report.measures[1]
    assert hidden.auroc.low < 0.5 < hidden.auroc.high
    assert hidden.change.value == pytest.approx(hidden.auroc.value - report.auroc.value)
    assert hidden.flips.value == pytest.approx(0.5, abs=0.05)
    assert report.measures[3].flips.value < 0.05  # without text all is as it was
    assert parse(as_json(report), AuditReport, "report") is not None


@pytest.mark.parametrize("turned", [False, True])
def test_a_model_that_looks_at_a_mark(turned: bool) -> None:
    marked = films(mark=True)
    report = audit(Fake(SIZE, corner), marked, 0.55, 1)
    assert report.verdict == "confounded"
    failed = {one.name for one in report.measures if one.finding == "fails"}
    assert failed >= {"border only", "lungs hidden", "corners masked"}
    if turned:  # without lungs to be seen it puts covid films last: as telling as first

        def sly(pixels: Pixels) -> Floats:
            dark = pixels[:, 12:20, 12:20].std(axis=(1, 2)) < 1
            return np.where(dark, 1 - corner(pixels), corner(pixels))

        again = audit(Fake(SIZE, sly), marked, 0.55, 1)
        assert again.measures[0].auroc.high < 0.1
        assert again.measures[0].finding == "fails"
        assert again.verdict == "confounded"


def test_hospitals_of_one_class_each_end_in_cannot_tell() -> None:
    own = films()
    split = film_set(own.pixels, [film.label for film in own.films],
                     ["a" if film.label == "covid" else "b" for film in own.films])  # fmt: skip
    report = audit(Fake(SIZE, middle), split, 0.5, 1)
    assert report.verdict == "cannot tell"
    assert "cannot be excluded" in report.reasons[0]


def test_few_films_end_in_cannot_tell() -> None:
    report = audit(Fake(SIZE, corner), films(60, mark=True), 0.55, 1)
    assert report.verdict == "cannot tell"
    assert "too few" in report.reasons[0]


def test_one_class_is_no_crash() -> None:
    normal = films().take(np.arange(240) % 2 == 0)
    report = audit(Fake(SIZE, middle, told=False), normal, 0.5, 1)
    assert report.verdict == "cannot tell"
    assert np.isnan(report.auroc.value)
    assert len(report.measures) == len(LIMITS)  # and no probe without features


def test_scores_of_another_scale_change_no_finding() -> None:
    def cubed(pixels: Pixels) -> Floats:
        return middle(pixels) ** 3

    first, second = (audit(Fake(SIZE, rule), films(), 0.5, 1) for rule in (middle, cubed))
    assert [one.finding for one in first.measures] == [one.finding for one in second.measures]
    assert first.auroc == second.auroc


def test_sites_of_both_classes_are_counted() -> None:
    labels = ["covid"] * 30 + ["normal"] * 30
    sites = ["a"] * 20 + ["b"] * 10 + ["a"] * 9 + ["b"] * 21
    found = census(film_set(np.zeros((60, 8, 8), np.uint8), labels, sites))
    assert found.shared == ("b",)
    assert found.shared_positives == pytest.approx(1 / 3)
    assert found.shared_negatives == pytest.approx(0.7)


def test_what_cannot_be_audited_is_refused() -> None:
    own = films(8)
    with pytest.raises(DataError, match="no"):
        audit(Fake(SIZE, middle), own.take(np.zeros(8, np.bool_)), 0.5, 1)
    with pytest.raises(DataError, match="32 pixels|16 pixels"):
        audit(Fake(16, middle), own, 0.5, 1)
    other = film_set(own.pixels, ["pneumonia_other"] * 8, ["a"] * 8)
    with pytest.raises(DataError, match="pneumonia_other"):
        audit(Fake(SIZE, middle), other, 0.5, 1)

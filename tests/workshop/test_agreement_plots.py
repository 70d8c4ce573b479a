"""Plots of audits, decisions and agreement: pictures that show what they are given."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from edge_runtime.errors import DataError
from tests.workshop.fake_evidence import NAN, evidence
from workshop.plotting.agreement import agreement_png, confusion_counts, confusion_png
from workshop.plotting.audits import audits_png


def pixels(png: bytes) -> npt.NDArray[np.int64]:
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB")).astype(np.int64)


def near(png: bytes, colour: str) -> int:
    """Pixels of about this colour."""
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return int((np.abs(pixels(png) - wanted).max(axis=-1) < 24).sum())


def test_decisions_are_counted_by_label_and_answer() -> None:
    found = confusion_counts([0, 0, 0, 1, 1], [0.1, 0.5, 0.9, 0.49, 0.5], 0.5)
    assert found.tolist() == [[1, 2], [1, 1]]
    assert confusion_counts([], [], 0.5).sum() == 0
    with pytest.raises(DataError):
        confusion_counts([1], [0.1, 0.2], 0.5)


def test_the_cell_with_most_of_its_row_is_the_darkest() -> None:
    shown = pixels(confusion_png({"student": np.array([[90, 10], [5, 95]])}))
    other = pixels(confusion_png({"student": np.array([[10, 90], [95, 5]])}))
    middle, dark = shown.shape[0] // 3, (shown < 120).all(axis=-1)
    assert shown.shape == other.shape and dark.any()
    left = [one[middle, : one.shape[1] // 2 + 40].mean() for one in (shown, other)]
    assert left[0] < left[1]
    with pytest.raises(DataError):
        confusion_png({})


def test_a_film_is_a_mark_of_its_class() -> None:
    covid = agreement_png([1] * 9, ("a", [0.2] * 9, 0.5), ("b", [0.8] * 9, 0.5))
    normal = agreement_png([0] * 9, ("a", [0.2] * 9, 0.5), ("b", [0.8] * 9, 0.5))
    assert near(covid, "#d55e00") > near(normal, "#d55e00")
    assert near(normal, "#0072b2") > near(covid, "#0072b2")
    with pytest.raises(DataError):
        agreement_png([1, 0], ("a", [0.2], 0.5), ("b", [0.8, 0.1], 0.5))


def test_an_audit_that_fails_is_seen_and_one_without_a_value_is_no_error() -> None:
    audits = {one: evidence(one).audits for one in ("no shortcut found", "confounded")}
    clean, marked = (
        audits_png(one.auroc, one.measures) for one in audits.values() if one is not None
    )
    assert near(marked, "#d55e00") > near(clean, "#d55e00") + 50
    report = audits["confounded"]
    assert report is not None
    empty = [replace(one, auroc=NAN) for one in report.measures]
    assert near(audits_png(NAN, empty), "#d55e00") == 0
    with pytest.raises(DataError):
        audits_png(report.auroc, [])

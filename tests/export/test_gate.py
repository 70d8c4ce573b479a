"""The gate, thresholds between steps, and the figures of a parity report."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.errors import DataError
from export.films import ParityFilms, representative_films, stretched
from export.gate import DEFAULTS, failures, read_gate
from export.parity import Outputs, compare
from export.thresholds import between_steps
from workshop.records import Film, StudentRecord

NAMES = ("a", "b", "c", "d")


def _films() -> ParityFilms:
    labels = ("covid", "normal", "covid", "normal")
    return ParityFilms(NAMES, labels, np.zeros((4, 2, 2), np.uint8), 3, 1)


def _outputs(scores: list[float], heat: Any = None) -> Outputs:
    heatmaps = np.array(heat if heat is not None else [[0.0, 1.0, 2.0, 3.0]] * 4)
    return Outputs(np.array(scores), heatmaps, np.zeros(4))


def _report(precision: str, scores: list[float], **gate: float) -> Any:
    reference = _outputs([0.1, 0.4, 0.6, 0.9])
    return compare(
        "f", precision, "0", _films(), reference, _outputs(scores), 0.5, read_gate({"gate": gate})
    )


def test_a_report_counts_what_changed() -> None:
    report = _report("int8", [0.1, 0.56, 0.6, 0.9])
    assert (report.flips, report.flipped, report.flip_share.value) == (1, ("b",), 0.25)
    assert report.mean_dp == pytest.approx(0.04)
    assert report.max_dp == pytest.approx(0.16)
    assert report.worst[0] == {"path": "b", "keras": 0.4, "file": 0.56}
    assert report.logit_shift > 0 and report.classes == {"covid": 2, "normal": 2}
    assert report.heatmap_rank_correlation == pytest.approx(1.0)
    assert not report.passed and report.why == ("flip_share 0.25 > 0.08 (int8_flip_share)",)


def test_a_float_file_has_the_float_gate() -> None:
    assert _report("float32", [0.1, 0.4, 0.6, 0.9005]).passed
    assert not _report("float32", [0.1, 0.4, 0.6, 0.902]).passed
    assert _report("float32", [0.1, 0.4, 0.6, 0.902], float_max_dp=0.01).passed
    assert not _report("float32", [0.1, 0.4, 0.4999, 0.9], float_max_dp=1.0).passed
    assert _report("int8", [0.1, 0.4, 0.6, 0.902]).passed


def test_what_is_not_a_number_does_not_pass() -> None:
    assert not _report("float32", [math.nan, 0.4, 0.6, 0.9]).passed
    assert not _report("int8", [math.nan, 0.4, 0.6, 0.9]).passed


def test_a_lost_heat_map_counts_as_zero() -> None:
    reference = _outputs([0.5] * 4)
    lost = _outputs([0.5] * 4, [[0.0] * 4] * 2 + [[0.0, 1.0, 2.0, 3.0]] * 2)
    report = compare("f", "int8", "0", _films(), reference, lost, 0.4, read_gate({}))
    assert report.heatmap_rank_correlation == pytest.approx(0.5)


@given(st.dictionaries(st.sampled_from(sorted(DEFAULTS)), st.floats(0, 1)))
def test_a_preset_overrules_the_defaults(given_: dict[str, float]) -> None:
    assert read_gate({"gate": given_}) == {**DEFAULTS, **given_}


@pytest.mark.parametrize(
    "gate", [{"int8_mean": 1}, {"float_flips": -1}, {"float_flips": "0"}, {"float_flips": True}, 3]
)
def test_a_wrong_gate_is_named(gate: Any) -> None:
    with pytest.raises(DataError, match="gate"):
        read_gate({"gate": gate})


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_bound_itself_passes(value: float, bound: float) -> None:
    gate = {**DEFAULTS, "int8_mean_dp": bound}
    found = {"mean_dp": value, "flip_share": 0.0, "max_dp": 9.0, "flips": 9.0}
    assert bool(failures("int8", gate, found)) == (value > bound)


@given(st.floats(0, 1), st.sampled_from([255, 256]))
def test_a_threshold_between_steps_decides_as_before(threshold: float, steps: int) -> None:
    moved = between_steps(threshold, steps)
    assert 0 < moved < 1
    assert abs(moved - threshold) <= 1 / steps
    assert (moved * steps) % 1 == pytest.approx(0.5)
    if threshold * steps % 1:  # off the grid every int8 score is decided alike
        grid = np.arange(steps + 1) / steps
        assert ((grid >= threshold) == (grid >= moved)).all()


@given(st.integers(1, 400), st.lists(st.integers(1, 60), min_size=1, max_size=6))
def test_representative_films_are_even_over_cells(count: int, cells: list[int]) -> None:
    films = tuple(
        Film(f"{c}/{i}", ("covid", "normal")[c % 2], f"site{c // 2}", "s", f"{c}/{i}")
        for c, size in enumerate(cells)
        for i in range(size)
    )
    chosen = representative_films(_record(films), count, 1)
    assert len({film.path for film in chosen}) == len(chosen) == min(count, len(films))
    assert chosen == representative_films(_record(films[::-1]), count, 1)
    taken = [sum(film.path.startswith(f"{c}/") for film in chosen) for c in range(len(cells))]
    # A cell that is not exhausted has no fewer than any other, up to one.
    open_ = [n for n, size in zip(taken, cells, strict=True) if n < size]
    assert not open_ or min(open_) >= max(taken) - 1


def _record(films: tuple[Film, ...]) -> StudentRecord:
    return StudentRecord(
        "n", "0", "student.keras", "", 96, 1.0, 0.5, (), films, "novelty.npz", 0.2, {}, "pool", "",
        {}, {}, {},
    )  # fmt: skip


def test_a_stretched_picture_has_both_ends() -> None:
    pixels = np.array([[10, 20], [30, 199]], np.uint8)
    wide = stretched(pixels)
    assert (int(wide.min()), int(wide.max())) == (0, 255)
    with pytest.raises(DataError, match="one gray"):
        stretched(np.full((4, 4), 9, np.uint8))

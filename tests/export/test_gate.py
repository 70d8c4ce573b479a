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
from export.gate import DEFAULTS, failures, missed_goals, read_gate
from export.parity import Outputs, compare
from export.thresholds import between_steps
from workshop.records import Film, StudentRecord

NAMES = ("a", "b", "c", "d")


def _films() -> ParityFilms:
    labels = ("normal", "normal", "covid", "covid")
    return ParityFilms(NAMES, labels, NAMES, ("holdout",) * 4, np.zeros((4, 2, 2), np.uint8), 4, 0)


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
    first = report.worst[0]
    assert (first["path"], first["keras"], first["file"]) == ("b", 0.4, 0.56)
    assert report.logit_shift > 0 and report.classes == {"covid": 2, "normal": 2}
    assert report.heatmap_rank_correlation == pytest.approx(1.0)
    assert not report.passed
    assert report.why[0] == "flip_share 0.25 > 0.02 (int8_flip_share)"


def test_a_float_file_has_the_float_gate() -> None:
    assert _report("float32", [0.1, 0.4, 0.6, 0.9005]).passed
    assert not _report("float32", [0.1, 0.4, 0.6, 0.902]).passed
    assert _report("float32", [0.1, 0.4, 0.6, 0.902], float_max_dp=0.01).passed
    assert not _report("float32", [0.1, 0.4, 0.4999, 0.9], float_max_dp=1.0).passed
    assert _report("float16", [0.1, 0.4, 0.6, 0.919]).passed
    assert not _report("float16", [0.1, 0.4, 0.6, 0.921]).passed
    assert _report("int8", [0.1, 0.4, 0.6, 0.902]).passed


def test_what_is_not_a_number_does_not_pass() -> None:
    for precision in ("float32", "float16", "dynamic", "int8", "int16x8"):
        assert not _report(precision, [math.nan, 0.4, 0.6, 0.9]).passed


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


KEPT = {
    "mean_dp": 0.0, "p99_dp": 0.0, "max_dp": 0.0, "flips": 0.0, "flip_share": 0.0,
    "auroc_reach": 0.0, "heatmap_rank": 1.0, "empty_maps": 0.0,
}  # fmt: skip
BOUNDS = [
    ("float32", "float_max_dp", "max_dp"),
    ("float32", "float_flips", "flips"),
    ("float16", "float16_max_dp", "max_dp"),
    *(
        (precision, bound, figure)
        for precision in ("int8", "dynamic", "int16x8")
        for bound, figure in (
            ("int8_mean_dp", "mean_dp"), ("int8_p99_dp", "p99_dp"),
            ("int8_flip_share", "flip_share"), ("int8_auroc_reach", "auroc_reach"),
            ("int8_heatmap_rank", "heatmap_rank"), ("int8_empty_maps", "empty_maps"),
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(("precision", "bound", "figure"), BOUNDS)
def test_each_bound_passes_itself_and_nothing_beyond(
    precision: str, bound: str, figure: str
) -> None:
    limit = DEFAULTS[bound]
    assert failures(precision, DEFAULTS, {**KEPT, figure: limit}) == []
    beyond = math.nextafter(limit, -1 if figure == "heatmap_rank" else 2)
    for value in (beyond, math.nan):
        (line,) = failures(precision, DEFAULTS, {**KEPT, figure: value})
        assert figure in line and f"({bound})" in line
        assert failures(precision, {**DEFAULTS, bound: 9.0 - 9.0 * (figure == "heatmap_rank")},
                        {**KEPT, figure: beyond}) == []  # fmt: skip


def test_the_issue_s_bounds_are_the_defaults() -> None:
    assert DEFAULTS == {
        "float_max_dp": 1e-3, "float_flips": 0, "float16_max_dp": 2e-2,
        "int8_goal_mean_dp": 0.015, "int8_goal_flip_share": 0.01,
        "int8_mean_dp": 0.025, "int8_p99_dp": 0.05, "int8_flip_share": 0.02,
        "int8_auroc_reach": 0.01, "int8_heatmap_rank": 0.9, "int8_empty_maps": 0,
    }  # fmt: skip


def test_a_goal_is_told_and_gates_nothing() -> None:
    found = {**KEPT, "mean_dp": 0.02, "flip_share": 0.015}
    assert failures("int8", DEFAULTS, found) == []
    missed = missed_goals("int8", DEFAULTS, found)
    assert missed is not None and len(missed) == 2
    assert missed_goals("int8", DEFAULTS, KEPT) == []
    assert missed_goals("float32", DEFAULTS, found) is None
    report = _report("int8", [0.12, 0.42, 0.62, 0.92])
    assert report.passed and report.goal_missed == ("mean_dp 0.02 > 0.015 (int8_goal_mean_dp)",)


def test_a_precision_without_a_gate_is_an_error() -> None:
    with pytest.raises(DataError, match="int4"):
        failures("int4", DEFAULTS, KEPT)


@given(st.floats(0, 1), st.sampled_from([255, 256]))
def test_a_threshold_between_steps_decides_as_before(threshold: float, steps: int) -> None:
    moved = between_steps(threshold, steps)
    assert 0 < moved < 1
    assert abs(moved - threshold) <= 1 / steps
    assert (moved * steps) % 1 == pytest.approx(0.5)
    if threshold * steps % 1:  # off the grid every int8 score is decided alike
        grid = np.arange(steps + 1) / steps
        assert ((grid >= threshold) == (grid >= moved)).all()


@given(st.integers(1, 400), st.lists(st.integers(1, 60), min_size=2, max_size=6))
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

"""Each figure of parity against a plain reference."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from export.films import ParityFilms
from export.gate import read_gate
from export.heat_parity import may_not_be_empty, rank_correlations
from export.parity import compare
from export.parity_figures import Outputs, bounded, change_of, figures_of, logits, snr_db
from workshop.evidence.statistics import wilson
from workshop.records import ParityReport
from workshop.records_io import parse
from workshop.summary import parity_lines

THRESHOLD = 0.4


def _made(seed: int, count: int, phantoms: int = 0) -> tuple[ParityFilms, Outputs, Outputs]:
    """Films of two classes in groups, Keras' outputs and those of a worse file."""
    rng = np.random.default_rng(seed)
    every = count + phantoms
    labels = tuple(("covid", "normal")[i % 2] for i in range(every))
    names = tuple(f"film{i}" if i < count else f"phantom {i}" for i in range(every))
    groups = tuple(f"g{i // 3}" for i in range(every))
    films = ParityFilms(
        names, labels, groups, ("holdout",) * count + ("phantom",) * phantoms,
        np.zeros((every, 2, 2), np.uint8), count, phantoms,
    )  # fmt: skip
    scores = np.clip(np.where(np.arange(every) % 2, 0.3, 0.5) + rng.normal(0, 0.2, every), 0, 1)
    maps = np.maximum(rng.normal(0.2, 1, (every, 9)), 0) * rng.uniform(0, 2, (every, 1))
    reference = Outputs(scores, maps, rng.uniform(0, 1, every))
    found = Outputs(
        np.clip(scores + rng.normal(0, 0.1, every), 0, 1),
        np.maximum(maps - rng.uniform(0, 2, (every, 1)), 0),
        np.clip(reference.novelty + rng.normal(0, 0.1, every), 0, 1),
    )
    return films, reference, found


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(8, 40))
def test_figures_are_what_a_loop_finds(seed: int, count: int) -> None:
    films, reference, found = _made(seed, count)
    got = figures_of(films, slice(0, None), reference, found, THRESHOLD)
    dp = [abs(float(a) - float(b)) for a, b in zip(found.scores, reference.scores, strict=True)]
    assert got.max_dp == pytest.approx(max(dp)) and got.mean_dp == pytest.approx(sum(dp) / count)
    assert got.p99_dp == pytest.approx(float(np.percentile(dp, 99)))

    def logit(p: float) -> float:
        q = min(max(p, 1 / 512), 511 / 512)
        return math.log(q / (1 - q))

    before, after = ([logit(float(p)) for p in one.scores] for one in (reference, found))
    moved = [b - a for a, b in zip(before, after, strict=True)]
    shift = sum(moved) / count
    assert got.logit_shift == pytest.approx(shift, abs=1e-9)
    assert got.logit_spread == pytest.approx(
        math.sqrt(sum((m - shift) ** 2 for m in moved) / count)
    )
    mean = sum(before) / count
    ratio = sum((x - mean) ** 2 for x in before) / sum(m * m for m in moved)
    assert got.snr_db == pytest.approx(10 * math.log10(ratio))
    novelty = np.abs(found.novelty - reference.novelty)
    assert got.novelty_mean_difference == pytest.approx(novelty.mean())
    assert got.novelty_max_difference == pytest.approx(novelty.max())

    changed = {
        films.names[i]
        for i in range(count)
        if bool(found.scores[i] >= THRESHOLD) != bool(reference.scores[i] >= THRESHOLD)
    }
    assert set(got.flipped) == changed == {one.path for one in got.flip_list}
    assert got.flips == len(changed) and got.flip_share == wilson(len(changed), count)
    distances = [one.distance for one in got.flip_list]
    assert distances == sorted(distances, reverse=True)
    for one in got.flip_list:
        assert one.distance == pytest.approx(abs(one.keras - THRESHOLD), abs=2e-6)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(8, 40))
def test_classes_ranks_and_maps_are_what_a_loop_finds(seed: int, count: int) -> None:
    films, reference, found = _made(seed, count)
    got = figures_of(films, slice(0, None), reference, found, THRESHOLD)
    covid = [label == "covid" for label in films.labels]

    def rate(one: Outputs, want: bool) -> float:
        part = [p for p, is_covid in zip(one.scores, covid, strict=True) if is_covid is want]
        return float(sum((p >= THRESHOLD) == want for p in part) / len(part))

    for interval, want in ((got.sensitivity_difference, True), (got.specificity_difference, False)):
        assert interval.value == pytest.approx(rate(found, want) - rate(reference, want))
        assert interval.low <= interval.value <= interval.high
    area = roc_auc_score(covid, found.scores) - roc_auc_score(covid, reference.scores)
    for interval in (got.auroc_difference, got.auroc_difference_groups):
        assert interval.value == pytest.approx(area)
    ends = [got.auroc_difference.low, got.auroc_difference.high,
            got.auroc_difference_groups.low, got.auroc_difference_groups.high]  # fmt: skip
    assert bounded(got)["auroc_reach"] == pytest.approx(max(abs(end) for end in ends))

    ranks = []
    for one, other in zip(reference.heatmaps, found.heatmaps, strict=True):
        if len(set(one)) > 1:
            ranks.append(spearmanr(one, other).statistic if len(set(other)) > 1 else 0.0)
    assert got.heatmap_films == len(ranks)
    assert got.heatmap_rank_median == pytest.approx(np.median(ranks))
    assert got.heatmap_rank_correlation == pytest.approx(np.mean(ranks))

    called = [i for i in range(count) if reference.scores[i] >= THRESHOLD]
    largest = [max(reference.heatmaps[i]) for i in called]
    limit = 0.1 * float(np.median(largest)) if largest else 0.0
    marked = [i for i, top in zip(called, largest, strict=True) if top >= limit and top > 0]
    assert got.covid_maps == len(marked)
    lost = tuple(films.names[i] for i in marked if max(found.heatmaps[i]) == 0)
    assert got.empty_map_films == lost and got.empty_maps == len(lost)


def test_a_map_that_is_faint_may_be_lost() -> None:
    reference = np.array([[0.0, 1.0], [0.0, 1.0], [0.0, 0.1], [0.0, 0.099], [0.0, 9.0]])
    called = np.array([True, True, True, True, False])
    reference[1] = 1.0  # of the covid films the usual maximum is .55 of two and two
    limit = 0.1 * np.median([1.0, 1.0, 0.1, 0.099])
    assert limit == pytest.approx(0.055)
    assert may_not_be_empty(reference, called).tolist() == [True, True, True, True, False]
    reference[3] = [0.0, 0.05]
    assert may_not_be_empty(reference, called).tolist() == [True, True, True, False, False]
    assert not may_not_be_empty(reference, np.zeros(5, bool)).any()
    assert not may_not_be_empty(np.zeros((5, 2)), called).any()


def test_a_constant_map_has_no_rank_and_a_lost_one_none_left() -> None:
    reference = np.array([[1.0, 1.0, 1.0], [0.0, 1.0, 2.0], [0.0, 1.0, 2.0]])
    found = np.array([[0.0, 1.0, 2.0], [0.0, 0.0, 0.0], [2.0, 1.0, 0.0]])
    assert rank_correlations(reference, found) == pytest.approx([math.nan, 0, -1], nan_ok=True)


def test_signal_over_noise() -> None:
    x = np.array([0.0, 2.0, 4.0])
    assert snr_db(x, x) == math.inf
    assert math.isnan(snr_db(np.ones(3), x))
    assert snr_db(x, x + 1) == pytest.approx(10 * math.log10((8 / 3) / 1))  # a shift is noise
    assert snr_db(x + 100, x + 101) == pytest.approx(snr_db(x, x + 1))
    assert logits(np.array([0.0, 1.0])) == pytest.approx([-math.log(511), math.log(511)])


def test_where_nothing_changes_the_interval_still_has_a_width() -> None:
    groups = ["a", "b", "c", "c"]
    none = change_of(np.zeros(4, int), groups)
    assert (none.value, none.high, none.low) == (0.0, wilson(0, 3).high, -wilson(0, 3).high)
    all_ = change_of(np.ones(4, int), groups)
    assert all_.value == all_.high == 1.0 and all_.low == pytest.approx(1 - wilson(0, 3).high)
    assert math.isnan(change_of(np.zeros(0, int), []).value)
    one = change_of(np.array([0, 1]), ["a", "a"])
    assert (one.value, one.low, one.high) == (0.5, -1.0, 1.0)


def _report(films: ParityFilms, reference: Outputs, found: Outputs) -> ParityReport:
    return compare("f", "int8", "0", films, reference, found, THRESHOLD, read_gate({}))


def test_phantoms_stand_apart_and_the_gate_is_on_films() -> None:
    films, reference, _ = _made(3, 20, 10)
    broken = reference.scores.copy()
    broken[20:] = 1 - broken[20:]  # every phantom is wrong
    report = _report(films, reference, replace(reference, scores=broken))
    assert report.passed and report.max_dp == 0.0 and report.judged == 20
    assert report.of_phantoms is not None and report.of_phantoms.flips > 0
    assert report.roles == {"holdout": 20} and report.schema == 2
    broken = reference.scores.copy()
    broken[:20] = 1 - broken[:20]
    assert not _report(films, reference, replace(reference, scores=broken)).passed


def test_without_a_film_the_gate_is_on_phantoms() -> None:
    films, reference, found = _made(3, 0, 24)
    report = _report(films, reference, found)
    assert report.judged == 24 and report.flips > 0 and not report.passed
    assert report.of_phantoms is not None and report.of_phantoms.flips == report.flips


def test_one_class_alone_measures_no_auroc_and_fails() -> None:
    films, reference, _ = _made(3, 12)
    films = replace(films, labels=("covid",) * 12)
    report = _report(films, reference, reference)
    assert report.why == ("auroc_reach not measured (int8_auroc_reach)",)


def test_an_old_record_is_read_with_what_it_measured() -> None:
    old: dict[str, Any] = {
        "file": "f", "precision": "int8", "graph_sha256": "0" * 64, "films": 9, "phantoms": 2,
        "classes": {}, "mean_dp": 0.1, "p99_dp": 0.2, "max_dp": 0.3, "logit_shift": 0,
        "logit_spread": 0, "flips": 1, "flipped": ["a"],
        "flip_share": {"value": 0.1, "low": 0, "high": 1}, "heatmap_rank_correlation": 0.5,
        "novelty_mean_difference": 0, "gate": {}, "passed": True, "schema": 1,
    }  # fmt: skip
    report = parse(json.dumps(old), ParityReport, "old")
    assert report.judged == 11 and report.empty_maps is None and report.of_phantoms is None
    (line,) = parity_lines([report], Path("run"))
    assert "1 of 11 decisions change" in line and "AUROC" not in line and "goal" not in line

"""Two sets of records: what a verdict rests on, what is refused, and what CI gets to see."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import ratios
from benchmarks.compare import compare, gate, share
from benchmarks.compare_table import comparison_table
from benchmarks.ratios import median_ratio, verdict
from edge_runtime.benchmark_record import BenchmarkRecord, Memory, Times
from edge_runtime.errors import GateError, UsageError
from tests.environments import ROOT
from tests.workshop.fake_run import benchmark
from workshop.records import Interval

SAMPLES = st.lists(st.floats(1.0, 2.0), min_size=1, max_size=30)
SIDE = st.lists(SAMPLES, min_size=3, max_size=5)


def records(
    factor: float = 1.0, processes: int = 3, seed: int = 0, **changes: Any
) -> list[BenchmarkRecord]:
    """Processes that differ by up to 2 %, as real ones do."""
    rng = random.Random(seed)
    made = []
    for number in range(processes):
        own = factor * rng.uniform(0.99, 1.01)
        steady = [own * (4 + rng.expovariate(4)) for _ in range(50)]
        one = benchmark(seed=number, **changes)
        made.append(replace(one, times=None if one.emulated else Times.of(5, 4, steady, 10)))
    return made


def emulated(count: int, **changes: Any) -> BenchmarkRecord:
    known = {"target": "qemu:pi4", "memory": Memory(10, 20), "instructions": {"invoke": count}}
    return benchmark(emulated=True, **{**known, **changes})


@given(SIDE)
@settings(max_examples=8, deadline=None)
def test_the_same_data_cannot_be_told_apart(side: list[list[float]]) -> None:
    ratio = median_ratio(side, side)
    assert ratio.value == pytest.approx(1.0) and ratio.low <= 1.0 <= ratio.high
    assert verdict(ratio, len(side)) == "cannot tell"


@given(st.integers(0, 10**6), st.integers(3, 6), st.floats(1.2, 5.0))
@settings(max_examples=8, deadline=None)
def test_what_is_scaled_is_slower_and_the_other_way_faster(
    seed: int, processes: int, factor: float
) -> None:
    steady = [one.times.steady_ms for one in records(1.0, processes, seed) if one.times]
    slow = [[factor * ms for ms in samples] for samples in steady]
    ratio = median_ratio(steady, slow)
    assert ratio.value == pytest.approx(factor) and ratio.low <= factor <= ratio.high
    assert verdict(ratio, processes) == "slower"
    assert verdict(median_ratio(slow, steady), processes) == "faster"


@given(SIDE, SIDE, st.floats(0.01, 100))
@settings(max_examples=8, deadline=None)
def test_a_ratio_knows_no_unit(
    first: list[list[float]], second: list[list[float]], unit: float
) -> None:
    def scaled(side: Sequence[Sequence[float]]) -> list[list[float]]:
        return [[unit * one for one in samples] for samples in side]

    ours, theirs = median_ratio(first, second), median_ratio(scaled(first), scaled(second))
    assert (ours.value, ours.low, ours.high) == pytest.approx(
        (theirs.value, theirs.low, theirs.high)
    )


def test_the_interval_is_of_processes_not_of_samples() -> None:
    """Many samples of processes that disagree tell little; of ones that agree, much."""
    apart = [[value] * 99 for value in (1.0, 1.5, 2.0)]
    alike = [[value] * 99 for value in (1.49, 1.5, 1.51)]
    wide, narrow = median_ratio(apart, apart), median_ratio(alike, alike)
    assert wide.low <= 0.6 and wide.high >= 1.6
    assert 0.95 < narrow.low < narrow.high < 1.05


def test_an_interval_holds_the_truth_about_as_often_as_it_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nominal 95 %; of medians of five processes it is known to be a little less."""
    monkeypatch.setattr(ratios, "RESAMPLES", 200)
    held = 0
    for seed in range(50):
        first, second = (
            [one.times.steady_ms[:9] for one in records(1.0, 5, seed * 2 + part) if one.times]
            for part in (0, 1)
        )
        ratio = median_ratio(first, second)
        held += ratio.low <= 1.0 <= ratio.high
    assert held >= 42


@pytest.mark.parametrize(
    ("low", "high", "processes", "said"),
    [
        (1.01, 1.02, 5, "slower"), (0.97, 0.99, 5, "faster"), (0.99, 1.3, 9, "cannot tell"),
        (1.01, 1.09, 4, "cannot tell"), (1.11, 1.2, 1, "slower"), (0.5, 0.89, 1, "faster"),
        (0.5, 0.95, 2, "cannot tell"),
    ],
)  # fmt: skip
def test_few_processes_need_a_larger_difference(
    low: float, high: float, processes: int, said: str
) -> None:
    assert verdict(Interval((low + high) / 2, low, high), processes) == said


def test_a_slower_one_is_found_and_gates() -> None:
    found = compare(records(), records(1.5, seed=1))
    (row,) = found.rows
    assert row.verdict == "slower" and 1.4 < row.ratio.low < 1.5 < row.ratio.high < 1.6
    assert row.second == pytest.approx(1.5 * row.first, rel=0.03) and row.processes == (3, 3)
    gate(found, 0.6)
    with pytest.raises(GateError, match="1 of 1 rows are slower by over 5 %"):
        gate(found, 0.05)
    gate(compare(records(1.5), records()), 0.0)  # faster is no failure
    # Nor is what may be chance: the whole interval has to lie beyond.
    unsure = replace(row, ratio=Interval(1.2, 0.9, 1.5))
    gate(replace(found, rows=(unsure,)), 0.05)


def test_what_nobody_can_tell_fails_nothing() -> None:
    """One process a side: its samples are alike, whatever another process would say."""
    found = compare(records(processes=1), records(1.09, 1))
    assert found.rows[0].verdict == "cannot tell" and found.rows[0].ratio.low > 1.05
    gate(found, 0.05)


def test_threads_go_with_threads_under_another_name_too() -> None:
    def part(name: str, threads: Sequence[int]) -> list[BenchmarkRecord]:
        return [
            replace(one, model={**one.model, "name": name, "graph_sha256": name[0] * 64},
                    runtime={**one.runtime, "threads": count})
            for count in threads for one in records(float(count))
        ]  # fmt: skip

    found = compare(part("a", (1, 2)), part("b", (1, 2)), anyway=True)
    assert [(row.threads, row.verdict) for row in found.rows] == [
        (1, "cannot tell"), (2, "cannot tell"),
    ]  # fmt: skip
    assert any(line.startswith("model: a") and " against b" in line for line in found.differences)
    with pytest.raises(UsageError, match="not measured with the same number of threads"):
        compare(part("a", (1,)), part("b", (4,)), anyway=True)


def test_two_emulated_boards_are_two_devices() -> None:
    pair = [emulated(100)], [emulated(100, target="qemu:android-arm64")]
    with pytest.raises(UsageError, match="two devices .target: qemu:pi4 against qemu:android"):
        compare(*pair)
    assert compare(*pair, anyway=True).rows[0].verdict == "the same"


def test_models_are_paired_by_graph_and_threads() -> None:
    two: dict[str, Any] = {"runtime": {**benchmark().runtime, "threads": 2}}
    first = [*records(), *records(3, **two), *records(precision="float32")]
    second = [*records(3, **two), *records(seed=1)]
    found = compare(first, second)
    assert [(row.threads, row.precision) for row in found.rows] == [(1, "int8"), (2, "int8")]
    assert found.alone == ("only in A: fake 0.0.1 float32, threads 1",)


def test_other_models_and_devices_are_refused_unless_asked() -> None:
    other = records(2.0, model={**benchmark().model, "graph_sha256": "ff" * 32})
    with pytest.raises(UsageError, match="no model is in both"):
        compare(records(), other)
    assert compare(records(), other, anyway=True).rows[0].verdict == "slower"
    with pytest.raises(UsageError, match=r"two devices \(cpu: A processor against Another"):
        compare(records(), records(machine={**benchmark().machine, "cpu": "Another"}))
    board = records(machine={**benchmark().machine, "cpu": "Another"})
    found = compare(records(), board, anyway=True)
    assert "cpu: A processor against Another" in comparison_table(found)
    # Of int8 and float32 alone on a side, it is plain what is meant; of several it is not.
    assert compare(records(), records(2.0, precision="float32"), anyway=True).rows
    several = [*other, *records(precision="float32", model={"name": "b", "graph_sha256": "b"})]
    with pytest.raises(UsageError, match="cannot be paired"):
        compare(records(model={"name": "a"}), several, anyway=True)


def test_one_device_a_side() -> None:
    board = records(machine={**benchmark().machine, "cpu": "Another"})
    with pytest.raises(UsageError, match="A holds records of 2 devices"):
        compare([*records(), *board], board, anyway=True)
    with pytest.raises(UsageError, match="B holds records of 2 devices"):
        compare([emulated(1)], [emulated(1), emulated(1, target="qemu:pi3")], anyway=True)


def test_settings_that_differ_are_told_not_refused() -> None:
    newer = records(runtime={**benchmark().runtime, "version": "9.9"})
    assert compare(records(), newer).differences == ("runtime.version: 2.3.0 against 9.9",)


def test_flags_are_shown() -> None:
    text = comparison_table(compare(records(flags=("busy",)), records(flags=("busy", "throttled"))))
    assert "flagged in A and B: busy: something else ran" in text
    assert "flagged in B: throttled: heat or power" in text


@pytest.mark.parametrize(("count", "said"), [(100, "the same"), (101, "more"), (99, "fewer")])
def test_emulated_records_are_compared_by_instructions_alone(count: int, said: str) -> None:
    found = compare([emulated(100)], [emulated(count)])
    (row,) = found.rows
    assert (row.verdict, row.kind, row.ratio.low) == (said, "instructions, invoke", count / 100)
    text = comparison_table(found)
    assert " ms" not in text and "flagged in A and B: emulated" in text
    if said == "more":
        gate(found, 0.02)
        with pytest.raises(GateError):
            gate(found, 0.005)


def test_an_emulated_record_is_set_against_no_device() -> None:
    for sides in (([emulated(100)], records()), (records(), [emulated(100)])):
        with pytest.raises(UsageError, match="emulated record has no times"):
            compare(*sides, anyway=True)
    with pytest.raises(UsageError, match="count no instructions"):
        compare([emulated(100)], [emulated(100, instructions={"load": 5})])


@pytest.mark.parametrize(
    ("text", "value"), [("5%", 0.05), ("0.05", 0.05), ("0", 0), ("120 %", 1.2), ("5 %", 0.05)]
)
def test_shares(text: str, value: float) -> None:
    assert share(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "%", "-5%", "nan", "5%%", "5% or so", "inf", "1e9"])
def test_what_is_no_share_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="is no share"):
        share(text)


def test_the_table_is_narrow() -> None:
    long = records(model={**benchmark().model, "name": "n" * 60, "precision": "p" * 30})
    text = comparison_table(compare(long, long))
    assert max(map(len, text.splitlines())) <= 100 and "cannot tell" in text


def test_the_command(tmp_path: Path) -> None:
    for name, factor in (("a", 1.0), ("b", 1.5)):
        (tmp_path / f"{name}.json").write_text(
            "".join(one.to_json() + "\n" for one in records(factor))
        )

    def call(*words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "benchmarks", "compare", *map(str, words)],
            capture_output=True, text=True, cwd=ROOT,
        )  # fmt: skip

    one, two = tmp_path / "a.json", tmp_path / "b.json"
    done = call(one, two, "--fail-over", "5%")
    assert done.returncode == 1 and "slower" in done.stdout
    assert done.stderr.startswith("error: 1 of 1 rows are slower by over 5 %")
    done = call(two, one, "--fail-over", "5%", "--json")
    assert done.returncode == 0
    said = json.loads(done.stdout)
    assert said["rows"][0]["verdict"] == "faster" and said["rows"][0]["ratio"]["high"] < 0.72
    wrong = call(one, two, "--fail-over", "much")
    assert (wrong.returncode, wrong.stdout) == (2, "") and "is no share" in wrong.stderr

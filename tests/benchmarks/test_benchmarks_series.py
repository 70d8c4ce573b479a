"""Order, keeping, checking and showing of records, without a device."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.checks import problems
from benchmarks.measure import Series, keep, order
from benchmarks.shelf import measure
from benchmarks.table import WIDTH, table
from benchmarks.targets import TARGETS, target
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import DataError, EdgeError, UsageError
from tests.workshop.fake_run import benchmark
from workshop.latency import latency_rows, read_records
from workshop.plotting.latency import latency_plot


class Device:
    """A device that breaks after some measurements."""

    name = "device"

    def __init__(self, lasts: int) -> None:
        self.lasts = lasts
        self.asked: list[tuple[str, int, int]] = []

    def machine(self) -> str:
        return self.name

    def open(self) -> None:
        self.is_open = True

    def leave(self) -> None:
        pass

    def close(self) -> None:
        self.is_open = False

    def probe(self, model: str, runs: int, threads: int) -> BenchmarkRecord:
        assert self.is_open
        if len(self.asked) == self.lasts:
            raise EdgeError("the device is gone")
        self.asked.append((Path(model).name, runs, threads))
        return benchmark(seed=len(self.asked))


@given(
    st.lists(st.sampled_from("abcd"), min_size=1, max_size=6),
    st.lists(st.integers(1, 3), min_size=1, max_size=3),
    st.integers(1, 4),
    st.integers(0, 9),
)
def test_every_job_comes_once_in_an_order_that_the_seed_fixes(
    models: list[str], threads: list[int], repeats: int, seed: int
) -> None:
    series = Series(models, 1, repeats, threads, seed)
    jobs = order(series)
    assert jobs == order(series)
    assert Counter(jobs) == Counter(
        (m, t, r) for m in set(models) for t in set(threads) for r in range(1, repeats + 1)
    )


def test_the_order_mixes_models() -> None:
    orders = {tuple(m for m, _, _ in order(Series(["a", "b"], 1, 4, seed=s))) for s in range(9)}
    assert len(orders) > 5


def test_records_are_kept_as_they_come(tmp_path: Path) -> None:
    for name in ("a.tflite", "b.tflite"):
        (tmp_path / name).write_bytes(b"")
    device, kept = Device(lasts=3), tmp_path / "kept"
    series = Series([str(tmp_path / "a.tflite"), str(tmp_path / "b.tflite")], 9, 2, [4], seed=3)
    taken = measure([device], series, kept)
    first = next(taken)
    assert read_records([kept]) == [first]
    assert (first.target, first.series) == (
        "device", {"seed": 3, "place": 1, "of": 4, "repeat": order(series)[0][2]}
    )  # fmt: skip
    with pytest.raises(EdgeError, match="the device is gone"):
        list(taken)
    assert len(read_records([kept])) == 3
    assert not device.is_open
    assert device.asked == [(Path(m).name, 9, 4) for m, _, _ in order(series)[:3]]


def test_no_record_replaces_another(tmp_path: Path) -> None:
    record = benchmark()
    odd = replace(record, model={**record.model, "name": "../a name/ö"})
    paths = {keep(tmp_path, one) for one in (record, record, record, odd, odd)}
    assert len(paths) == 5 and {path.parent for path in paths} == {tmp_path}
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in paths)


def test_unknown_targets_are_told_with_the_known_ones() -> None:
    assert "local" in TARGETS and target("local").name == "local"
    for name in ("telnet://me@board", "", "Local", "local:2"):
        with pytest.raises(UsageError, match="local"):
            target(name)


def test_a_record_of_the_probe_is_valid() -> None:
    assert problems(benchmark()) == []
    assert problems(benchmark(hwm_kib=None, hwm_after_load_kib=None)) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"p50_ms": 1.0}, "p50_ms is 1.0, the samples give"),
        ({"p90_ms": 1.0}, "p90_ms"),
        ({"min_ms": 1.0}, "min_ms"),
        ({"p99_ms": 1.0}, "p99_ms"),
        ({"sd_ms": 1.0}, "sd_ms"),
        ({"decode_ms": -1.0}, "not a positive number"),
        ({"times": None}, "times are missing"),
        ({"golden": False}, "say two things"),
        ({"flags": ("golden_failed",)}, "say two things"),
        ({"instructions": {"invoke": 0}}, "instructions is not positive"),
        ({"energy_mj": float("inf")}, "energy_mj"),
        ({"emulated": True, "target": "qemu:pi4"}, "neither memory nor instructions"),
        ({"load_ms": float("nan")}, "not a positive number"),
        ({"steady_ms": (1.0, -1.0)}, "not a positive number"),
        ({"steady_ms": ()}, "no sample"),
        ({"emulated": True}, "local cannot be emulated"),
        ({"hwm_kib": 10}, "hwm_kib is below"),
        ({"hwm_kib": 0, "hwm_after_load_kib": None}, "not positive"),
        ({"started": "yesterday"}, "no ISO 8601"),
        ({"model": {"name": "x"}}, "model lacks version"),
        ({"model": {"file_sha256": "x"}}, "file_sha256 is no SHA-256"),
        ({"runtime": {"name": "x"}}, "runtime lacks threads"),
        ({"runtime": {"threads": "x"}}, "no number of threads"),
        ({"runtime": {"threads": None}}, "no number of threads"),
    ],
)
def test_what_does_not_fit_is_found(changes: dict[str, Any], said: str) -> None:
    assert any(said in line for line in problems(benchmark(**changes)))


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=60),
    st.floats(1e-3, 1e7),
    st.lists(st.sampled_from(["busy", "throttled", "golden_failed", "x" * 60]), max_size=4),
    st.booleans(),
)
def test_a_table_fits_and_ends_in_a_newline(
    name: str, time: float, flags: list[str], emulated: bool
) -> None:
    times: dict[str, Any] = {} if emulated else {"p50_ms": time, "load_ms": time}
    record = benchmark(**times, flags=tuple(flags), emulated=emulated)
    text = table(latency_rows([replace(record, model={**record.model, "name": name})]))
    lines = text.splitlines()
    assert text.endswith("\n") and max(map(len, lines)) <= WIDTH
    assert emulated == any("no board's" in line for line in lines)


@pytest.mark.parametrize("threads", ["x", None, True])
def test_threads_that_are_no_number_are_told(threads: object) -> None:
    odd = benchmark(runtime={"name": "litert", "threads": threads})
    with pytest.raises(DataError, match="benchmarks validate"):
        latency_rows([odd])


def test_a_model_s_name_is_no_formula() -> None:
    odd = benchmark(model={**benchmark().model, "name": "a$b_{$"})
    assert latency_plot([odd]).startswith(b"\x89PNG")


def test_a_table_shows_figures_but_never_an_emulated_one() -> None:
    real = benchmark(p50_ms=3.456, hwm_kib=20480, flags=("busy",))
    emulated = benchmark(target="qemu", emulated=True)
    text = table(latency_rows([real, emulated]))
    assert "3.46" in text and "20.0" in text and "busy: something else ran" in text
    assert "EMULATED" in text
    assert len(text.split("\n\n")) == 2  # a block a machine

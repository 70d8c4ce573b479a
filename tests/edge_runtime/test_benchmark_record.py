"""The record's schema: what it writes, what it reads, and what it cannot hold."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.benchmark_record import BenchmarkRecord, Memory, Times, quantile
from edge_runtime.errors import DataError
from tests.workshop.fake_run import benchmark

SAMPLES = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=60)
FIRST: dict[str, Any] = {  # a record as the first schema was written
    "emulated": False, "file_bytes": 8, "first_ms": 4.5, "flags": ["golden_failed"],
    "load_ms": 3.5, "machine": {"cpu": "A processor"}, "min_ms": 1.0, "model": {"name": "m"},
    "p50_ms": 2.0, "p90_ms": 2.8, "rss_after_load_kib": 5, "rss_peak_kib": 7,
    "runtime": {"name": "litert", "threads": 1}, "schema": 1, "series": {"seed": 4},
    "started": "2026-01-02T03:04:05Z", "steady_ms": [1.0, 2.0, 3.0], "target": "local",
    "warmup_runs": 10,
}  # fmt: skip


@given(SAMPLES, st.floats(0, 1))
def test_quantile_is_numpys(samples: list[float], share: float) -> None:
    import numpy as np

    assert quantile(samples, share) == pytest.approx(float(np.quantile(samples, share)))


@given(SAMPLES)
def test_figures_follow_from_the_samples(samples: list[float]) -> None:
    import numpy as np

    times = Times.of(1.0, 2.0, samples, 10)
    spread = float(np.std(samples, ddof=1)) if len(samples) > 1 else 0.0
    assert times.sd_ms == pytest.approx(spread, rel=1e-6, abs=1e-6)
    assert times.min_ms <= times.p50_ms <= times.p90_ms <= times.p99_ms <= max(samples)


def test_what_is_written_is_read() -> None:
    record = replace(
        benchmark(), instructions={"invoke": 3}, energy_mj=1.5, flags=("busy",), series={"seed": 1}
    )
    assert BenchmarkRecord.from_json(record.to_json()) == record
    bare = replace(record, times=None, memory=None, instructions=None, energy_mj=None)
    assert BenchmarkRecord.from_json(bare.to_json()) == bare
    later = {**json.loads(record.to_json()), "colour": "blue"}
    later["memory"]["more"] = 1
    assert BenchmarkRecord.from_json(json.dumps(later)) == record


def test_an_emulated_record_has_no_times() -> None:
    emulated = benchmark(emulated=True, target="qemu:pi4", memory=Memory(5, 7))
    data = json.loads(emulated.to_json())
    assert "times" not in data and not [name for name in data if name.endswith("_ms")]
    with pytest.raises(ValueError, match="no board's"):
        replace(emulated, times=benchmark().times)
    data["times"] = json.loads(benchmark().to_json())["times"]
    with pytest.raises(DataError, match="no board's"):
        BenchmarkRecord.from_json(json.dumps(data))


def test_the_first_schema_is_read_still() -> None:
    record = BenchmarkRecord.from_json(json.dumps(FIRST))
    times = record.times
    assert times and times.steady_ms == (1.0, 2.0, 3.0) and times.load_ms == 3.5
    assert (times.p50_ms, times.p90_ms, times.min_ms, times.sd_ms) == (2.0, 2.8, 1.0, 1.0)
    assert record.memory == Memory(5, 7) and not record.golden and record.schema == 2
    assert (record.series, record.flags) == ({"seed": 4}, ("golden_failed",))
    assert BenchmarkRecord.from_json(record.to_json()) == record
    emulated = BenchmarkRecord.from_json(json.dumps({**FIRST, "emulated": True}))
    assert emulated.times is None and emulated.memory is None


def test_a_figure_of_the_first_schema_is_not_put_right() -> None:
    record = BenchmarkRecord.from_json(json.dumps({**FIRST, "p50_ms": 9.0}))
    assert record.times and record.times.p50_ms == 9.0


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '{"schema": 3}', '{"schema": 1}', '{"schema": 2}',
     json.dumps({**FIRST, "steady_ms": []}),
     json.dumps({**asdict(benchmark()), "times": {"p50_ms": 1.0}})],
)  # fmt: skip
def test_what_is_no_record_is_told(text: str) -> None:
    with pytest.raises(DataError, match="record") as caught:
        BenchmarkRecord.from_json(text)
    assert "\n" not in str(caught.value)

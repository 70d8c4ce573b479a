"""One process, one model, one record."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.checks import problems
from edge_runtime import container, machine, machine_state, probe
from edge_runtime.benchmark_record import BenchmarkRecord
from tests.environments import ROOT
from tests.tiny import film, png, repacked


def probed(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edge_runtime.probe", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


def test_one_record_a_process(tiny_model: Path) -> None:
    done = probed(tiny_model, "--runs", 7, "--threads", 2)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1 and done.stderr == ""
    record = BenchmarkRecord.from_json(done.stdout)
    times, memory = record.times, record.memory
    assert times and len(times.steady_ms) == 7 and record.runtime["threads"] == 2
    assert times.min_ms == min(times.steady_ms) <= times.p50_ms <= times.p90_ms <= times.p99_ms
    assert times.p99_ms <= max(times.steady_ms)
    assert times.load_ms > 0 and times.first_ms > 0 and times.warmup_runs >= 10
    assert memory and memory.hwm_after_load_kib and memory.hwm_kib
    assert 5_000 < memory.hwm_after_load_kib <= memory.hwm_kib
    assert record.file_bytes == tiny_model.stat().st_size
    assert record.model["file_sha256"] == hashlib.sha256(tiny_model.read_bytes()).hexdigest()
    assert record.model["name"] == "tiny-int8" and not record.emulated
    assert (record.target, record.golden) == ("local", True)
    assert times.decode_ms and times.resize_ms and not problems(record)
    assert BenchmarkRecord.from_json(record.to_json()) == record


def test_a_model_that_answers_wrongly_is_flagged(tiny_model: Path, tmp_path: Path) -> None:
    goldens = json.loads(container.split(tiny_model.read_bytes())[1][container.GOLDEN])
    goldens["items"][0]["novelty"] += 0.1
    wrong = tmp_path / "wrong.tflite"
    files = {container.GOLDEN: json.dumps(goldens).encode()}
    wrong.write_bytes(repacked(tiny_model.read_bytes(), {}, files))
    record = probe.measure(str(wrong), runs=1)
    assert "golden_failed" in record.flags and not record.golden


@pytest.mark.parametrize(("others", "busy"), [(0.0, False), (0.2, False), (0.9, True), (3, True)])
def test_a_busy_machine_is_flagged(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, others: float, busy: bool
) -> None:
    """The clocks are stood in for: nobody can promise a test an idle machine."""

    def busy_seconds() -> float:
        return time.process_time() + others * time.monotonic()

    monkeypatch.setattr(machine, "busy_seconds", busy_seconds)
    record = probe.measure(str(tiny_model), runs=1)
    assert record.machine["others"] == pytest.approx(others, abs=0.02)
    assert ("busy" in record.flags) == busy


def test_others_really_at_work_are_noticed(tiny_model: Path) -> None:
    spin = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(spin) for _ in range(os.cpu_count() or 1)]
    try:
        assert "busy" in probe.measure(str(tiny_model), runs=1).flags
    finally:
        for one in others:
            one.kill()
            one.wait()


def test_a_system_that_does_not_tell(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "busy_seconds", lambda: None)
    record = probe.measure(str(tiny_model), runs=1)
    assert record.machine["others"] is None and "busy" not in record.flags


def test_bad_use(tmp_path: Path) -> None:
    missing = probed(tmp_path / "none.tflite")
    assert (missing.returncode, missing.stdout, missing.stderr.count("\n")) == (3, "", 1)
    assert probed(tmp_path, "--runs", 0).returncode == 2


def test_a_film_of_one_s_own_is_decoded(tiny_model: Path, tmp_path: Path) -> None:
    picture = tmp_path / "film.png"
    picture.write_bytes(png(film(170, seed=1, size=64)))
    own = probe.measure(str(tiny_model), runs=1, film=str(picture)).times
    drawn = probe.measure(str(tiny_model), runs=1).times
    assert own and drawn and own.decode_ms and drawn.decode_ms
    assert own.decode_ms < drawn.decode_ms
    done = probed(tiny_model, "--film", tmp_path / "none.png")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)


def test_a_board_that_throttles_and_swaps_says_so(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A made-up tree: a processor at its trip point, whose system swaps at every look."""
    zone = tmp_path / "sys/class/thermal/thermal_zone0"
    zone.mkdir(parents=True)
    for name, content in {"type": "cpu", "temp": "85500", "trip_point_0_type": "passive",
                          "trip_point_0_temp": "85000"}.items():  # fmt: skip
        (zone / name).write_text(content + "\n")
    pages = iter(range(0, 10**6, 1000))
    monkeypatch.setattr(machine_state, "_swapped", lambda root: next(pages))
    record = probe.measure(str(tiny_model), runs=1, root=tmp_path)
    assert {"throttled", "swapping"} <= set(record.flags)
    assert record.machine["throttled"] == "cpu is at its trip point"
    assert record.memory and record.memory.hwm_kib is None  # this tree tells no memory
    assert not problems(record)

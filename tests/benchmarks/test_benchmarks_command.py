"""`python -m benchmarks`, really run: fresh processes, records kept, one line for a mistake."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edge_runtime.benchmark_record import BenchmarkRecord

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "benchmarks"]


def call(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def failed(done: subprocess.CompletedProcess[str], status: int, said: str) -> None:
    assert (done.returncode, done.stdout) == (status, "")
    line = done.stderr.splitlines()[-1]
    assert line.startswith("error: ") and said in line
    assert "Traceback" not in done.stderr


def test_two_models_are_measured_shown_drawn_and_validated(
    tiny_model: Path, tiny_float_model: Path, tmp_path: Path
) -> None:
    done = call("run", "--target", "local", tiny_model.name, tiny_float_model, "--runs", 5,
                "--repeats", 2, "--seed", 7, "--pause", 0, "--out", tmp_path / "records",
                cwd=tiny_model.parent)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "tiny-int8 1" in done.stdout and "tiny-float32 1" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert "measuring on local" in done.stderr and "4 records" in done.stderr

    files = sorted((tmp_path / "records").iterdir())
    assert len(files) == 4 and all(path.suffix == ".json" for path in files)
    records = [BenchmarkRecord.from_json(path.read_text()) for path in files]
    places = sorted(record.series["place"] for record in records)
    assert places == [1, 2, 3, 4]
    assert {(r.series["seed"], r.series["of"]) for r in records} == {(7, 4)}
    assert {len(r.times.steady_ms) for r in records if r.times} == {5} and {
        r.target for r in records
    } == {"local"}

    shown = call("table", tmp_path / "records")
    assert shown.stdout == done.stdout
    rows = json.loads(call("table", "--json", tmp_path / "records").stdout)
    assert sorted((row["model"], row["processes"]) for row in rows) == [
        ("tiny-float32 1", 2), ("tiny-int8 1", 2),
    ]  # fmt: skip
    assert call("validate", tmp_path / "records").stdout == "4 records are valid\n"
    png = tmp_path / "new" / "latency.png"
    drawn = call("plot", *files, "--out", png)
    assert drawn.stdout == f"{png}\n" and png.read_bytes().startswith(b"\x89PNG")

    record = json.loads(files[0].read_text())
    times = record["times"]
    files[0].write_text(json.dumps({**record, "times": {**times, "p50_ms": times["p50_ms"] / 2}}))
    failed(call("validate", tmp_path / "records"), 2, "p50_ms is")


def test_json_prints_the_records_themselves(tiny_model: Path, tmp_path: Path) -> None:
    done = call("run", tiny_model, "--runs", 1, "--repeats", 1, "--threads", 1, "--threads", 2,
                "--pause", 0, "--json", "--out", tmp_path)  # fmt: skip
    records = [BenchmarkRecord.from_json(line) for line in done.stdout.splitlines()]
    assert {record.runtime["threads"] for record in records} == {1, 2}
    assert {path.read_text() for path in tmp_path.iterdir()} == set(done.stdout.splitlines(True))


def test_a_stopped_run_keeps_what_it_has(tiny_model: Path, tmp_path: Path) -> None:
    started = subprocess.Popen(
        [*COMMAND, "run", str(tiny_model), "--runs", "1", "--repeats", "500", "--pause", "0",
         "--out", str(tmp_path / "records")],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        while not list(tmp_path.glob("records/*.json")):
            assert started.poll() is None, started.communicate()
        started.send_signal(signal.SIGINT)
        printed, said = started.communicate(timeout=120)
    finally:
        started.kill()
    assert (started.returncode, printed) == (130, "")
    assert said.splitlines()[-1] == "error: interrupted"
    for path in (tmp_path / "records").iterdir():
        assert BenchmarkRecord.from_json(path.read_text()).series["of"] == 500


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--target", "telnet://x", "MODEL"], 2, "unknown target 'telnet://x'"),
        (["--target", "local://x", "MODEL"], 2, "unknown target 'local://x'"),
        (["no-such-model"], 3, "no model 'no-such-model'"),
        (["MODEL", "no-such-model"], 3, "no model 'no-such-model'"),
        (["--runs", "0", "MODEL"], 2, "--runs"),
        (["--threads", "0", "MODEL"], 2, "--threads"),
        (["setup.cfg"], 3, "carries no contract"),
        ([], 2, "Missing argument"),
    ],
)
def test_a_mistake_is_one_line_and_no_record(
    tiny_model: Path, tmp_path: Path, arguments: list[str], status: int, said: str
) -> None:
    given = [str(tiny_model) if one == "MODEL" else one for one in arguments]
    failed(call("run", *given, "--out", tmp_path / "records"), status, said)
    assert not (tmp_path / "records").exists()


def test_records_that_cannot_be_kept_are_one_line(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "records"
    failed(call("run", tiny_model, "--runs", 1, "--repeats", 1, "--out", out), 1, "cannot be writ")


@pytest.mark.parametrize("command", ["table", "validate", "plot"])
def test_what_is_no_record_is_one_line(command: str, tmp_path: Path) -> None:
    rest = ["--out", str(tmp_path / "x.png")] if command == "plot" else []
    failed(call(command, "setup.cfg", *rest), 2, "setup.cfg line 1 is not as expected")
    failed(call(command, tmp_path, *rest), 2, "holds no record")
    assert not list(tmp_path.iterdir())

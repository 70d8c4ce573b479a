"""Devices by adb, through Debian's real adbd: with Python, with the app, with neither."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.targets import Options
from benchmarks.targets.adb import Adb
from benchmarks.targets.app import App
from benchmarks.targets.device_lock import Busy, Lock
from benchmarks.targets.keeper import facts
from benchmarks.targets.wheels import wheels
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import DeviceError, UsageError
from edge_runtime.model_file import read
from tests.benchmarks.adbd import SERIAL, inside
from tests.benchmarks.sshd import PYTHON, wrapper
from tests.workshop.fake_run import benchmark

COMMAND = [sys.executable, "-m", "benchmarks", "run", "--pause", "0", "--runs", "2", "--json"]
TARGET = f"adb:{SERIAL}"
# A phone's commands, which adbd starts; they write down what they were told.
STAND_INS = {
    "pm": 'test -e "$PHONE/app" && echo "package:/data/app/base.apk"',
    "am": 'echo "$@" >>"$PHONE/told"; test "$1" = start || exit 0; cp "$PHONE/app" "$PHONE/record"',
    "pidof": "exit 1",  # it has ended
}
# Where a phone has them, this machine has no place.
APP = """
import sys
from benchmarks.targets.app import App
App.RECORD, App.LOCK = sys.argv.pop(1), sys.argv.pop(1)
from benchmarks.cli import app
from workshop.command import command_line
command_line(app, "benchmarks")
"""


def test_python_on_the_device_is_measured(tiny_model: Path, place: Path, tmp_path: Path) -> None:
    wheels(facts(), TARGET)  # in the namespace there is no way to an index
    done = inside(
        [*COMMAND, "--target", f"{TARGET}?python={PYTHON}&folder={place}", "--repeats", "2",
         "--out", tmp_path / "out", tiny_model],
        tmp_path / "home",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    records = [BenchmarkRecord.from_json(line) for line in done.stdout.splitlines()]
    # What CI proves is the way there; the figures are of this machine, and say so.
    assert [one.target for one in records] == [f"{TARGET} (this machine)"] * 2
    assert all(one.golden and one.times is not None and not one.emulated for one in records)
    assert {one.model["graph_sha256"] for one in records} == {graph_of(tiny_model)}
    assert not any(place.iterdir())


def test_an_index_out_of_reach_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.targets.wheels.CACHE", tmp_path)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(DeviceError, match="cannot reach its index to fetch"):
        wheels(facts(), TARGET)


def test_a_phone_that_was_lost_is_locked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def shell(*words: str) -> subprocess.CompletedProcess[str]:
        calls.append(words[0])
        return subprocess.CompletedProcess(words, 0, "", "")

    target, app = Adb("adb:PHONE", Options()), App(shell, "adb:PHONE", Options())
    monkeypatch.setattr(target, "_app", app)
    monkeypatch.setattr(target, "_ready", lambda: None)
    monkeypatch.setattr(app, "probe", lambda *_: "a record")
    app.open()
    app.close()  # what a lost connection leads to
    calls.clear()
    said: object = target.probe("model", 1, 1)
    assert said == "a record" and "mkdir" in calls and app.locked


def test_who_leaves_waits_for_no_lock(tmp_path: Path) -> None:
    held, waiting = (Lock(str(tmp_path / "lock")) for _ in range(2))
    held.take("somebody")
    waiting.left = True
    with pytest.raises(Busy, match="somebody"):
        waiting.take("me", patience=3600.0)
    held.release()


def graph_of(model: Path) -> str:
    contract = read(model).contract
    assert contract is not None
    return contract.graph_sha256


@pytest.fixture
def phone(tmp_path: Path) -> Path:
    """A PATH with what a phone has: no Python, but `pm` and `am`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("cat", "cp", "mkdir", "rm", "sh"):
        (folder / name).symlink_to(Path("/usr/bin") / name)
    for name, text in STAND_INS.items():
        (folder / name).write_text(f"#!/bin/sh\nPHONE={tmp_path}\n{text}\n")
        (folder / name).chmod(0o755)
    return folder


def on_phone(
    phone: Path, *words: str | Path, patience: float = 60.0
) -> subprocess.CompletedProcess[str]:
    folder = phone.parent
    start: list[str | Path] = [sys.executable, "-c", APP, folder / "record", folder / "lock"]
    return inside(
        [*start, *COMMAND[3:], "--target", TARGET, "--patience", str(patience), *words],
        folder / "home", phone,
    )  # fmt: skip


def app_record(model: Path) -> BenchmarkRecord:
    about = {**benchmark().model, "graph_sha256": graph_of(model)}
    return benchmark(target="local", model=about)


def test_a_device_without_python_and_app_is_told(tiny_model: Path, phone: Path) -> None:
    done = on_phone(phone, tiny_model)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.splitlines()[-1] == (
        f"error: {TARGET} has no python3, nor is the app org.cxredge.demo: install one of them"
    )


def test_the_app_writes_the_record(tiny_model: Path, phone: Path, tmp_path: Path) -> None:
    """The intent is asked for what was wanted; its record is kept; the phone is left clean."""
    (tmp_path / "app").write_text(app_record(tiny_model).to_json())
    done = on_phone(
        phone, "--threads", "2", "--repeats", "1", "--out", tmp_path / "out", tiny_model
    )
    assert done.returncode == 0, done.stderr
    (record,) = [BenchmarkRecord.from_json(line) for line in done.stdout.splitlines()]
    assert record.target == TARGET and record.series["of"] == 1
    told = (tmp_path / "told").read_text().splitlines()
    assert told[:2] == [
        "force-stop org.cxredge.demo",
        "start -n org.cxredge.demo/.BenchmarkActivity --ei runs 2 --ei threads 2",
    ]
    assert not (tmp_path / "record").exists() and not (tmp_path / "lock").exists()


def test_an_app_with_another_model_or_in_use_is_told(
    tiny_model: Path, tiny_float_model: Path, phone: Path, tmp_path: Path
) -> None:
    (tmp_path / "app").write_text(app_record(tiny_float_model).to_json())
    done = on_phone(phone, tiny_model)
    assert done.returncode == 2 and "which is another model than" in done.stderr
    assert not (tmp_path / "lock").exists()

    (tmp_path / "lock").mkdir()
    (tmp_path / "lock/who").write_text("she@lab since 2026-01-02 03:04:05 UTC abc\n")
    done = on_phone(phone, tiny_model, patience=1)
    assert done.returncode == 1 and (tmp_path / "lock/who").exists()
    assert "is in use by she@lab since 2026-01-02 03:04:05 UTC; wait" in done.stderr


def test_an_app_that_breaks_is_told(tiny_model: Path, phone: Path, tmp_path: Path) -> None:
    """At once, not when the longest measurement would be over."""
    (tmp_path / "app").write_text("")
    done = on_phone(phone, tiny_model)
    assert done.returncode == 1 and "the app ended without a record; see `adb" in done.stderr
    assert not (tmp_path / "lock").exists()


def test_an_adbd_that_dies_is_named_and_sought_again(tiny_model: Path, tmp_path: Path) -> None:
    """The stand-in for the device's Python ends the adbd that started it."""
    python = wrapper(tmp_path / "python3", "kill -9 $PPID")
    done = inside(
        [*COMMAND, "--target", f"{TARGET}?python={python}", tiny_model], tmp_path / "home"
    )
    lines = [line for line in done.stderr.splitlines() if TARGET in line]
    assert done.returncode == 1 and len(lines) == 2, done.stderr
    assert lines[0].startswith(TARGET) and lines[0].endswith("; trying again")
    assert lines[1].startswith(f"error: {TARGET} cannot be reached by adb: ")


def test_what_cannot_be_reached_is_told(tmp_path: Path, tiny_model: Path) -> None:
    absent = ["--target", "adb:127.0.0.1:1", "--target", "adb:no-such-serial"]
    done = inside([*COMMAND, *absent, tiny_model], tmp_path / "home")
    assert done.returncode == 1 and "2 of 2 targets failed" in done.stderr
    for name in absent[1::2]:
        assert f"{name} cannot be reached by adb: device '{name[4:]}' not found" in done.stderr


def test_a_client_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceError, match="the command adb is not installed here"):
        Adb("adb:x", Options()).machine()


@pytest.mark.parametrize("text", ["adb:", "adb", "adb:-s", "adb:a b", "adb:x?serial=y"])
def test_what_is_no_serial_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="target"):
        Adb(text, Options())

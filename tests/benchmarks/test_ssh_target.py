"""Devices by ssh, through a real sshd: each failure has its message, and nothing is left."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.targets import Options, opened
from benchmarks.targets.device_lock import Lock
from benchmarks.targets.ssh import Ssh
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import DeviceError, InterpreterError, StorageError, UsageError
from tests.benchmarks.sshd import PYTHON, Sshd, emptied, wrapper

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "benchmarks", "run", "--pause", "0", "--runs", "1"]


def device(
    sshd: Sshd, python: str | Path = PYTHON, patience: float = 60.0, folder: Path | None = None
) -> Ssh:
    return Ssh(sshd.address(python, folder), Options(patience, sshd.options))


def test_a_device_is_measured_and_left_as_it_was(
    sshd: Sshd, tiny_model: Path, place: Path, tmp_path: Path
) -> None:
    """The real probe with wheels of its own; this machine itself is the same machine."""
    listed = tmp_path / "targets"
    listed.write_text(f"# a shelf\n{sshd.address(folder=place)} # a board\n\n")
    done = subprocess.run(
        [*COMMAND, "--target", "local", "--targets", str(listed), *sshd.words(), "--repeats", "2",
         "--json", "--out", str(tmp_path / "out"), str(tiny_model)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    records = [BenchmarkRecord.from_json(line) for line in done.stdout.splitlines()]
    remote = sshd.address().partition("?")[0] + " (this machine)"
    # One after the other, since they share a machine.
    assert [one.target for one in records] == ["local", "local", remote, remote]
    assert [one.series["place"] for one in records] == [1, 2, 1, 2]
    assert all(one.golden and one.times is not None and not one.emulated for one in records)
    assert len({one.model["graph_sha256"] for one in records}) == 1
    assert {path.read_text() for path in (tmp_path / "out").iterdir()} == set(
        done.stdout.splitlines(True)
    )
    assert emptied(place)


def test_ctrl_c_leaves_the_records_and_nothing_else(
    sshd: Sshd, tiny_model: Path, place: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    started = subprocess.Popen(
        [*COMMAND, "--target", sshd.address(folder=place), *sshd.words(), "--repeats", "500",
         "--out", str(out), str(tiny_model)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        while not list(out.glob("*.json")):
            assert started.poll() is None, started.communicate()
            time.sleep(0.1)
        assert any(place.iterdir())
        started.send_signal(signal.SIGINT)
        _, said = started.communicate(timeout=120)
    finally:
        started.kill()
    assert started.returncode == 130 and said.splitlines()[-1] == "error: interrupted"
    assert not any(place.iterdir())  # at once: it was waited for
    assert all(BenchmarkRecord.from_json(one.read_text()) for one in out.iterdir())


def test_a_killed_run_leaves_nothing_on_the_device(
    sshd: Sshd, tiny_model: Path, place: Path, tmp_path: Path
) -> None:
    started = subprocess.Popen(
        [*COMMAND, "--target", sshd.address(folder=place), *sshd.words(), "--repeats", "500",
         "--out", str(tmp_path / "out"), str(tiny_model)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not list(place.glob("*/site")):
            assert started.poll() is None
            time.sleep(0.1)
    finally:
        started.kill()
        started.wait()
    assert emptied(place)
    lock = Lock()
    lock.take("the next run", patience=60.0)
    lock.release()


def test_a_full_disk_is_told(sshd: Sshd, tiny_model: Path, place: Path) -> None:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place])
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted: this needs root")
    try:
        full = device(sshd, folder=place)
        with (
            pytest.raises(StorageError, match="No space left on device; make room, or name"),
            opened(full),
        ):
            raise AssertionError("two MiB hold no wheel")
        assert emptied(place)
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def test_two_runs_on_one_device(sshd: Sshd, place: Path) -> None:
    first, second = (device(sshd, folder=place) for _ in range(2))
    for one in (first, second):
        one.lock = str(place.parent / "lock")
    first.archives = second.archives = list  # type: ignore[method-assign]
    with opened(first):
        second.machine()
        second.options = Options(0.5, sshd.options)
        user = r"\w+@\S+ since \d{4}-.* UTC"
        with (
            pytest.raises(DeviceError, match=rf"in use by {user}; wait for it, or give more"),
            opened(second),
        ):
            raise AssertionError("the device was in use")
        assert len(list(place.iterdir())) == 1
    second.options = first.options
    with opened(second):
        pass
    assert emptied(place)


STAND_INS = {
    # name: (shell before Python, patch of Python, error, message)
    "another processor": (
        "", "import platform; platform.machine = lambda: 'riscv64'", DeviceError,
        "is a riscv64 of 64 bits: interpreters have wheels for x86_64, aarch64 and armv7l only",
    ),
    "another C library": (
        "", "import platform; platform.libc_ver = lambda *a, **k: ('', '')", DeviceError,
        "with the C library unknown: interpreters have wheels for Linux with glibc only",
    ),
    "an old Python": (
        "", "import sys; sys.version_info = (3, 9, 2, 'final', 0)", DeviceError,
        "has Python 3.9; the runtime needs 3.10 or later",
    ),
    "no interpreter for it": (
        "", "import platform, struct, sys; platform.machine = lambda: 'aarch64'\n"
        "sys.version_info = (3, 12, 1, 'final', 0); struct.calcsize = lambda text: 4",
        InterpreterError, "no interpreter is pinned for Python 3.12, armv7l",
    ),
    "a wheel that does not fit": (
        "", "import platform; platform.libc_ver = lambda *a, **k: ('glibc', '2.17')",
        InterpreterError, r"ai-edge-litert \S+ has no wheel for Python \S+ on \w+ with glibc 2.17",
    ),
    "a slow answer": ("sleep 3", "", DeviceError, "within 1 seconds; give a slow device more --"),
    "a Python that fails": ("echo broken >&2; exit 3", "", DeviceError, "does not start: broken"),
}  # fmt: skip


@pytest.mark.parametrize("name", STAND_INS)
def test_a_device_that_cannot_be_used_is_told(
    name: str, sshd: Sshd, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is real; what the device's Python says of itself is a stand-in's."""
    shell, patch, kind, said = STAND_INS[name]
    python = wrapper(tmp_path / "python3", shell, patch)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setattr("benchmarks.targets.wheels.CACHE", tmp_path / "wheels")
    slow = device(sshd, python, 1.0 if name == "a slow answer" else 60.0, folder=place)
    with pytest.raises(kind, match=said) as caught, opened(slow):
        raise AssertionError("it was used")
    assert str(caught.value).startswith("ssh://")
    assert emptied(place)


def test_a_device_without_python(sshd: Sshd) -> None:
    for absent in ("/nonexistent/python3", "no-such-python"):
        with pytest.raises(DeviceError, match=f"has no {absent}: install Python 3.10 or later"):
            device(sshd, absent).machine()


def test_a_talkative_and_slow_device_is_measured(sshd: Sshd, tmp_path: Path) -> None:
    """What a login prints is no answer, and slowness within --patience no failure."""
    python = wrapper(tmp_path / "python3", "echo Welcome; echo '{}'; sleep 1")
    talkative = device(sshd, python)
    try:
        assert talkative.machine() == device_identity()
    finally:
        talkative.close()


def device_identity() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def test_what_cannot_be_reached_is_told_in_ssh_s_words(sshd: Sshd) -> None:
    stranger = Ssh(sshd.address(), Options(60.0, (*sshd.options[1:], "IdentityFile=none")))
    nobody = Ssh("ssh://127.0.0.1:1", Options(60.0))
    for one, said in ((stranger, "Permission denied"), (nobody, "Connection refused")):
        with pytest.raises(DeviceError, match=f"cannot be reached by ssh: .*{said}"):
            one.machine()


@pytest.mark.parametrize(
    "text",
    ["ssh://", "ssh:board", "ssh://-oProxyCommand=x", "ssh://a b", "ssh://board:x",
     "ssh://board?shell=x", "ssh://board?", "ssh://me@-x", "ssh://board/path"],
)  # fmt: skip
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="target"):
        Ssh(text, Options())

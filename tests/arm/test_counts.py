"""Instructions of one invoke on emulated boards: the same twice, and those of the records."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import counts
from benchmarks.boards import device
from benchmarks.boards.counting import counter
from benchmarks.targets import target
from benchmarks.targets.options import Options
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import EdgeError, GateError, InterpreterError, UsageError
from tests import tiny
from tests.arm.tools import need
from tests.environments import ROOT
from workshop.latency import read_records


@pytest.fixture(autouse=True)
def _tools() -> None:
    need("mmdebstrap", "qemu-aarch64", "qemu-arm", "setarch", "gcc")


def committed(board: str) -> BenchmarkRecord:
    (record,) = read_records([counts.committed(board)])
    return record


@pytest.mark.parametrize("board", ["pi3", "pi4", "pi5"])
def test_the_bundled_model_takes_what_its_record_says(board: str) -> None:
    record = committed(board)
    assert {"runtime", "numpy", "qemu", "cpu"} <= record.machine["pins"].keys()
    fresh = counts.count(board)
    assert abs(counts.check(record, fresh)) <= counts.TOLERANCE
    assert fresh.emulated and fresh.golden and fresh.memory is None
    assert fresh.target == f"qemu:{board}" and "times" not in json.loads(fresh.to_json())


def test_the_apps_own_library() -> None:
    need("mvn", "aarch64-linux-gnu-gcc")
    fresh = counts.count("android-arm64")
    assert abs(counts.check(committed("android-arm64"), fresh)) <= counts.TOLERANCE
    assert fresh.runtime["name"] == "tensorflow-lite-android"
    assert fresh.runtime["delegate"] == "xnnpack"


def one_op_more() -> Any:
    """The tiny network behind a smoothing of its input."""
    import keras

    film = keras.Input(batch_shape=(1, tiny.SIZE, tiny.SIZE, 3), name="film")
    smooth = keras.layers.AveragePooling2D(3, 1, "same")(film)
    return keras.Model(film, tiny.keras_model()(smooth))


def test_one_operator_more_is_found(tiny_model: Path, tmp_path: Path) -> None:
    """And two runs of one graph are equal to the instruction."""
    more = tmp_path / "more.tflite"
    more.write_bytes(tiny.model_file(tiny.convert(one_op_more(), "int8"), "int8"))
    record, again, changed = (counts.count("pi5", str(one)) for one in (tiny_model,) * 2 + (more,))
    assert record.instructions == again.instructions and counts.check(record, again) == 0
    with pytest.raises(GateError, match=r"instructions, \+\d+.* if that is meant, renew"):
        counts.check(record, changed)
    # Of the same count, but another model.
    with pytest.raises(UsageError, match="of another model"):
        counts.check(record, replace(changed, instructions=record.instructions))


@pytest.mark.parametrize(
    ("name", "value"),
    [("qemu", "8.2"), ("numpy", "2.5.0"), ("cpu", "cortex-a55"), ("runtime", "litert 2.2.0")],
)
def test_other_versions_are_not_compared(name: str, value: str) -> None:
    record = committed("pi4")
    pins = {**record.machine["pins"], name: value}
    fresh = replace(record, machine={**record.machine, "pins": pins})
    with pytest.raises(UsageError, match=f"with {name} .*now with {value}: .*do not compare"):
        counts.check(record, fresh)


def test_a_thread_more_is_not_counted() -> None:
    record = committed("pi4")
    two = replace(record, runtime={**record.runtime, "threads": 2})
    with pytest.raises(UsageError, match="with threads 1, and now with 2"):
        counts.check(record, two)
    with pytest.raises(UsageError, match="qemu:pi4 counts instructions of one thread, not of 2"):
        target("qemu:pi4").probe("model.tflite", 1, 2)


def test_a_guest_that_makes_no_marks_is_told() -> None:
    with counter() as counting:
        assert device("pi4").run("-c", "pass", plugin=counting.plugin).returncode == 0
        with pytest.raises(EdgeError, match="no pair of marks"):
            counting.counted()


def test_a_broken_model_is_the_guests_own_words(tmp_path: Path) -> None:
    broken = tmp_path / "model.tflite"
    broken.write_bytes(b"none")
    with pytest.raises(EdgeError, match="no contract") as caught:
        target("qemu:pi4").probe(str(broken), 1, 1)
    assert caught.value.exit_code == 3


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InterpreterError, match="qemu-arm is not installed.*apt-get install qemu-"):
        device("armv7").emulator()


def test_the_command(tmp_path: Path) -> None:
    """32 bits, where Debian has Python and tflite-runtime is the interpreter."""
    with pytest.raises(UsageError, match="qemu:pi3, qemu:pi4, .*qemu:virt"):
        target("qemu:pi9", Options())
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "run", "--target", "qemu:armv7", "--repeats", "1",
         "--patience", "600", "--json", "--out", str(tmp_path), "cxr-mobilenetv2-int8"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["golden"] and told["emulated"] and told["instructions"]["invoke"] > 1e8
    assert told["runtime"]["name"] == "tflite-runtime" and "times" not in told

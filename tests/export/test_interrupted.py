"""An export that is stopped in the middle leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_conversion_leaves_no_file(
    copy_of_run: Callable[[], Path], phantom_data: Path, number: signal.Signals
) -> None:
    run = copy_of_run()
    before = sorted(path.relative_to(run) for path in run.rglob("*"))
    with subprocess.Popen(
        [sys.executable, "-m", "export", "run", str(run), "--data", str(phantom_data)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stderr is not None
        told = ""
        while "converting" not in told:  # the first of the graphs is made
            character = process.stderr.read(1)
            assert character, f"it ended before: {told}"
            told += character
        process.send_signal(number)
        rest, out = process.stderr.read(), process.stdout.read()
        status = process.wait()
    assert status == (130 if number is signal.SIGINT else -signal.SIGKILL)
    assert out == "" and "Traceback" not in rest
    after = sorted(path.relative_to(run) for path in run.rglob("*"))
    assert [path for path in after if "cache" not in path.parts] == [
        path for path in before if "cache" not in path.parts
    ]

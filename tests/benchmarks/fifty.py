"""`python -m tests.benchmarks.fifty [SECONDS]`: how long fifty devices take that only wait.

By hand, not in the tests, which time nothing: they show by a barrier that all wait at once.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Series
from benchmarks.shelf import measure
from benchmarks.targets import Options
from tests.benchmarks.sshd import Waiting, serve
from tests.workshop.fake_run import benchmark

COUNT = 50


def main(longest: float) -> None:
    """Waits from half of `longest` to the whole of it, through one real sshd."""
    with tempfile.TemporaryDirectory() as name, serve(Path(name)) as sshd:
        folder = Path(name)
        (folder / "record.json").write_text(benchmark().to_json())
        (folder / "model.tflite").write_bytes(b"")
        code = f"import time; time.sleep({longest} * (0.5 + 0.5 * NUMBER / {COUNT - 1}))"
        options = Options(120.0, sshd.options)
        targets = [Waiting(sshd.address(), options, one, folder, code) for one in range(COUNT)]
        begun = time.monotonic()
        series = Series([str(folder / "model.tflite")], 1, repeats=1)
        count = sum(1 for _ in measure(targets, series, folder / "out"))
        took = time.monotonic() - begun
    print(f"{count} of {COUNT} devices in {took:.1f} s; the slowest waits {longest:g} s: "
          f"{100 * (took / longest - 1):.1f} % more")  # fmt: skip


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)

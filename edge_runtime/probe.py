"""`python -m edge_runtime.probe MODEL`: latency and memory of one model, one JSON record.

Part of the runtime, so that a board needs nothing else. One process measures one model
once: whoever wants repeats starts it again, and nothing is warm from before.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import sys
import time
from collections.abc import Callable, Sequence

from edge_runtime import machine, resolver
from edge_runtime.benchmark_record import BenchmarkRecord, Memory, Times, quantile
from edge_runtime.cli import MOST_THREADS
from edge_runtime.errors import EdgeError
from edge_runtime.model import Model, model_path

__all__ = ["main", "measure"]

WINDOW = 5  # runs that are compared to tell whether the warm-up is over
MOST_WARMUP = 50
WATCHED = 0.5  # seconds: processors are counted in hundredths
BUSY = 0.4  # cores that others may use


def measure(path: str, runs: int = 50, threads: int = 1) -> BenchmarkRecord:
    """Measure one model in this process; `runs` samples after a warm-up."""
    system = machine.describe()
    others = _Others()
    started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    path = str(model_path(path))
    # Imported now: what NumPy takes to start, where it is needed, says nothing of the model.
    resolver.preload(resolver.candidates(onnx=path.endswith(".onnx")))
    begun = time.perf_counter()
    model = Model.open(path, threads=threads, check=False)
    load_ms = (time.perf_counter() - begun) * 1e3
    after_load = machine.peak_kib()
    pixels = model.goldens.items[0].pixels()

    def invoke() -> float:
        start = time.perf_counter()
        model.run(pixels)
        return (time.perf_counter() - start) * 1e3

    first_ms = invoke()
    warmup = _warm_up(invoke)
    samples = [invoke() for _ in range(runs)]
    peak = machine.peak_kib()
    system["others"] = others.cores()
    golden = all(one.passed for one in model.self_test())
    flags = ["busy"] if (system["others"] or 0.0) > BUSY else []
    if not golden:
        flags.append("golden_failed")  # fast, but wrong: whoever compares must see it
    with open(path, "rb") as stream:
        digest = hashlib.sha256(stream.read()).hexdigest()
    return BenchmarkRecord(
        model={**model.identity(), "file_sha256": digest},
        runtime=model.runtime(),
        machine=system,
        target="local",
        emulated=False,
        started=started,
        file_bytes=os.stat(path).st_size,
        golden=golden,
        times=Times.of(load_ms, first_ms, samples, warmup),
        memory=Memory(after_load, peak),
        flags=tuple(flags),
    )


class _Others:
    """How many cores other processes kept at work, from its making on.

    Not the load average: that still remembers what ended a minute ago.
    """

    def __init__(self) -> None:
        self._begun, self._busy = time.monotonic(), machine.busy_seconds()
        self._own = time.process_time()

    def cores(self) -> float | None:
        """None where the system does not tell. Waits until it has watched long enough."""
        time.sleep(max(0.0, WATCHED - (time.monotonic() - self._begun)))
        busy, own = machine.busy_seconds(), time.process_time() - self._own
        if busy is None or self._busy is None:
            return None
        watched = time.monotonic() - self._begun
        return round(max(0.0, (busy - self._busy - own) / watched), 2)


def _warm_up(invoke: Callable[[], float]) -> int:
    """Run until the last few runs are no faster than those before; returns how many ran."""
    times: list[float] = []
    while len(times) < MOST_WARMUP:
        times.append(invoke())
        if len(times) >= 2 * WINDOW:
            before, last = times[-2 * WINDOW : -WINDOW], times[-WINDOW:]
            if quantile(last, 0.5) >= 0.98 * quantile(before, 0.5):
                break
    return len(times)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one record; exit status as `edge-infer`."""
    parser = argparse.ArgumentParser(
        prog="python -m edge_runtime.probe",
        description="Measure latency and memory of one model in this process; "
        "prints one BenchmarkRecord as a line of JSON.",
    )
    parser.add_argument("model", help="name of a bundled model, or the path of a file")
    parser.add_argument("--runs", type=int, default=50, help="samples after the warm-up (50)")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    if options.runs < 1 or not 1 <= options.threads <= MOST_THREADS:
        parser.error(f"--runs must be at least 1, --threads 1 to {MOST_THREADS}")
    try:
        record = measure(options.model, options.runs, options.threads)
        print(record.to_json(), flush=True)
    except EdgeError as error:
        print("probe: error:", " ".join(str(error).split()), file=sys.stderr)
        return error.exit_code
    except OSError as error:
        with contextlib.suppress(OSError):  # else Python complains of it again at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"probe: error: the record cannot be written: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())

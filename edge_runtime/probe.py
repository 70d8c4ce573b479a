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
from pathlib import Path

from edge_runtime import energy, machine, machine_state, resolver
from edge_runtime.benchmark_record import BenchmarkRecord, Memory, Times, quantile
from edge_runtime.errors import EdgeError
from edge_runtime.film_times import drawn_film, film_times
from edge_runtime.interpreters import MOST_THREADS
from edge_runtime.model import Model, model_path
from edge_runtime.others import BUSY, Others
from edge_runtime.pixels import open_film
from edge_runtime.system import ROOT

__all__ = ["main", "measure"]

WINDOW = 5  # runs that are compared to tell whether the warm-up is over
MOST_WARMUP = 50


def measure(
    path: str, runs: int = 50, threads: int = 1, film: str | None = None, root: Path = ROOT
) -> BenchmarkRecord:
    """Measure one model in this process; `runs` samples after a warm-up.

    `film` is what is decoded and resized, by default one drawn from the first golden input.
    `root` holds /proc and /sys. Raises an `EdgeError` where model or film are at fault.
    """
    path = str(model_path(path))
    if film is not None and not os.path.isfile(film):
        open_film(film)  # told at once; one that is there is decoded last, or it would be the peak
    # Imported now: what NumPy takes to start, where it is needed, says nothing of the model.
    resolver.preload(resolver.candidates(onnx=path.endswith(".onnx")))
    system = machine.describe(root)
    before = machine_state.state(root)
    others = Others()
    started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    begun = time.perf_counter()
    model = Model.open(path, threads=threads, check=False)
    load_ms = (time.perf_counter() - begun) * 1e3
    loaded = machine.memory(root)
    pixels = model.goldens.items[0].pixels()

    def invoke() -> float:
        start = time.perf_counter()
        model.run(pixels)
        return (time.perf_counter() - start) * 1e3

    first_ms = invoke()
    warmup = _warm_up(invoke)
    warm = machine_state.frequencies(root)
    samples = [invoke() for _ in range(runs)]
    after = machine_state.state(root)
    ran = machine.memory(root)
    reason = machine_state.throttled(before, warm, after)
    system.update(others=others.cores(), throttled=reason, frequency_warm_khz=warm)
    # What follows is no part of the times and the memory of the model.
    golden = all(one.passed for one in model.self_test())
    reading = film_times(film if film is not None else drawn_film(pixels), model)
    flags = {
        "busy": (system["others"] or 0.0) > BUSY,
        "throttled": reason is not None,
        "swapping": machine_state.swapping(before, after),
        "golden_failed": not golden,  # fast, but wrong: whoever compares must see it
    }
    content = Path(path).read_bytes()
    return BenchmarkRecord(
        model={**model.identity(), "file_sha256": hashlib.sha256(content).hexdigest()},
        runtime=model.runtime(),
        machine={**system, "before": before, "after": after},
        target="local",
        emulated=False,
        started=started,
        file_bytes=len(content),
        golden=golden,
        times=Times.of(load_ms, first_ms, samples, warmup, *reading),
        memory=Memory(
            hwm_after_load_kib=loaded["hwm"],
            hwm_kib=ran["hwm"],
            pss_kib=ran["pss"],
            private_dirty_kib=ran["private_dirty"],
            pss_after_load_kib=loaded["pss"],
            private_dirty_after_load_kib=loaded["private_dirty"],
        ),
        energy_mj=energy.per_invoke(invoke, root),
        flags=tuple(name for name, up in flags.items() if up),
    )


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
    parser.add_argument("--film", help="to be decoded and resized; by default one is drawn")
    options = parser.parse_args(arguments)
    if options.runs < 1 or not 1 <= options.threads <= MOST_THREADS:
        parser.error(f"--runs must be at least 1, --threads 1 to {MOST_THREADS}")
    try:
        record = measure(options.model, options.runs, options.threads, options.film)
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

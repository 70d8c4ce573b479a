"""Damages real files for as long as one likes: `scripts/fuzz [--seconds N]`.

The work is done in a child process, so that a crash or a hang of native code, or memory
without end, is seen and told. A case is made of its seed alone, so that the parent can write
down what ended the child. What is found is saved under tests/edge_runtime/corpus/, where
`test_corpus.py` replays it for ever.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import resource
import selectors
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tests.edge_runtime import fuzzing

__all__ = ["case", "main"]

COMMAND = [sys.executable, "-m", "tests.edge_runtime.fuzz"]  # of the child
HANG = 30.0  # seconds for one case, on a slow and busy machine
MEMORY = 3 << 30  # bytes of address space of the child
MOST_MIB = 1400  # resident: more than the largest film that is read takes


def case(seed: int, target: str = "") -> tuple[str, str, bytes]:
    """Target, name of the file it began as, and the damaged file."""
    dice = random.Random(seed)
    # Films have by far the most code behind them.
    target = target or dice.choice(["film"] * 7 + sorted(fuzzing.TARGETS))
    files = fuzzing.seeds(target)
    name = dice.choice(sorted(files))
    edits = [tuple(dice.randrange(1 << 32) for _ in range(3)) for _ in range(dice.randint(1, 6))]
    if dice.random() < 0.5:
        edits.append((8, 0, 0))
    return target, name, fuzzing.damaged(files[name], edits, list(files.values()))  # type: ignore[arg-type]


def child(seed: int, target: str) -> None:
    """Case after case; a line for each, before the next begins."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    case(seed, target)  # the seeds are made before the clock of the first case starts
    print("ready", flush=True)
    while True:
        what, _, data = case(seed, target)
        verdict = "held"
        try:
            fuzzing.survives(what, data)
        except Exception:
            verdict = "raised " + " | ".join(traceback.format_exc().strip().splitlines()[-3:])
        if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > MOST_MIB * 1024:
            verdict = f"took more than {MOST_MIB} MiB"
        print(verdict, flush=True)
        if verdict != "held":
            return
        seed += 1


def main(arguments: list[str] | None = None) -> int:
    """Run the fuzzer; 1 where something was found."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="0: until Ctrl-C")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the first case")
    parser.add_argument("--target", default="", choices=["", *fuzzing.TARGETS])
    parser.add_argument("--save", type=Path, default=fuzzing.CORPUS, metavar="FOLDER")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        child(options.seed, options.target)
        return 0
    begun, seed, found = time.monotonic(), options.seed, 0
    end = begun + options.seconds if options.seconds else float("inf")
    try:
        while time.monotonic() < end:
            seed, why = _watch(seed, options.target, end)
            if why:
                found += 1
                print(f"found: {_save(seed, options.target, options.save, why)}", flush=True)
                seed += 1
    except KeyboardInterrupt:
        pass
    took = time.monotonic() - begun
    print(f"{seed - options.seed} cases from seed {options.seed} in {took:.0f} s: {found} found")
    return int(found > 0)


def _watch(seed: int, target: str, end: float) -> tuple[int, str]:
    """Run a child from this seed on: the seed it came to, and why it ended, "" at the end."""
    command = [*COMMAND, "--child", "--seed", str(seed)]
    with subprocess.Popen(
        [*command, "--target", target], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        try:
            lines = _lines(process.stdout)
            if next(lines) != "ready":
                raise SystemExit("the child does not start: python -m tests.edge_runtime.fuzz")
            for line in lines:
                if line is None:
                    return seed, f"hung for more than {HANG:.0f} s"
                if line != "held":
                    return seed, line
                seed += 1
                if time.monotonic() >= end:
                    return seed, ""
            return seed, f"crashed with status {process.wait()}"
        finally:
            process.kill()


def _lines(stream: IO[bytes]) -> Iterator[str | None]:
    """The child's lines as they come; None where none comes in time."""
    rest = b""
    with selectors.DefaultSelector() as ready:
        ready.register(stream, selectors.EVENT_READ)
        while True:
            if not ready.select(HANG):
                yield None
            data = os.read(stream.fileno(), 1 << 16)
            if not data:
                return
            *whole, rest = (rest + data).split(b"\n")
            yield from (line.decode() for line in whole)


def _save(seed: int, target: str, folder: Path, why: str) -> str:
    what, name, data = case(seed, target)
    digest = hashlib.sha256(data).hexdigest()[:8]
    path = folder / f"{what}-{Path(name).stem}-{digest}{Path(name).suffix or '.bin'}"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return f"{path} (seed {seed}): {why}"


if __name__ == "__main__":
    sys.exit(main())

"""`python -m edge_runtime`, and what the script `edge-infer` calls."""

import gc
import os
import sys
from typing import NoReturn

__all__ = ["command"]


def command() -> NoReturn:
    """Run `edge-infer` and end the process.

    At once: to take the libraries apart first is a tenth of a cold answer's time, and the
    system takes everything back anyway.
    """
    try:
        status = _run()
    except KeyboardInterrupt:  # the imports are a good part of a short run
        status = 130
    os._exit(status)


def _run() -> int:
    if sys.stderr is None:
        _occupy(2)
    # What is imported stays: to look through it for garbage, again and again while it grows,
    # takes longer than the network. `cli` turns the collector on again for the films.
    gc.disable()
    from edge_runtime.cli import main

    try:
        status = main()
    except SystemExit as end:  # argparse's own: `--help`, and wrong use
        status = int(end.code or 0)
    for stream, cost in (sys.stdout, 1), (sys.stderr, 0):  # no complaint is part of the answer
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            status = status or cost
    return status


def _occupy(descriptor: int) -> None:
    """Where it is closed, open it on nothing: a file opened next would get what is meant for it."""
    try:
        os.fstat(descriptor)
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        if null != descriptor:
            os.dup2(null, descriptor)
            os.close(null)


if __name__ == "__main__":
    command()

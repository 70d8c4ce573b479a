"""`python -m edge_runtime`, and what the script `edge-infer` calls."""

import gc
import os
import sys

TYPE_CHECKING = False  # typing's own, without its import
if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["command"]


def command() -> "NoReturn":
    """Run `edge-infer` and end the process.

    At once: to take the libraries apart first is a tenth of a cold answer's time, and the
    system takes everything back anyway.
    """
    # What is imported stays: to look through it for garbage, again and again while it grows,
    # takes longer than the network. `cli` turns the collector on again for the films.
    gc.disable()
    from edge_runtime.cli import main

    status = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            status = status or 1
    os._exit(status)


if __name__ == "__main__":
    command()

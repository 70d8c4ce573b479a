"""What `edge-infer` may be asked for: imported where anything but films is."""

from __future__ import annotations

import argparse
from typing import NoReturn

from edge_runtime import __version__
from edge_runtime.cli import DEFAULTS, USAGE, complain
from edge_runtime.contract import NOTICE
from edge_runtime.interpreters import MOST_THREADS

__all__ = ["SHELLS", "parser"]

MOST_RUNS = 1_000_000
SHELLS = ("bash", "zsh", "fish")
STATUS = """exit status: 0 done; 1 some inputs failed; 2 wrong use; 3 model or interpreter
missing or broken; 4 every input was refused. Never the answer."""


class _Parser(argparse.ArgumentParser):
    """As argparse, but wrong use is one line, without the usage above it."""

    def error(self, message: str) -> NoReturn:
        complain(f"{message}; see {self.prog} --help")
        raise SystemExit(USAGE)


def parser() -> argparse.ArgumentParser:
    """The command's parser; what it leaves out is as `edge_runtime.cli.DEFAULTS` says."""
    made = _Parser(
        prog="edge-infer",
        description="Give chest films a score against a threshold.",
        epilog=f"{NOTICE}\n\n{STATUS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "films", nargs="*", metavar="FILM",
        help="PNG, JPEG, TIFF, DICOM, ...; a folder, a pattern, - for standard input",
    )  # fmt: skip
    made.set_defaults(**DEFAULTS)
    add = made.add_argument
    add("--model", metavar="NAME|PATH", help="another model than the bundled one")
    add("--json", action="store_true", help="JSON Lines: one object a film")
    add("--explain", metavar="DIR", help="write each film with its heat map into DIR")
    add("--threshold", type=_share, metavar="P", help="another than the contract's (0 to 1)")
    add("--threads", type=_count, metavar="N", help="of one film; default: 1")
    add("--workers", type=_count, metavar="N", help="films at a time; default: 1")
    add("--resume", metavar="FILE", help="append JSON Lines to FILE; skip what is done in it")
    add("--no-contract", action="store_true", help="run a file that carries no contract")
    add("--info", action="store_true", help="print contract and interpreter")
    add("--self-test", action="store_true", help="run all golden inputs")
    add("--benchmark", type=_runs, metavar="N", help="time N runs; print the record")
    add("--completion", choices=SHELLS, help="print the completions of a shell")
    add("--version", action="version", version=f"edge-infer {__version__}")
    return made


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_THREADS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {MOST_THREADS}")
    return int(text)


def _runs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= MOST_RUNS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {MOST_RUNS}")
    return int(text)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return value

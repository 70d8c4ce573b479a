"""What `edge-infer` may be asked for: imported where anything but films is."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from edge_runtime import __version__
from edge_runtime.cli import DEFAULTS, USAGE, complain, say
from edge_runtime.contract import NOTICE
from edge_runtime.errors import one_line
from edge_runtime.interpreters import MOST_THREADS

__all__ = ["SHELLS", "parser"]

MOST_RUNS = 1_000_000
MOST_SHOWN = 40  # characters of a wrong value
MOST_SAID = 200  # of what argparse says, which has wrong words whole
SHELLS = ("bash", "zsh", "fish")
STATUS = """exit status: 0 done; 1 some inputs failed; 2 wrong use; 3 model or interpreter
missing or broken; 4 every input was refused. None of them
tells covid from normal."""


class _Parser(argparse.ArgumentParser):
    """As argparse, but wrong use is one line, without the usage above it."""

    def error(self, message: str) -> NoReturn:
        complain(f"{one_line(message, MOST_SAID)}; see {self.prog} --help")
        raise SystemExit(USAGE)


class _Said(argparse.Action):
    """Print and end. Unlike argparse's own it does not pass over output that cannot be written."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str, says: str = "") -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help=help)
        self._says = says

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        say(self._says or parser.format_help(), end="")
        raise SystemExit(0)


def parser() -> argparse.ArgumentParser:
    """The command's parser; what it leaves out is as `edge_runtime.cli.DEFAULTS` says."""
    made = _Parser(
        prog="edge-infer",
        description="Give chest films a score against a threshold.",
        epilog=f"{NOTICE}\n\n{STATUS}",
        formatter_class=argparse.RawDescriptionHelpFormatter, add_help=False,
    )  # fmt: skip
    made.add_argument(
        "films", nargs="*", metavar="FILM",
        help="PNG, JPEG, TIFF, DICOM, ...; a folder, a pattern, - for standard input",
    )  # fmt: skip
    made.set_defaults(**DEFAULTS)
    add = made.add_argument
    add("-h", "--help", action=_Said, help="show this help message and exit")
    add("--model", metavar="NAME|PATH", help="another model than the bundled one")
    add("--json", action="store_true", help="JSON Lines: one object a film")
    add("--explain", type=_name, metavar="DIR", help="write each film with its heat map into DIR")
    add("--threshold", type=_share, metavar="P", help="another than the contract's (0 to 1)")
    add("--threads", type=_count, metavar="N", help="of one film; default: 1")
    add("--workers", type=_count, metavar="N", help="films at a time; default: 1")
    add(
        "--resume",
        type=_name,
        metavar="FILE",
        help="append JSON Lines to FILE; skip what is done in it",
    )
    add("--no-contract", action="store_true", help="run a file that carries no contract")
    add("--info", action="store_true", help="print contract and interpreter")
    add("--self-test", action="store_true", help="run all golden inputs")
    add("--benchmark", type=_runs, metavar="N", help="time N runs; print the record")
    add("--completion", choices=SHELLS, help="print the completions of a shell")
    add("--version", action=_Said, says=f"edge-infer {__version__}\n",
        help="show program's version number and exit")  # fmt: skip
    return made


def _name(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("the name is empty; give one")
    return text


def _count(text: str) -> int:
    return _whole(text, MOST_THREADS)


def _runs(text: str) -> int:
    return _whole(text, MOST_RUNS)


def _whole(text: str, most: int) -> int:
    # The length first: Python makes no number of thousands of digits.
    digits = text.lstrip("0") if text.isascii() and text.isdecimal() else ""
    if not digits or len(digits) > len(str(most)) or int(digits) > most:
        raise _wrong(text, f"a number from 1 to {most}")
    return int(digits)


def _share(text: str) -> float:
    try:
        value = float(text) if text.isascii() and "_" not in text else -1.0
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise _wrong(text, "a number from 0 to 1")
    return value + 0.0  # no minus stays at zero


def _wrong(text: str, wanted: str) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(f"{one_line(text, MOST_SHOWN)!r} is not {wanted}")

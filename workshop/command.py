"""How every workbench's command line ends: one line on stderr and an exit status."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import NoReturn

import typer

from edge_runtime.errors import EdgeError, UsageError
from workshop.runs import storage_error

__all__ = ["command_line"]

# What the parser raises for a wrong command; typer names only this leaf of the family.
_PARSER_ERROR: type[Exception] = typer.BadParameter.__mro__[2]
_REFUSED = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)
_INTERRUPTED = 130


def command_line(app: typer.Typer, prog: str) -> NoReturn:
    """Run `python -m PROG` with the arguments of this process and exit.

    An `EdgeError`, a wrong command and a disk that refuses become `error: ...` on stderr,
    one line, with the error's exit status; anything else is a defect and keeps its
    traceback. A reader of stdout that went away is no error worth a line.
    """
    name = f"python -m {prog}"
    arguments = sys.argv[1:]
    try:
        # Called bare, a command shows its help, but as a mistake: nothing was done.
        status = app(arguments or ["--help"], prog_name=name, standalone_mode=False)
        sys.stdout.flush()
    except EdgeError as error:
        _leave(str(error), error.exit_code)
    except _PARSER_ERROR as error:
        message = str(getattr(error, "format_message", error.__str__)())
        _leave(f"{message.rstrip('.')}; see {name} --help", UsageError.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        _leave("interrupted", _INTERRUPTED)
    except BrokenPipeError:
        _drop_stdout()
        sys.exit(1)
    except OSError as error:
        if error.errno not in _REFUSED:
            raise
        failure = storage_error(Path(error.filename or "the output"), error)
        _leave(str(failure), failure.exit_code)
    if status == _INTERRUPTED:  # how typer reports Ctrl-C
        _leave("interrupted", _INTERRUPTED)
    if not arguments:
        sys.exit(UsageError.exit_code)
    sys.exit(status if isinstance(status, int) else 0)


def _leave(message: str, status: int) -> NoReturn:
    try:
        sys.stdout.flush()
    except OSError:
        _drop_stdout()
    sys.stderr.write(f"error: {' '.join(message.split())}\n")
    sys.exit(status)


def _drop_stdout() -> None:
    """What cannot be written goes nowhere, or Python would complain of it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

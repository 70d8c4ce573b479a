"""Everything that can go wrong, as one tree; each class knows its exit status.

    EdgeError                 1
    ├── FilmError             1   one input could not be read as a film
    ├── UsageError            2   the command or the call is wrong
    │   ├── DataError         2   an index, a folder of films or a preset is wrong
    │   └── RunError          2   a run folder is missing, foreign or unfinished
    ├── ModelError            3   a model file is missing, damaged or unknown
    │   └── InterpreterError  3   no interpreter can run the model here
    ├── DeviceError           1   a device cannot be reached or cannot be used
    ├── GateError             1   a check that decides (parity, golden) failed
    └── StorageError          1   the disk is full or a folder cannot be written

Libraries raise these; only command lines print them (one line) and exit.
Exit status 4, "every input was refused", is a result and has no exception.
"""

__all__ = [
    "DataError",
    "DeviceError",
    "EdgeError",
    "FilmError",
    "GateError",
    "InterpreterError",
    "ModelError",
    "RunError",
    "StorageError",
    "UsageError",
    "one_line",
]


def one_line(text: object, most: int | None = None) -> str:
    """Whatever a file's name or a library's message holds, as one line that harms no terminal.

    What cannot be printed (a control sequence, a lone surrogate) is written out in escapes;
    what goes beyond `most` characters is cut off.
    """
    line = " ".join(str(text).split())
    if not line.isprintable():
        shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
        line = "".join(shown)
    return line if most is None or len(line) <= most else line[:most] + " ..."


class EdgeError(Exception):
    """Base of all; the message is one line that says what to do."""

    exit_code = 1


class FilmError(EdgeError):
    """One input could not be read as a film."""


class UsageError(EdgeError):
    """The command or the call is wrong."""

    exit_code = 2


class DataError(UsageError):
    """An index, a folder of films or a preset is wrong."""


class RunError(UsageError):
    """A run folder is missing, foreign or unfinished."""


class ModelError(EdgeError):
    """A model file is missing, damaged or unknown."""

    exit_code = 3


class InterpreterError(ModelError):
    """No interpreter can run the model here."""


class DeviceError(EdgeError):
    """A device cannot be reached or cannot be used."""


class GateError(EdgeError):
    """A check that decides (parity, golden) failed."""


class StorageError(EdgeError):
    """The disk is full or a folder cannot be written."""

"""Run folders: files that are either whole or absent."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from edge_runtime.errors import DataError, RunError, StorageError

__all__ = ["existing_run", "missing_film", "storage_error", "write_atomic", "write_with"]


def missing_film(name: str, data: Path) -> DataError:
    """One line for a film that a record or an index names and the data folder lacks."""
    return DataError(f"{name} is in the index but not in {data}; restore it or remove its row")


def storage_error(path: Path, error: OSError) -> StorageError:
    """One line for a disk that is full or a folder that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError(f"the disk is full: {path} was not written; free some space, run again")
    if error.errno is None:  # NumPy counts what it wrote and does not ask why
        return StorageError(f"{path} was not written whole ({error}); free some space, run again")
    return StorageError(f"{path} cannot be written: {error.strerror}")


def write_with(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a temporary file beside `path`, then rename it.

    Whoever reads `path` sees the old content or the whole new one. Raises
    `StorageError` and leaves nothing behind where the disk refuses.
    """
    if path.exists() and not path.is_file():
        raise StorageError(f"{path} is there and no ordinary file; name another")
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        raise storage_error(path, error) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def write_atomic(path: Path, data: str | bytes) -> None:
    """Write text (UTF-8) or bytes to `path`, whole or not at all."""
    content = data.encode() if isinstance(data, str) else data
    write_with(path, lambda stream: stream.write(content))


def existing_run(run: Path) -> Path:
    """The run folder, if it is one and it is finished; raises `RunError` otherwise."""
    if not run.is_dir():
        raise RunError(f"{run} is not a folder; give the run folder that training wrote")
    if not (run / "run.json").is_file():
        raise RunError(f"{run} is not a run folder (no run.json); start with `training run`")
    if not (run / "student.json").is_file():
        raise RunError(
            f"{run} is unfinished (no student.json); go on with `training run ... --resume`"
        )
    return run

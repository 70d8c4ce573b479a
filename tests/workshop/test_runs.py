"""Files are whole or absent, also on a full disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from edge_runtime.errors import RunError, StorageError
from workshop.runs import existing_run, write_atomic, write_with


def test_a_failed_write_keeps_the_old_file_and_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "file.json"
    write_atomic(target, "old")

    def half(stream: BinaryIO) -> None:
        stream.write(b"ne")
        raise OSError(28, "No space left on device")

    with pytest.raises(StorageError, match="disk is full"):
        write_with(target, half)
    assert target.read_text() == "old"
    assert [path.name for path in target.parent.iterdir()] == ["file.json"]


def test_a_truly_full_disk(tmp_path: Path) -> None:
    """/dev/full answers every write with ENOSPC."""
    if not Path("/dev/full").exists():
        pytest.fail("this system has no /dev/full")

    def write(stream: BinaryIO) -> None:
        with open("/dev/full", "wb", buffering=0) as full:
            full.write(b"x")

    with pytest.raises(StorageError, match="free some space"):
        write_with(tmp_path / "file", write)
    assert not list(tmp_path.iterdir())


def test_an_array_that_does_not_fit(tmp_path: Path) -> None:
    """NumPy writes by C and raises an OSError without a number."""
    if not Path("/dev/full").exists():
        pytest.fail("this system has no /dev/full")

    def write(stream: BinaryIO) -> None:
        with open("/dev/full", "wb") as full:
            np.save(full, np.zeros(1 << 20, np.uint8))

    with pytest.raises(StorageError, match=r"array\.npy .*; free some space, run again"):
        write_with(tmp_path / "array.npy", write)
    assert not list(tmp_path.iterdir())


def test_a_device_is_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for target in (pipe, tmp_path):
        with pytest.raises(StorageError, match="no ordinary file"):
            write_atomic(target, "x")
    assert pipe.is_fifo()


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError):
        write_atomic(tmp_path / "file" / "below", "y")


def test_run_folders_are_recognised(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not a folder"):
        existing_run(tmp_path / "absent")
    with pytest.raises(RunError, match=r"no run\.json"):
        existing_run(tmp_path)
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(RunError, match="unfinished.*--resume"):
        existing_run(tmp_path)
    (tmp_path / "student.json").write_text("{}")
    assert existing_run(tmp_path) == tmp_path

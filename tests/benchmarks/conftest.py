"""What tests of devices share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.sshd import Sshd, serve

__all__ = ["place", "sshd"]


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A real one, on this machine."""
    with serve(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a device makes its folder; empty again when all is cleaned up."""
    folder = tmp_path / "device"
    folder.mkdir()
    return folder

"""What emulated boards need, or the test is skipped."""

from __future__ import annotations

import shutil

import pytest

__all__ = ["need"]


def need(*tools: str) -> None:
    """Skip where one of these programs is missing; in CI a skip is a failure."""
    for name in tools:
        if not (shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")):
            pytest.skip(f"{name} is not installed (.ci/run lists the packages)")

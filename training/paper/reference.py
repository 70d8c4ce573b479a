"""What is known of the paper's own figures: `reference.toml`, read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

__all__ = ["REFERENCE", "reference"]

REFERENCE = Path(__file__).with_name("reference.toml")


def reference(path: Path = REFERENCE) -> dict[str, Any]:
    """The whole file; its own comments say what each table holds and where it is from."""
    return tomllib.loads(path.read_text("utf-8"))

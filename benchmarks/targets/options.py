"""What holds for all targets of a run."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Options"]


@dataclass(frozen=True)
class Options:
    """Seconds to wait for an answer or for a device in use, and what is said to ssh."""

    patience: float = 60.0
    ssh: Sequence[str] = ()  # each as behind `ssh -o`
    # Tells this run from any other: it may clear away what its own lost connection left.
    run: str = field(default_factory=lambda: secrets.token_hex(8))

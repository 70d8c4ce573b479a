"""What `evaluate` is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Request"]


@dataclass(frozen=True)
class Request:
    """A model, films, and how to look at them."""

    model: Path
    data: Path
    out: Path | None = None
    run: Path | None = None  # that an exported file comes from
    threshold: float | None = None  # instead of the model's own
    sensitivities: tuple[float, ...] = (0.9,)
    films: int | None = None  # a smaller set for a quick look
    seed: int = 1
    skip_bad: bool = False
    keep_seen: bool = False  # films that were trained on too
    audits: bool = True  # and curves: most of the time

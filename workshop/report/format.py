"""How a report writes numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from workshop.records import Interval
from workshop.summary import interval_text

__all__ = [
    "FILTERS",
    "amount",
    "decibels",
    "difference",
    "ends",
    "interval",
    "ms",
    "number",
    "percent",
    "size",
]

NOTHING = "not measured"


def interval(value: Interval) -> str:
    """`0.912 (0.871–0.948)`."""
    if math.isnan(value.value):
        return NOTHING
    return f"{value.value:.3f} ({value.low:.3f}–{value.high:.3f})"


def difference(value: Interval) -> str:
    """`-0.039 (-0.114 to +0.017)`: a sign and a dash would not go together."""
    return NOTHING if math.isnan(value.value) else interval_text(value, "+")


def percent(value: Interval) -> str:
    """A share as `4.2 % (2.0–8.6)`."""
    if math.isnan(value.value):
        return NOTHING
    return f"{100 * value.value:.1f} % ({100 * value.low:.1f}–{100 * value.high:.1f})"


def amount(value: Any) -> str:
    """A count with its thousands apart, a float to four figures, anything else as text."""
    if isinstance(value, float):
        return f"{value:.4g}"
    plain = isinstance(value, int) and not isinstance(value, bool)
    return f"{value:,}".replace(",", "\u202f") if plain else str(value)


def number(value: float) -> str:
    """A threshold or a share to three decimals."""
    return NOTHING if math.isnan(value) else f"{value:.3f}"


def ends(value: Interval) -> str:
    """The interval alone, `0.871–0.948`."""
    return NOTHING if math.isnan(value.low) else f"{value.low:.3f}–{value.high:.3f}"


def ms(value: float | None) -> str:
    """Milliseconds; a dash for "not measured"."""
    if value is None:
        return "–"
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def size(value: int) -> str:
    """Bytes as MB."""
    return f"{value / 1e6:.2f} MB"


def decibels(value: float) -> str:
    """A ratio in dB; "equal" where there was no noise at all."""
    if math.isnan(value):
        return NOTHING
    return "equal" if math.isinf(value) else f"{value:.1f} dB"


FILTERS: dict[str, Callable[..., str]] = {
    "amount": amount,
    "decibels": decibels,
    "difference": difference,
    "ends": ends,
    "interval": interval,
    "ms": ms,
    "number": number,
    "percent": percent,
    "size": size,
    "words": lambda text: str(text).replace("_", " "),
}

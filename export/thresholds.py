"""Thresholds moved between two int8 steps, so that no decision hangs on a rounding."""

from __future__ import annotations

import math

__all__ = ["NOVELTY_STEPS", "PROBABILITY_STEPS", "between_steps"]

PROBABILITY_STEPS = 256  # an int8 sigmoid counts in 1 / 256
NOVELTY_STEPS = 255  # the range written for novelty is 0 to 1, both ends included


def between_steps(threshold: float, steps: int) -> float:
    """The nearest value halfway between two multiples of 1 / steps, inside (0, 1)."""
    below = min(max(math.floor(threshold * steps), 0), steps - 1)
    return (below + 0.5) / steps

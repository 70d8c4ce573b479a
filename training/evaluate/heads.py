"""From what a network puts out to p(covid): one value or two, logits or probabilities."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from edge_runtime.errors import ModelError
from workshop.evidence.scorer import Floats, Pixels
from workshop.evidence.statistics import sigmoid

__all__ = ["Head", "finite", "head_of", "logits_head", "pick", "probes", "square_size"]

Head = Callable[[npt.ArrayLike], Floats]  # outputs [n, 1] or [n, 2] -> scores [n]
SLACK = 0.02  # of a sum of two quantized probabilities


def probes(size: int) -> Pixels:
    """Pictures `uint8[5, size, size]` unlike each other: dark, gray, bright, noise, a ramp."""
    flat = [np.full((size, size), level, np.uint8) for level in (0, 128, 255)]
    noise = np.random.default_rng(1).integers(0, 256, (size, size), np.uint8)
    ramp = np.broadcast_to(np.linspace(0, 255, size).astype(np.uint8), (size, size))
    return np.stack([*flat, noise, ramp])


def head_of(outputs: npt.ArrayLike) -> tuple[Head, str]:
    """How a network's outputs become scores, from its outputs `[n, k]` for `probes`; in words.

    Two columns are (normal, covid), one is covid. Values in [0, 1] for every probe (of two
    columns with a sum of 1) are probabilities, any others logits. Raises `ModelError` for
    another number of columns and for what is not finite.
    """
    values = np.asarray(outputs, np.float64)
    if values.ndim != 2 or values.shape[1] not in (1, 2):
        raise ModelError(f"the model gives {values.shape[1:]} values a film, not one or two")
    if not np.isfinite(values).all():
        raise ModelError("the model gives no finite number for a plain picture")
    inside = bool(((values >= 0) & (values <= 1)).all())
    if values.shape[1] == 1:
        return (_last, "one probability") if inside else (logits_head(), "one logit")
    if inside and bool((abs(values.sum(axis=1) - 1) <= SLACK).all()):
        return _last, "two probabilities"
    return logits_head(), "two logits"


def _last(outputs: npt.ArrayLike) -> Floats:
    return np.clip(np.asarray(outputs, np.float64)[:, -1], 0.0, 1.0)


def logits_head(temperature: float = 1.0) -> Head:
    """The sigmoid of covid - normal over a temperature, for `[n, 2]`, or of covid for `[n, 1]`."""

    def head(outputs: npt.ArrayLike) -> Floats:
        values = np.asarray(outputs, np.float64)
        logit = values[:, -1] - (values[:, 0] if values.shape[1] == 2 else 0.0)
        return sigmoid(logit / temperature)

    return head


def finite(scores: Floats) -> Floats:
    """The scores as they are; raises `ModelError` where one is no number."""
    bad = int(np.count_nonzero(~np.isfinite(scores)))
    if bad:
        raise ModelError(f"the model gives no finite score for {bad} of {scores.size} films")
    return scores


def pick(widths: Mapping[str, int]) -> str:
    """Which output, of names and numbers of values a film, is the score.

    "probabilities" by name, else the only one of two values, else the only one of one
    value. Raises `ModelError` where none or several would do.
    """
    if widths.get("probabilities") in (1, 2):
        return "probabilities"
    for width in (2, 1):
        found = [name for name, values in widths.items() if values == width]
        if len(found) == 1:
            return found[0]
    told = ", ".join(f"{name} of {values}" for name, values in widths.items())
    raise ModelError(f"the model has no one output of one or two values to be the score ({told})")


def square_size(name: str, shape: Sequence[object]) -> int:
    """S of an input `[n, S, S, 3]`; raises `ModelError` for any other shape."""
    if len(shape) == 4 and shape[1] == shape[2] and shape[3] == 3 and isinstance(shape[1], int):
        return shape[1]
    told = ", ".join(str(one) for one in shape)
    raise ModelError(f"{name} takes [{told}], not [n, S, S, 3] raw pixels 0-255 of a fixed size S")

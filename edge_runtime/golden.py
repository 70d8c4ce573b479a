"""Golden inputs: pictures that travel inside a model file, with the outputs they must give."""

import base64
import io
import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from edge_runtime.contract import ABSURD, MOST_SIDE
from edge_runtime.errors import ModelError, one_line

if TYPE_CHECKING:
    from edge_runtime.model import Model

__all__ = [
    "EXACT",
    "Golden",
    "GoldenItem",
    "GoldenResult",
    "Tolerance",
    "check",
    "differences",
    "from_json",
    "to_json",
]

GOLDEN_SCHEMA = 1


class GoldenItem(NamedTuple):
    """One picture, already at the model's size, and what float arithmetic may not move."""

    name: str
    png_base64: str  # gray PNG, S x S
    answer: str
    reason: str | None
    probabilities: tuple[float, ...]
    heatmap: tuple[float, ...]
    novelty: float

    def pixels(self) -> bytes:
        """`S * S` grays; raises `ModelError` where the picture is none."""
        # The one decoder, by name: Pillow would otherwise load five to find it.
        from PIL import PngImagePlugin

        try:
            stream = io.BytesIO(base64.b64decode(self.png_base64, validate=True))
            with PngImagePlugin.PngImageFile(stream) as picture:
                if max(picture.size) > MOST_SIDE:
                    raise ValueError("larger than any graph's input")
                return picture.convert("L").tobytes()
        except Exception as error:  # decoders raise anything on damaged bytes
            raise ModelError(f"the model's golden input {self.name!r:.40} is no picture") from error


class Tolerance(NamedTuple):
    """How far any value of an output may be off, in that output's own unit."""

    probabilities: float
    heatmap: float
    novelty: float


EXACT = Tolerance(0.0, 0.0, 0.0)


class Golden(NamedTuple):
    """All items, and by interpreter family how far their outputs may be off."""

    items: tuple[GoldenItem, ...]
    tolerance: dict[str, Tolerance]  # "litert_xnnpack" | "other"
    schema: int = GOLDEN_SCHEMA


class GoldenResult(NamedTuple):
    """How one item came out."""

    name: str
    passed: bool
    output: str  # the one that is worst for its tolerance
    difference: float  # the largest in it
    tolerance: float
    expected: str
    answered: str


def to_json(golden: Golden) -> str:
    """As JSON with sorted keys."""
    data = golden._asdict() | {
        "items": [item._asdict() for item in golden.items],
        "tolerance": {family: one._asdict() for family, one in golden.tolerance.items()},
    }
    return json.dumps(data, indent=1, sort_keys=True) + "\n"


def from_json(text: str | bytes) -> Golden:
    """Read `golden.json`; raises `ModelError`."""
    try:
        data: dict[str, Any] = json.loads(text)
        if data["schema"] != GOLDEN_SCHEMA or not data["items"]:
            raise ModelError(f"golden.json of schema {data['schema']!r:.40} cannot be checked")
        items = tuple(map(_item, data["items"]))
        tolerance = {
            family: Tolerance(**{output: _number(value) for output, value in allowed.items()})
            for family, allowed in data["tolerance"].items()
        }
        return Golden(items, tolerance)
    except (ValueError, TypeError, KeyError, AttributeError, *ABSURD) as error:
        raise ModelError(
            f"the model's golden.json cannot be read: {one_line(error, 200)}"
        ) from error


def _item(data: dict[str, Any]) -> GoldenItem:
    several = {
        key: tuple(_number(value) for value in data[key]) for key in ("probabilities", "heatmap")
    }
    item = GoldenItem(**{**data, **several, "novelty": _number(data["novelty"])})
    texts = (item.name, item.png_base64, item.answer, item.reason or "")
    if not all(isinstance(text, str) for text in texts) or len(item.probabilities) != 2:
        raise TypeError("an item is not of the form it must have")
    return item


def _number(value: Any) -> float:
    """Finite: beside a tolerance without an end anything would pass."""
    number = float(value)
    if isinstance(value, str) or not math.isfinite(number):
        raise ValueError(f"{value!r:.40} is not a number")
    return number


def differences(
    item: GoldenItem, outputs: tuple[Sequence[float], Sequence[float], float]
) -> dict[str, float]:
    """By output, the largest difference from what the item expects.

    `outputs` is what `Model.run` gives; raises `ModelError` where a size differs.
    """
    probabilities, heatmap, novelty = outputs
    pairs = {
        "probabilities": (probabilities, item.probabilities),
        "heatmap": (heatmap, item.heatmap),
        "novelty": ((novelty,), (item.novelty,)),
    }
    if any(len(given) != len(expected) for given, expected in pairs.values()):
        raise ModelError("the model's outputs are not of the golden inputs' size")
    return {
        output: max((abs(a - b) for a, b in zip(given, expected, strict=True)), default=0.0)
        for output, (given, expected) in pairs.items()
    }


def check(model: "Model", item: GoldenItem, tolerance: Tolerance) -> GoldenResult:
    """Run one item: every value of every output within its tolerance, and the same answer."""
    pixels = item.pixels()
    outputs = model.run(pixels)
    off = differences(item, outputs)
    allowed = tolerance._asdict()
    # Beside a tolerance of nothing, any difference at all is the worst.
    worst = max(off, key=lambda output: off[output] / (allowed[output] or 1e-12))
    answer, reason = model.decide(pixels, outputs[0], outputs[2])
    margin = abs(item.probabilities[1] - model.contract.threshold)
    same = (answer, reason) == (item.answer, item.reason) or (
        # So near the threshold an interpreter that rounds otherwise may tip over, as a film may.
        reason is None and item.reason is None and margin <= model.contract.borderline_width
    )
    return GoldenResult(
        name=item.name,
        passed=same and all(off[output] <= allowed[output] for output in off),
        output=worst,
        difference=off[worst],
        tolerance=allowed[worst],
        expected=item.answer,
        answered=answer,
    )

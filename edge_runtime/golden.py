"""Golden inputs: pictures that travel inside a model file, with the outputs they must give."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from edge_runtime.errors import ModelError

if TYPE_CHECKING:
    from edge_runtime.model import Model

__all__ = ["Golden", "GoldenItem", "GoldenResult", "check", "from_json", "to_json"]

GOLDEN_SCHEMA = 1


@dataclass(frozen=True)
class GoldenItem:
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
        from PIL import Image

        try:
            stream = io.BytesIO(base64.b64decode(self.png_base64, validate=True))
            with Image.open(stream, formats=("PNG",)) as picture:
                return picture.convert("L").tobytes()
        except (OSError, ValueError, TypeError, SyntaxError) as error:
            raise ModelError(f"the model's golden input {self.name} is no picture") from error


@dataclass(frozen=True)
class Golden:
    """All items, and by interpreter family how far an output may be off."""

    items: tuple[GoldenItem, ...]
    tolerance: dict[str, float]  # "litert_xnnpack" | "other"; heat maps: of their maximum
    schema: int = GOLDEN_SCHEMA


@dataclass(frozen=True)
class GoldenResult:
    """How one item came out."""

    name: str
    passed: bool
    difference: float  # largest over the outputs
    tolerance: float
    expected: str
    answered: str


def to_json(golden: Golden) -> str:
    """As JSON with sorted keys."""
    return json.dumps(asdict(golden), indent=1, sort_keys=True) + "\n"


def from_json(text: str | bytes) -> Golden:
    """Read `golden.json`; raises `ModelError`."""
    try:
        data: dict[str, Any] = json.loads(text)
        if data["schema"] != GOLDEN_SCHEMA or not data["items"]:
            raise ModelError(f"golden.json of schema {data['schema']!r} cannot be checked")
        items = []
        for item in data["items"]:
            numbers: dict[str, Any] = {
                key: tuple(float(value) for value in item[key])
                for key in ("probabilities", "heatmap")
            }
            numbers["novelty"] = float(item["novelty"])
            items.append(GoldenItem(**{**item, **numbers}))
        return Golden(tuple(items), {k: float(v) for k, v in data["tolerance"].items()})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(f"the model's golden.json cannot be read: {error}") from error


def check(model: Model, item: GoldenItem, tolerance: float) -> GoldenResult:
    """Run one item; every output within `tolerance`, the heat map relative to its maximum."""
    pixels = item.pixels()
    probabilities, heatmap, novelty = model.run(pixels)
    if len(heatmap) != len(item.heatmap) or len(probabilities) != len(item.probabilities):
        raise ModelError("the model's outputs are not of the golden inputs' size")
    top = max(max(item.heatmap, default=0.0), 1e-6)
    differences = [abs(a - b) for a, b in zip(probabilities, item.probabilities, strict=True)]
    differences += [abs(a - b) / top for a, b in zip(heatmap, item.heatmap, strict=True)]
    differences.append(abs(novelty - item.novelty))
    largest = max(differences)
    answer, reason = model.decide(pixels, probabilities, novelty)
    margin = abs(item.probabilities[1] - model.contract.threshold)
    same = (answer, reason) == (item.answer, item.reason) or (
        # So near the threshold an interpreter that rounds otherwise may tip over, as a film may.
        reason is None and item.reason is None and margin <= model.contract.borderline_width
    )
    passed = largest <= tolerance and same
    return GoldenResult(item.name, passed, largest, tolerance, item.answer, answer)

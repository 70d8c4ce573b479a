"""Golden inputs: three phantoms, found by what the exported files say of them."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge_runtime.golden import EXACT, Golden, GoldenItem, Tolerance, differences
from edge_runtime.model import Model
from workshop.phantoms import phantom_pixels

__all__ = ["Picture", "choose", "golden_of"]

Pixels = npt.NDArray[np.uint8]
CANDIDATES = 24
PAIRS = 4  # blends that are tried where no candidate scores in between
HALVINGS = 8
BETWEEN = (0.3, 0.7)
TARGETS = (0.5, 0.4, 0.6, 0.35, 0.65)  # the first that lies clear of the threshold is sought
CLEAR = 0.06  # a golden answer must be the same on every interpreter
NOVEL = 4 / 255  # and so must a refusal
ROOM = 2.0  # what others may be off, over what the plain kernels were measured to be


@dataclass(frozen=True)
class Picture:
    """A golden input: its name, its pixels `[S, S]`, how it was found."""

    name: str
    pixels: Pixels
    how: str


def choose(
    models: Sequence[Model], seed: int, others: Sequence[Model] = ()
) -> tuple[Picture, Picture, Picture]:
    """One that scores .3 to .7 in every file, an ordinary one, one that is refused.

    `others` are the same files on interpreters that round elsewhere: of the pictures that are
    refused one is taken on which these agree.

    The first is the nearest to that where the bounded search finds none; `how` says so.
    """
    size = models[0].contract.input_size
    drawn, labels = phantom_pixels(CANDIDATES, seed, size)
    found = [_Look.of(models, pixels) for pixels in drawn]
    threshold = models[0].contract.threshold
    target = next((t for t in TARGETS if abs(t - threshold) >= CLEAR), TARGETS[0])

    order = sorted(range(CANDIDATES), key=lambda i: found[i].cost(target))
    between, how = drawn[order[0]], f"{labels[order[0]]} phantom {seed}/{order[0]}"
    cost = found[order[0]].cost(target)
    rising = sorted(range(CANDIDATES), key=lambda i: found[i].mean)
    for low, high in zip(rising[:PAIRS], rising[::-1], strict=False):
        if cost <= 0.1:
            break
        blend, weight = _halve(models, drawn[low], drawn[high], target)
        if (other := _Look.of(models, blend).cost(target)) < cost:
            between, cost = blend, other
            how = f"phantoms {seed}/{low} and {seed}/{high}, {weight:.4f} of the second"
    if not _Look.of(models, between).between():
        how += "; none found that scores .3 to .7 in every file: the nearest"

    rest = [i for i in order if not np.array_equal(drawn[i], between)]
    usual = max(rest, key=lambda i: found[i].clearance())
    refused = _refused([*models, *others], drawn, seed)
    return (
        Picture("between", between, how),
        Picture("ordinary", drawn[usual], f"{labels[usual]} phantom {seed}/{usual}"),
        refused,
    )


@dataclass(frozen=True)
class _Look:
    """What every file says of one picture."""

    scores: tuple[float, ...]
    margins: tuple[float, ...]  # novelty above its threshold
    refused: bool  # by any file
    threshold: float

    @classmethod
    def of(cls, models: Sequence[Model], pixels: Pixels) -> _Look:
        raw = pixels.tobytes()
        scores, margins, refused = [], [], False
        for model in models:
            probabilities, _, novelty = model.run(raw)
            scores.append(probabilities[1])
            margins.append(novelty - model.contract.novelty_threshold)
            refused |= model.decide(raw, probabilities, novelty)[1] is not None
        return cls(tuple(scores), tuple(margins), refused, models[0].contract.threshold)

    @property
    def mean(self) -> float:
        return sum(self.scores) / len(self.scores)

    def cost(self, target: float) -> float:
        """How far from the target; more where an answer hangs on a rounding."""
        doubtful = self.refused or min(abs(s - self.threshold) for s in self.scores) < CLEAR / 2
        return max(abs(s - target) for s in self.scores) + float(doubtful)

    def between(self) -> bool:
        return not self.refused and all(BETWEEN[0] <= s <= BETWEEN[1] for s in self.scores)

    def clearance(self) -> float:
        """How clear of its threshold a picture that is answered scores."""
        return min(abs(s - self.threshold) for s in self.scores) - float(self.refused)


def _halve(
    models: Sequence[Model], low: Pixels, high: Pixels, target: float
) -> tuple[Pixels, float]:
    """A blend of two pictures whose mean score comes near the target, by bisection."""
    left, right = 0.0, 1.0
    for _ in range(HALVINGS):
        weight = (left + right) / 2
        blend = np.rint((1 - weight) * low + weight * high).astype(np.uint8)
        if _Look.of(models, blend).mean < target:
            left = weight
        else:
            right = weight
    return blend, weight


def _refused(models: Sequence[Model], drawn: Pixels, seed: int) -> Picture:
    """The negative or the upside-down phantom that every file refuses."""
    tries = [
        (f"phantom {seed}/{i}, {what}", pixels)
        for i in range(CANDIDATES // 3)
        for what, pixels in (
            ("as a negative", 255 - drawn[i]),
            ("upside down", drawn[i][::-1].copy()),
            ("as a negative, upside down", 255 - drawn[i][::-1]),
            ("in tiles, shuffled", _tiles(drawn[i], seed + i)),
        )
    ]
    looks = [_Look.of(models, pixels) for _, pixels in tries]
    clear = [i for i, look in enumerate(looks) if min(look.margins) >= NOVEL]
    if clear:
        # Of those that are clearly unfamiliar the one that every interpreter scores alike.
        best = min(clear, key=lambda i: max(looks[i].scores) - min(looks[i].scores))
        return Picture("refused", tries[best][1], tries[best][0])
    blank = np.full_like(drawn[0], 128)
    return Picture("refused", blank, "one gray: no changed phantom is clearly unfamiliar")


def _tiles(pixels: Pixels, seed: int) -> Pixels:
    side = len(pixels) // 8
    tiles = pixels[: side * 8, : side * 8].reshape(8, side, 8, side).swapaxes(1, 2)
    mixed = tiles.reshape(64, side, side)[np.random.default_rng(seed).permutation(64)]
    out = pixels.copy()
    whole = mixed.reshape(8, 8, side, side).swapaxes(1, 2).reshape(side * 8, side * 8)
    out[: side * 8, : side * 8] = whole
    return out


def golden_of(
    model: Model, other: Model | None, pictures: Sequence[Picture], whole: bool
) -> Golden:
    """The golden inputs with this file's own outputs, and tolerances.

    LiteRT with XNNPACK must agree exactly where all is integer (`whole`), to 1e-5 in float.
    What others may differ by is measured with `other`, with room to spare, since they round
    in other places; without one (ONNX) it is a fixed share. Where only weights are integers,
    another processor may round elsewhere too, and is allowed that much. A heat map is in a
    unit of its own: what is allowed there is a part of the largest value over the items.
    """
    items = tuple(_item(model, picture) for picture in pictures)
    floating = model.contract.precision in ("float32", "float16")
    hottest = max(max(item.heatmap) for item in items)

    def parts(share: float) -> Tolerance:
        return Tolerance(share, share * hottest, share)

    allowed = parts(1e-4 if floating else 2 / 256)
    if other is not None:
        off = [differences(item, other.run(item.pixels())) for item in items]
        allowed = Tolerance(
            **{output: max(least, ROOM * max(one[output] for one in off))
               for output, least in allowed._asdict().items()}
        )  # fmt: skip
    ours = EXACT if whole else parts(1e-5) if floating else allowed
    return Golden(items, {"litert_xnnpack": ours, "other": allowed})


def _item(model: Model, picture: Picture) -> GoldenItem:
    from PIL import Image

    raw = picture.pixels.tobytes()
    probabilities, heatmap, novelty = model.run(raw)
    answer, reason = model.decide(raw, probabilities, novelty)
    stream = io.BytesIO()
    Image.fromarray(picture.pixels).save(stream, "PNG", optimize=True)
    return GoldenItem(
        name=picture.name,
        png_base64=base64.b64encode(stream.getvalue()).decode(),
        answer=answer,
        reason=reason,
        probabilities=probabilities,
        heatmap=heatmap,
        novelty=novelty,
    )

"""Golden inputs: three phantoms, chosen by what the float model says of them."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image

from edge_runtime.contract import Contract
from edge_runtime.golden import Golden, GoldenItem
from edge_runtime.interpreters import Interpreter
from edge_runtime.model import Model
from export.representative import phantom_pixels

__all__ = ["choose_pictures", "golden_of"]

Pixels = npt.NDArray[np.uint8]
SEED = 7_000_000
DRAWN = 60
# Interpreters without XNNPACK round elsewhere: one step of a probability, several of a
# feature map (measured on tflite-runtime 2.14 against LiteRT).
TOLERANCE = {
    "int8": {"litert_xnnpack": 1e-6, "other": 0.25},
    "float32": {"litert_xnnpack": 1e-4, "other": 1e-3},
}


def choose_pictures(
    size: int, scores: Callable[[Pixels], npt.NDArray[np.float64]]
) -> list[tuple[str, Pixels]]:
    """Name and `uint8[S, S]` of three pictures.

    "undecided" is the phantom, or the blend of a low and a high one, whose score lies
    nearest to .5, where a wrong weight shows first; "ordinary" has the lowest score;
    "refused" is a phantom almost without contrast.
    """
    drawn = phantom_pixels(DRAWN, SEED, size)
    found = scores(drawn)
    low, high = drawn[int(found.argmin())], drawn[int(found.argmax())]
    steps = np.linspace(0.0, 1.0, 33)[1:-1]
    blends = np.stack([np.rint(low * (1 - w) + high * w) for w in steps]).astype(np.uint8)
    every = np.concatenate([drawn, blends])
    nearest = int(np.abs(np.concatenate([found, scores(blends)]) - 0.5).argmin())
    faint = (low.astype(np.uint16) // 64 + 100).astype(np.uint8)
    return [("undecided", every[nearest]), ("ordinary", low), ("refused", faint)]


def golden_of(
    contract: Contract, interpreter: Interpreter, pictures: list[tuple[str, Pixels]]
) -> Golden:
    """The pictures with the outputs of the very file that will carry them."""
    tolerance = TOLERANCE["int8" if contract.precision == "int8" else "float32"]
    blank = Golden((), tolerance)
    model = Model(contract, interpreter, blank)
    items = []
    for name, picture in pictures:
        pixels = picture.tobytes()
        probabilities, heatmap, novelty = model.run(pixels)
        answer, reason = model.decide(pixels, probabilities, novelty)
        items.append(
            GoldenItem(name, _png(picture), answer, reason, probabilities, heatmap, novelty)
        )
    return Golden(tuple(items), tolerance)


def _png(picture: Pixels) -> str:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG", optimize=True)
    return base64.b64encode(stream.getvalue()).decode()

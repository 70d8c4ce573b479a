"""What lies in and before the lungs: the opacities of covid, and shadows that mean nothing."""

from __future__ import annotations

import numpy as np

from workshop.phantoms.anatomy import SIDES, Anatomy
from workshop.phantoms.canvas import Canvas, Layer, mirrored, points, smooth

__all__ = ["harmless", "with_opacities"]

_FILLED = 0.68  # the density of a lung without air


def harmless(canvas: Canvas, who: Anatomy, lungs: Layer, rng: np.random.Generator) -> Layer:
    """Added density `[H, W]` of what healthy people and other conditions show.

    Drawn for both labels alike: breast shadows, full hila, a patch on one side only, the
    stomach's bubble, a cable.
    """
    added = np.zeros_like(lungs)
    if who.breasts:
        low = rng.uniform(-0.05, 0.1)
        ball = points((0.15, 1.2), (0.5, 1.0), (0.88, 1.15), (1.02, 1.5), (0.85, 1.78 + low),
                (0.5, 1.85 + low), (0.2, 1.7 + low))  # fmt: skip
        outlines = [smooth(mirrored(ball, side)) for side in SIDES]
        added += canvas.shape(*outlines, blur=0.05) * np.float32(who.breasts)
    if rng.random() < 0.4:
        strength = rng.uniform(0.05, 0.16)
        for side in SIDES:
            added += canvas.spot(side * 0.3, 1.0, 0.16, 0.24) * lungs * np.float32(strength)
    if rng.random() < 0.35:
        side = SIDES[int(rng.integers(2))]
        x, y = side * rng.uniform(0.4, 0.8), rng.uniform(0.35, 1.6)
        size = rng.uniform(0.07, 0.24)
        patch = canvas.spot(x, y, size, size * rng.uniform(0.8, 1.3)) * lungs
        added += patch * np.float32(rng.uniform(0.12, 0.3))
    if rng.random() < 0.6:
        bubble = canvas.spot(0.5, 1.98, rng.uniform(0.08, 0.16), 0.06) * (1 - lungs)
        added -= bubble * np.float32(rng.uniform(0.1, 0.28))
    if rng.random() < 0.25:
        x, y = rng.uniform(-0.9, 0.9), rng.uniform(0.2, 0.9)
        path = points((x, -0.9), (x + rng.normal(0, 0.2), y - 0.3), (x, y),
                  (x + rng.normal(0, 0.5), y + 0.6))  # fmt: skip
        cable = smooth(path, closed=False)
        added += canvas.strokes([(cable, 0.02, 1.0)], blur=0.008) * np.float32(0.25)
    return added


def with_opacities(canvas: Canvas, density: Layer, lungs: Layer, rng: np.random.Generator) -> Layer:
    """The density with hazy patches in both lungs, mostly at the edge and below.

    From subtle (a few faint ones) to severe; lung tissue fills up towards `_FILLED`, so
    that ribs and vessels fade in dense patches as they do on a film.
    """
    severity = float(rng.beta(1.8, 1.2))
    faint = 0.5 if rng.random() < 0.1 else 1.0
    clear = np.ones_like(lungs)
    for side in SIDES:
        for _ in range(3 + int(rng.integers(0, 2 + round(4 * severity)))):
            y = 1.75 - abs(rng.normal(0.0, 0.45))
            edge = 0.62 + 0.3 * min(1.0, max(0.0, y) / 1.1)  # the wall curves in above
            x = side * (edge - abs(rng.normal(0.0, 0.13)))
            size = rng.uniform(0.09, 0.15) * (1 + 0.6 * severity)
            spot = canvas.spot(x, y, size, size * rng.uniform(1.0, 1.7))
            dense = faint * (rng.uniform(0.4, 0.6) + 0.35 * severity)
            clear *= 1 - spot * np.float32(dense)
    grain = 0.22 * canvas.cloud(rng, 0.12) + 0.16 * canvas.cloud(rng, 0.05)
    haze = np.tanh((1 - clear) * np.maximum(1.1 + grain, 0.2)) * lungs
    return np.asarray(density + haze * np.maximum(_FILLED - density, 0), np.float32)

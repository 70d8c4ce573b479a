"""The chest of one patient: proportions, and the density of a film without any finding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workshop.phantoms.canvas import Canvas, Layer, Points, Stroke, mirrored, points, smooth

__all__ = ["SIDES", "Anatomy", "chest"]

SIDES = (-1, 1)  # of the film; the heart's apex is on side 1


@dataclass(frozen=True)
class Anatomy:
    """What stays the same on all films of a patient, as factors near 1 or chest units."""

    age: int
    female: bool
    length: float  # of the lungs, against their width
    heart: float
    apex: float  # how far the heart's apex reaches outwards
    knob: float  # aortic knob
    domes: tuple[float, float]  # height of the two diaphragm domes
    shoulders: float
    wall: float  # thickness of the chest wall
    ribs: float  # their visibility
    slope: float
    clavicles: float  # their slope
    vessels: float
    breasts: float  # strength of their shadows

    @classmethod
    def of(cls, rng: np.random.Generator) -> Anatomy:
        """A patient drawn at random."""
        between = rng.uniform
        female = bool(rng.random() < 0.5)
        return cls(
            age=int(rng.integers(19, 90)),
            female=female,
            length=between(0.9, 1.1),
            heart=between(0.84, 1.16),
            apex=between(-0.06, 0.1),
            knob=between(0.0, 0.09),
            domes=(between(0.16, 0.34), between(0.14, 0.3)),
            shoulders=between(-0.08, 0.08),
            wall=between(0.14, 0.3),
            ribs=between(0.6, 1.2),
            slope=between(0.7, 1.25),
            clavicles=between(-0.06, 0.12),
            vessels=between(0.6, 1.3),
            breasts=between(0.03, 0.13) if female else 0.0,
        )


def _lung(who: Anatomy, side: int) -> Points:
    right = side < 0
    dome, base = who.domes[0 if right else 1], 1.92 if right else 1.96
    outline = points(
        (0.2, 0.13), (0.3, 0.02), (0.48, 0.01), (0.68, 0.16), (0.83, 0.45), (0.93, 0.85),
        (0.985, 1.3), (0.99, 1.65), (0.97, base), (0.86, base - 0.55 * dome),
        (0.68, base - 0.92 * dome), (0.48, base - dome), (0.28, base - 0.85 * dome),
        (0.17, base - 0.7 * dome), (0.17, 1.3), (0.19, 0.85), (0.17, 0.5),
    )  # fmt: skip
    return smooth(mirrored(outline, side))


def _heart(who: Anatomy) -> Points:
    k = who.heart
    outline = points(
        (0.05, 0.86), (0.24, 0.98), (0.38 * k, 1.16), (0.52 * k + who.apex, 1.4),
        (0.6 * k + who.apex, 1.62), (0.5 * k, 1.84), (0.1, 1.95), (-0.22 * k, 1.86),
        (-0.34 * k, 1.66), (-0.34 * k, 1.42), (-0.26 * k, 1.18), (-0.18, 0.98),
    )  # fmt: skip
    return smooth(outline)


def _mediastinum(who: Anatomy) -> Points:
    outline = points(
        (-0.13, -0.5), (-0.15, 0.0), (-0.2, 0.4), (-0.19, 0.75), (-0.2, 1.0), (-0.2, 2.4),
        (0.2, 2.4), (0.22, 1.0), (0.23, 0.82), (0.21, 0.7), (0.22 + who.knob, 0.58),
        (0.2 + who.knob, 0.47), (0.17, 0.34), (0.15, 0.0), (0.13, -0.5),
    )  # fmt: skip
    return smooth(outline)


def _body(who: Anatomy) -> Points:
    wide = 1.0 + who.wall
    half = points(
        (0.36, -0.75), (0.4, -0.45), (0.62, -0.28 + who.shoulders), (1.1, -0.18 + who.shoulders),
        (1.42, 0.05 + who.shoulders), (1.6, 0.5), (1.75, 1.2), (1.5, 1.25), (wide + 0.16, 0.72),
        (wide + 0.02, 1.1), (wide, 1.7), (wide + 0.02, 2.8),
    )  # fmt: skip
    outline = smooth(half, closed=False)
    return np.concatenate([mirrored(outline, -1), mirrored(outline, 1)[::-1]])


def _ribs(who: Anatomy) -> list[Stroke]:
    strokes: list[Stroke] = []
    seen = who.ribs
    for number in range(9):
        y, reach = 0.02 + 0.205 * number, min(1.04, 0.5 + 0.17 * number)
        fall = who.slope * (0.16 + 0.035 * number)
        low = y + fall + 0.12
        arch = points(
            (0.1, y), (0.35 * reach, y - 0.05), (0.75 * reach, y + 0.4 * fall), (reach, low)
        )
        back = smooth(arch, closed=False)
        front = smooth(
            points((reach, low), (0.85 * reach, low + 0.2), (0.62 * reach, low + 0.33)),
            closed=False,
        )
        for side in SIDES:
            rib = mirrored(back, side)
            strokes += [(rib, 0.085, 0.4 * seen), (rib + _down(0.037), 0.02, 0.65 * seen)]
            if 1 <= number <= 6:
                strokes.append((mirrored(front, side), 0.09, 0.25 * seen))
    return strokes


def _down(by: float) -> Points:
    return points((0.0, by))


def _shoulder_bones(who: Anatomy) -> list[Stroke]:
    collar = smooth(
        points((0.13, 0.26), (0.4, 0.17), (0.7, 0.1 - who.clavicles), (1.15, -0.02)), closed=False
    )
    blade = smooth(points((1.12, 0.1), (1.0, 0.45), (0.98, 0.8), (1.08, 1.05)), closed=False)
    strokes: list[Stroke] = []
    for side in SIDES:
        line = mirrored(collar, side)
        strokes += [(line, 0.1, 0.7), (line + _down(-0.04), 0.02, 1.0)]
        strokes.append((mirrored(blade, side), 0.07, 0.4))
        strokes.append((mirrored(points((1.25, 0.12), (1.3, 0.2)), side), 0.26, 0.55))
    return strokes


def _spine() -> list[Stroke]:
    column: list[Stroke] = [(points((0.0, -0.8), (0.0, 2.8)), 0.2, 0.6)]
    for y in -0.6 + 0.21 * np.arange(16):
        column.append((points((-0.1, y), (0.1, y)), 0.03, 0.95))
    return column


def _vessels(rng: np.random.Generator) -> list[Stroke]:
    """Branches from the two hila that wander, fork once, and thin out."""
    strokes: list[Stroke] = []
    for side in SIDES:
        for _ in range(9):
            angle, width = rng.uniform(-1.3, 1.45), rng.uniform(0.03, 0.055)
            start = points((0.2, rng.uniform(0.75, 1.1)))
            bends = angle + np.cumsum(rng.normal(0.0, 0.3, 5))
            fork = bends + np.array([0, 0, 0.5, 0.6, 0.6]) * (1 if rng.random() < 0.5 else -1)
            for way, first in ((bends, 0), (fork, 2)):
                steps = np.stack([np.cos(way), np.sin(way)], 1) * rng.uniform(0.09, 0.17, (5, 1))
                line = mirrored(np.concatenate([start, start + np.cumsum(steps, 0)]), side)
                for part in range(first, 5, 2):
                    thin = width * (1 - 0.18 * part)
                    strokes.append((line[part : part + 3], thin, 0.9 - 0.15 * part))
    return strokes


def chest(canvas: Canvas, who: Anatomy, rng: np.random.Generator) -> tuple[Layer, Layer]:
    """Density `[H, W]` (0 air, 1 bone) of a film without findings, and its lungs `[H, W]`."""
    body = canvas.shape(_body(who), blur=0.04)
    heart = canvas.shape(_heart(who), blur=0.03)
    centre = canvas.shape(_mediastinum(who), blur=0.035)
    lungs = canvas.shape(_lung(who, -1), _lung(who, 1), blur=0.018)
    lungs = lungs * (1 - heart) * (1 - centre)
    belly = canvas.below(1.75, blur=0.14) * (1 - lungs)
    density = 0.03 + body * (0.52 + 0.1 * centre + 0.13 * heart + 0.16 * belly - 0.37 * lungs)
    density += canvas.strokes(_spine(), blur=0.03) * body * (0.05 + 0.1 * centre)
    density += canvas.strokes(_ribs(who) + _shoulder_bones(who)) * body * 0.14
    vessels = canvas.strokes(_vessels(rng), blur=0.014)
    density += vessels * lungs * (0.14 * who.vessels)
    for side in SIDES:
        root = canvas.spot(side * 0.24, 0.92, 0.09, 0.14)
        density += root * lungs * (0.16 * who.vessels)
    density += canvas.cloud(rng, 0.06) * lungs * 0.012 + canvas.cloud(rng, 0.5) * body * 0.02
    return density.astype(np.float32), lungs

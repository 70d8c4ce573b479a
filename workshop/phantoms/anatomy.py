"""The chest of one patient: proportions, and the density of a film without any finding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workshop.phantoms.canvas import Canvas, Layer, Points, Stroke, mirrored, smooth

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
    outline = [
        (0.2, 0.13), (0.3, 0.02), (0.48, 0.01), (0.68, 0.16), (0.83, 0.45), (0.93, 0.85),
        (0.985, 1.3), (0.99, 1.65), (0.97, base), (0.86, base - 0.55 * dome),
        (0.68, base - 0.92 * dome), (0.48, base - dome), (0.28, base - 0.85 * dome),
        (0.17, base - 0.7 * dome), (0.17, 1.3), (0.19, 0.85), (0.17, 0.5),
    ]  # fmt: skip
    return smooth(mirrored(outline, side), steps=5)


def _heart(who: Anatomy) -> Points:
    k = who.heart
    outline = [
        (0.05, 0.86), (0.24, 0.98), (0.38 * k, 1.16), (0.52 * k + who.apex, 1.4),
        (0.6 * k + who.apex, 1.62), (0.5 * k, 1.84), (0.1, 1.95), (-0.22 * k, 1.86),
        (-0.34 * k, 1.66), (-0.34 * k, 1.42), (-0.26 * k, 1.18), (-0.18, 0.98),
    ]  # fmt: skip
    return smooth(outline, steps=5)


def _mediastinum(who: Anatomy) -> Points:
    outline = [
        (-0.13, -0.5), (-0.15, 0.0), (-0.2, 0.4), (-0.19, 0.75), (-0.2, 1.0), (-0.2, 2.4),
        (0.2, 2.4), (0.22, 1.0), (0.23, 0.82), (0.21, 0.7), (0.22 + who.knob, 0.58),
        (0.2 + who.knob, 0.47), (0.17, 0.34), (0.15, 0.0), (0.13, -0.5),
    ]  # fmt: skip
    return smooth(outline, steps=4)


def _body(who: Anatomy) -> list[Points]:
    wide = 1.0 + who.wall
    half = [
        (0.36, -0.75), (0.4, -0.45), (0.62, -0.28 + who.shoulders), (1.1, -0.18 + who.shoulders),
        (1.42, 0.05 + who.shoulders), (1.6, 0.5), (1.75, 1.2), (1.5, 1.25), (wide + 0.16, 0.72),
        (wide + 0.02, 1.1), (wide, 1.7), (wide + 0.02, 2.8),
    ]  # fmt: skip
    outline = smooth(half, closed=False, steps=4)
    return [mirrored(outline, -1) + mirrored(outline, 1)[::-1]]


def _ribs(who: Anatomy) -> list[Stroke]:
    strokes: list[Stroke] = []
    for side in SIDES:
        for number in range(9):
            y = 0.02 + 0.205 * number
            reach = min(1.04, 0.5 + 0.17 * number) if number < 4 else 1.04
            fall = who.slope * (0.16 + 0.035 * number)
            back = smooth(
                mirrored(
                    [(0.1, y), (0.35 * reach, y - 0.05), (0.75 * reach, y + 0.4 * fall),
                     (reach, y + fall + 0.12)], side), closed=False)  # fmt: skip
            strokes += [(back, 0.085, 0.55), (_shifted(back, 0.035), 0.018, 0.85)]
            if 1 <= number <= 6:
                low = y + fall + 0.12
                front = smooth(
                    mirrored(
                        [(reach, low), (0.85 * reach, low + 0.2), (0.62 * reach, low + 0.33)],
                        side), closed=False)  # fmt: skip
                strokes.append((front, 0.09, 0.32))
    return strokes


def _shifted(points: Points, down: float) -> Points:
    return [(x, y + down) for x, y in points]


def _shoulder_bones(who: Anatomy) -> list[Stroke]:
    strokes: list[Stroke] = []
    for side in SIDES:
        collar = [(0.13, 0.26), (0.4, 0.17), (0.7, 0.1 - who.clavicles), (1.15, -0.02)]
        line = smooth(mirrored(collar, side), closed=False)
        strokes += [(line, 0.1, 0.7), (_shifted(line, -0.04), 0.02, 1.0)]
        blade = [(1.12, 0.1), (1.0, 0.45), (0.98, 0.8), (1.08, 1.05)]
        strokes.append((smooth(mirrored(blade, side), closed=False), 0.07, 0.4))
        strokes.append((mirrored([(1.25, 0.12), (1.3, 0.2)], side), 0.26, 0.55))
    return strokes


def _spine() -> list[Stroke]:
    column: list[Stroke] = [([(0.0, -0.8), (0.0, 2.8)], 0.2, 0.6)]
    for number in range(16):
        y = -0.6 + 0.21 * number
        column.append(([(-0.1, y), (0.1, y)], 0.03, 0.95))
    return column


def _vessels(rng: np.random.Generator) -> list[Stroke]:
    strokes: list[Stroke] = []
    for side in SIDES:
        for _ in range(9):
            angle = rng.uniform(-1.2, 1.35)
            x, y, width = 0.22, rng.uniform(0.78, 1.05), rng.uniform(0.03, 0.055)
            line = [(x, y)]
            for _ in range(4):
                angle += rng.normal(0.0, 0.22)
                step = rng.uniform(0.1, 0.19)
                x, y = x + step * np.cos(angle), y + step * np.sin(angle)
                line.append((x, y))
            for part in range(3):  # thinner and fainter outwards
                piece = mirrored(line[part : part + 2], side)
                strokes.append((piece, width * (1 - 0.28 * part), 0.9 - 0.22 * part))
    return strokes


def chest(canvas: Canvas, who: Anatomy, rng: np.random.Generator) -> tuple[Layer, Layer]:
    """Density `[H, W]` (0 air, 1 bone) of a film without findings, and its lungs `[H, W]`."""
    body = canvas.shape(*_body(who), blur=0.04)
    heart = canvas.shape(_heart(who), blur=0.03)
    centre = canvas.shape(_mediastinum(who), blur=0.035)
    lungs = canvas.shape(_lung(who, -1), _lung(who, 1), blur=0.018)
    lungs = lungs * (1 - heart) * (1 - centre)
    belly = canvas.shape([(-2, 1.75), (2, 1.75), (2, 3), (-2, 3)], blur=0.12) * (1 - lungs)
    density = 0.03 + body * (0.52 + 0.1 * centre + 0.13 * heart + 0.16 * belly - 0.37 * lungs)
    density += canvas.strokes(_spine(), blur=0.03) * body * (0.05 + 0.1 * centre)
    density += canvas.strokes(_ribs(who)) * body * (0.09 * who.ribs)
    density += canvas.strokes(_shoulder_bones(who), blur=0.015) * body * 0.14
    vessels = canvas.strokes(_vessels(rng), blur=0.014)
    density += vessels * lungs * (0.14 * who.vessels)
    for side in SIDES:
        root = canvas.spot(side * 0.24, 0.92, 0.09, 0.14)
        density += root * lungs * (0.16 * who.vessels)
    density += canvas.cloud(rng, 0.06) * lungs * 0.012 + canvas.cloud(rng, 0.5) * body * 0.02
    return density.astype(np.float32), lungs

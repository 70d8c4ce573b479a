"""The tests' phantoms: one for each kind of answer that the bundled model gives.

A phantom that is above the threshold is easily had; for the others, phantoms are cut, made
darker and blurred by chance, from a seed, until the model answers as wanted.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageFilter

from edge_runtime.errors import GateError
from edge_runtime.model import Model
from edge_runtime.prediction import Prediction
from workshop.phantoms import write_set

__all__ = ["KINDS", "choose", "kind"]

KINDS = ("above", "below", "borderline", "unfamiliar")
DRAWN, TRIES, SEED = 40, 5000, 11
LEAST = 0.1  # of score, between the threshold and a film that is clearly above or below


def kind(one: Prediction) -> str | None:
    """Which of `KINDS` a film is; None for one that shows no kind well."""
    if one.reason is not None:
        return one.reason if one.reason in KINDS else None
    if one.borderline:
        return "borderline"
    if abs(one.score - one.threshold) < LEAST:
        return None
    return "above" if one.score > one.threshold else "below"


def choose(folder: Path) -> list[str]:
    """Write one film of each kind into `folder`, a line each; raises `GateError` if none is had."""
    found: dict[str, Prediction] = {}
    with tempfile.TemporaryDirectory() as place, Model.open() as model:
        write_set(Path(place), DRAWN, SEED)
        for film in _films(sorted(Path(place, "films").glob("*.png"))):
            one = model.predict(film)
            name = kind(one)
            if name is not None and name not in found:
                folder.mkdir(parents=True, exist_ok=True)
                film.save(folder / f"{name}.png", optimize=True)
                found[name] = one
            if len(found) == len(KINDS):
                break
    if missing := set(KINDS) - set(found):
        raise GateError(f"no phantom of {TRIES} tries is {' or '.join(sorted(missing))}")
    return [f"{name}: {one.answer}, score {one.score:.3f}" for name, one in found.items()]


def _films(paths: list[Path]) -> Iterator[Image.Image]:
    """Phantoms as they were drawn, then changed by chance."""
    for path in paths:
        with Image.open(path) as film:
            yield film.convert("L")
    chance = random.Random(SEED)
    for _ in range(TRIES):
        with Image.open(chance.choice(paths)) as film:
            yield _changed(film.convert("L"), chance)


def _changed(film: Image.Image, chance: random.Random) -> Image.Image:
    left, top, right, bottom = (chance.uniform(-0.15, 0.2) for _ in range(4))
    width, height = film.size
    part = film.crop(
        (round(width * left), round(height * top),
         round(width * (1 - right)), round(height * (1 - bottom)))
    )  # fmt: skip
    gamma, dark = chance.uniform(0.4, 2.0), chance.uniform(0, 60)
    light = chance.uniform(150, 255)
    table = [round(dark + (light - dark) * (gray / 255) ** gamma) for gray in range(256)]
    blur = chance.choice((0.0, 0.0, 0.7, 1.0, 1.5, 2.0))
    return part.point(table).filter(ImageFilter.GaussianBlur(blur))

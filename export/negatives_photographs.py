"""Photographs, textures and microscopy that installed packages ship, cut at many places."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["PHOTOGRAPHS", "TEXTURES", "crops", "pictures"]

# package, folder below it, names. Not taken: logos, tables, and pictures of text.
PHOTOGRAPHS = (
    ("skimage", "data", ("astronaut.png", "camera.png", "chelsea.png", "coffee.png", "coins.png",
                         "clock_motion.png", "motorcycle_left.png", "motorcycle_right.png",
                         "rocket.jpg")),
    ("sklearn", "datasets/images", ("china.jpg", "flower.jpg")),
    ("matplotlib", "mpl-data/sample_data", ("grace_hopper.jpg", "Minduka_Present_Blue_Pack.png")),
)  # fmt: skip
TEXTURES = (
    ("skimage", "data", ("brick.png", "cell.png", "grass.png", "gravel.png",
                         "hubble_deep_field.jpg", "ihc.png", "microaneurysms.png", "moon.png",
                         "retina.jpg")),
)  # fmt: skip
Names = Sequence[tuple[str, str, Sequence[str]]]


def pictures(names: Names) -> dict[str, Image.Image]:
    """The pictures by `package/file`, gray. Raises `DataError` where a package is missing."""
    from PIL import Image

    found = {}
    for package, folder, files in names:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise DataError(
                f"{package} is not installed and has pictures to test with: install it "
                "(requirements/workshop.in)"
            )
        for file in files:
            path = Path(spec.origin).parent / folder / file
            if path.is_file():
                with Image.open(path) as image:
                    found[f"{package}/{file}"] = image.convert("L")
    return found


def crops(
    sources: dict[str, Image.Image], count: int, rng: np.random.Generator
) -> list[Image.Image]:
    """`count` square crops, the pictures in turn: places at random, .35 to 1 of the short side."""
    order = sorted(sources)
    cut = []
    for number in range(count):
        image = sources[order[number % len(order)]]
        side = int(min(image.size) * rng.uniform(0.35, 1.0))
        left = int(rng.integers(0, image.width - side + 1))
        top = int(rng.integers(0, image.height - side + 1))
        cut.append(image.crop((left, top, left + side, top + side)))
    return cut

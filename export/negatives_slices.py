"""Axial slices: rendered from ellipses, and the few real ones that packages ship."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["axial_slice", "shipped_slices"]

SIDE = 448
# Files of pydicom's own tests that show a slice; the others show none, or the same one again.
SLICES = ("CT_small.dcm", "MR_small.dcm", "693_J2KI.dcm", "JPEG2000.dcm", "liver_1frame.dcm")


def axial_slice(rng: np.random.Generator) -> Image.Image:
    """A body cut across, of ellipses: head, chest or belly, windowed as CT or as MR."""
    from PIL import Image, ImageFilter

    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE - 0.5
    values = np.zeros((SIDE, SIDE))

    def ellipse(cx: float, cy: float, a: float, b: float, tone: float, turn: float = 0.0) -> None:
        u = (x - cx) * np.cos(turn) + (y - cy) * np.sin(turn)
        v = (y - cy) * np.cos(turn) - (x - cx) * np.sin(turn)
        values[(u / a) ** 2 + (v / b) ** 2 < 1] = tone

    size = rng.uniform(0.85, 1.05)
    soft = rng.uniform(90, 150)
    kind = int(rng.integers(3))
    if kind == 0:  # head: skull, brain, ventricles
        ellipse(0, 0, 0.36 * size, 0.44 * size, soft * 0.6)
        ellipse(0, 0, 0.345 * size, 0.425 * size, rng.uniform(180, 255))
        ellipse(0, 0, 0.315 * size, 0.395 * size, soft)
        for side in (-1, 1):
            ellipse(side * 0.06, -0.02, 0.03, 0.12, soft * 0.4, side * 0.3)
    else:
        ellipse(0, 0, 0.46 * size, 0.33 * size, soft * 0.55)
        ellipse(0, 0, 0.43 * size, 0.3 * size, soft)
        if kind == 1:  # chest: lungs, heart
            for side in (-1, 1):
                ellipse(side * 0.22, 0, 0.15 * size, 0.23 * size, rng.uniform(0, 25))
            ellipse(0.05, -0.05, 0.13, 0.12, soft * 1.15, 0.5)
        else:  # belly: liver, kidneys, gut
            ellipse(-0.2, -0.05, 0.18, 0.17, soft * 1.2, 0.3)
            for side in (-1, 1):
                ellipse(side * 0.18, 0.14, 0.06, 0.08, soft * 1.4)
            for _ in range(6):
                ellipse(rng.uniform(0, 0.3), rng.uniform(-0.2, 0.1), 0.04, 0.03,
                        rng.uniform(20, 200))  # fmt: skip
        ellipse(0, 0.2, 0.06, 0.06, 235)
        ellipse(0, 0.2, 0.03, 0.03, soft)
    values += rng.normal(0, rng.uniform(3, 14), values.shape)
    image = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0.8, 2.5)))


def shipped_slices() -> list[Image.Image]:
    """CT and MR slices of pydicom's tests and matplotlib's samples, as far as they are there."""
    import gzip
    from pathlib import Path

    import matplotlib
    import pydicom
    from PIL import Image

    from edge_runtime.errors import FilmError
    from edge_runtime.pixels import open_film

    images = []
    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    for name in SLICES:
        try:
            images.append(open_film(folder / name))
        except FilmError:
            continue  # not in this release of pydicom, or no decoder for it here
    sample = Path(matplotlib.get_data_path()) / "sample_data" / "s1045.ima.gz"
    if sample.is_file():
        head = np.frombuffer(gzip.decompress(sample.read_bytes()), np.uint16)
        wide = head.reshape(256, 256).astype(np.float64)
        wide = wide * (255 / max(wide.max(), 1))
        images.append(Image.fromarray(wide.astype(np.uint8)))
    return images

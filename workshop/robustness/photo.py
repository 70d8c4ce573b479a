"""A film as a phone photographs it from a monitor or a light box, simulated.

The kinds of damage are those that Phillips et al. describe (CheXphoto, 2020, arXiv:2007.06199)
for photographs of chest films: a tilted view, moiré, glare, blur, uneven colour. How strong
each is at strength 1 is this module's own choice, not measured on photographs.

1. A pinhole camera `DISTANCE` sides away looks at the film at an angle (a homography).
2. A monitor's pixels are stripes of red, green and blue. The camera has about one pixel for
   each of them, and sampling the stripes there gives moiré: no pattern is drawn.
3. Light adds up as light: lamp's reflection, veil and vignetting (the cosine's fourth power)
   are computed in linear light, a gamma of `GAMMA` away from gray levels.
4. A colour cast, JPEG, and then the product's own reading of a colour file.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from edge_runtime.pixels import film_pixels
from workshop.evidence.scorer import Pixels

__all__ = ["photo", "photograph"]

ZOOM = 2  # camera pixels for each of the film's, along a side
DISTANCE = 1.6  # of the camera, in sides of the film
GAMMA = 2.2
LINEAR = (np.arange(256, dtype=np.float32) / 255) ** np.float32(GAMMA)
STRIPES = np.arange(3) / 3  # where red, green and blue lie within a pixel of the monitor
BEST_QUALITY = 95

Layer = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scene:
    """How one photograph is taken. Lengths are shares of the picture's side."""

    turn: Numbers  # [3] degrees: about the vertical axis, the horizontal axis, the line of sight
    shift: Numbers  # [2] of the film from the middle of the picture
    margin: float  # around the film
    surround: int  # gray level around the film
    pitch: float  # the monitor's pixels for each of the camera's
    phase: Numbers  # [2] of the monitor's grid
    depth: float  # of the stripes, as the lens leaves them; 0 for a light box
    glare: Numbers  # [4] the lamp's reflection: x, y, half width, half height
    lamp: float  # light at its middle; white of the film is 1
    veil: float  # light everywhere
    cast: Numbers  # [3] what is added to the gain of red, green, blue
    falloff: float  # how much of the vignetting there is
    blur: float  # camera pixels, standard deviation
    quality: int  # of the JPEG

    @classmethod
    def drawn(cls, rng: np.random.Generator, strength: float) -> Scene:
        """A scene of strength 0 to 1; the same `rng` gives the same scene, weaker or stronger."""
        monitor = rng.random() < 0.5
        warmth, green = rng.uniform(-1, 1), rng.uniform(-0.3, 1)
        return cls(
            turn=rng.uniform(-1, 1, 3) * (14, 12, 5) * strength,
            shift=rng.uniform(-0.03, 0.03, 2) * strength,
            margin=float(rng.uniform(0.02, 0.08)) * strength,
            surround=14 if monitor else 238,
            pitch=float(rng.uniform(0.93, 1.07)),
            phase=rng.uniform(0, 1, 2),
            depth=float(rng.uniform(0.15, 0.4)) * strength * monitor,
            glare=np.concatenate([rng.uniform(0.15, 0.85, 2), rng.uniform(0.04, 0.13, 2)]),
            lamp=float(rng.uniform(0.5, 1.6)) * strength,
            veil=float(rng.uniform(0.01, 0.04)) * strength,
            cast=np.array([0.16 * warmth, 0.06 * green, -0.2 * warmth]) * strength,
            falloff=strength,
            blur=float(rng.uniform(0.6, 1.4)) * strength,
            quality=round(BEST_QUALITY - strength * float(rng.uniform(20, 45))),
        )


def photo(film: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """The film `uint8[S, S]` as it is read from its photograph; itself at strength 0."""
    if strength == 0:
        return film
    side = len(film)
    pixels = film_pixels(photograph(film, strength, rng), side)
    return np.frombuffer(pixels, np.uint8).reshape(side, side)


def photograph(film: Pixels, strength: float, rng: np.random.Generator) -> bytes:
    """A JPEG in colour, `ZOOM` times as large as the film `uint8[S, S]`."""
    scene, side = Scene.drawn(rng, strength), ZOOM * len(film)
    back = _from_camera(scene)
    light = _seen(film, scene, side, back)[..., None] * _stripes(scene, side, back)
    light = (light + _stray(scene, side)[..., None]) * (1 + scene.cast).astype(np.float32)
    shown = np.clip(light, 0, 1) ** np.float32(1 / GAMMA)
    stream = io.BytesIO()
    picture = Image.fromarray(np.rint(shown * 255).astype(np.uint8))
    picture.save(stream, "JPEG", quality=scene.quality)
    return stream.getvalue()


def _from_camera(scene: Scene) -> Numbers:
    """The homography `[3, 3]` from the picture to the film, both -1/2 to 1/2 a side."""
    (cy, cx, cz), (sy, sx, sz) = np.cos(np.radians(scene.turn)), np.sin(np.radians(scene.turn))
    vertical = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    horizontal = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    sight = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    turned = sight @ horizontal @ vertical
    # A point (x, y, 0) of the film, turned and moved away, is divided by its distance.
    plane = np.column_stack([turned[:, 0], turned[:, 1], (0, 0, DISTANCE)])
    focal = DISTANCE / (1 + 2 * scene.margin)
    lens = np.array([[focal, 0, scene.shift[0]], [0, focal, scene.shift[1]], [0, 0, 1]])
    return np.asarray(np.linalg.inv(lens @ plane))


def _seen(film: Pixels, scene: Scene, side: int, back: Numbers) -> Layer:
    """Light `[side, side]` from the film and around it, through the lens."""
    size = len(film)
    to_film = np.array([[size, 0, size / 2], [0, size, size / 2], [0, 0, 1]])
    from_pixel = np.array([[1 / side, 0, -0.5], [0, 1 / side, -0.5], [0, 0, 1]])
    matrix = to_film @ back @ from_pixel
    warped = Image.fromarray(film).transform(
        (side, side),
        Image.Transform.PERSPECTIVE,
        (matrix / matrix[2, 2]).ravel()[:8].tolist(),
        Image.Resampling.BILINEAR,
        fillcolor=scene.surround,
    )
    seen = LINEAR[np.asarray(warped.filter(ImageFilter.GaussianBlur(scene.blur)))]
    square = _middles(side) ** 2
    off_axis = (square[:, None] + square) / np.float32(DISTANCE**2)
    return np.asarray(seen * (1 + off_axis) ** np.float32(-2 * scene.falloff))


def _stripes(scene: Scene, side: int, back: Numbers) -> Layer:
    """What the monitor's grid lets through, `[side, side, 3]`, at each camera pixel's middle."""
    if not scene.depth:
        return np.ones((1, 1, 3), np.float32)
    at = _middles(side)
    x, y, away = (row[0] * at + row[1] * at[:, None] + row[2] for row in back)
    across, down = (
        scene.pitch * side * place / away + start
        for place, start in zip((x, y), scene.phase, strict=True)
    )
    columns = np.cos(_turns(across[..., None] + STRIPES))
    rows = np.cos(_turns(down))  # the dark gaps between rows are narrower: half the depth
    return np.asarray((1 + scene.depth * columns) * (1 + scene.depth / 2 * rows[..., None]))


def _turns(cycles: Numbers) -> Layer:
    """Whole cycles taken away first: they would cost float32 its digits."""
    return np.asarray(2 * math.pi * (cycles - np.rint(cycles)), np.float32)


def _stray(scene: Scene, side: int) -> Layer:
    """Light `[side, side]` that is not the film's: a lamp mirrored in it, and a veil."""
    x, y, width, height = scene.glare
    at = _middles(side) + 0.5
    across, down = np.exp(-(((at - x) / width) ** 2) / 2), np.exp(-(((at - y) / height) ** 2) / 2)
    return np.asarray(scene.lamp * down[:, None] * across + scene.veil, np.float32)


def _middles(side: int) -> Layer:
    """Where pixels lie along the picture, -1/2 to 1/2."""
    return ((np.arange(side) + 0.5) / side - 0.5).astype(np.float32)

"""Pictures that are no chest films, drawn: what a phone may be shown instead of one.

Every function takes a random generator and gives one gray picture, mode "L", larger than a
model's input, so that it goes through the same resizing as a film.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

__all__ = ["blank", "diagram", "noise", "page", "screen"]

Rng = np.random.Generator
SIDE = 448  # twice the usual input
SENTENCES = (
    "the report of this study was read again and found to be in order",
    "other pages show tables, lists, figures and notes by many hands",
    "Result 12 340 7.5 % (see below) yes no",
    "File Edit View Help Open Save Close",
)
WORDS = " ".join(SENTENCES).split(" ")


def _canvas(
    tone: int, size: tuple[int, int] = (SIDE, SIDE)
) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    from PIL import Image, ImageDraw

    image = Image.new("L", size, tone)
    return image, ImageDraw.Draw(image)


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _picture(values: npt.NDArray[np.floating]) -> Image.Image:
    from PIL import Image

    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))


def _line(rng: Rng, letters: int) -> str:
    words: list[str] = []
    while sum(len(word) + 1 for word in words) < letters:
        words.append(str(rng.choice(WORDS)))
    return " ".join(words)[:letters]


def _text(
    draw: ImageDraw.ImageDraw, rng: Rng, box: tuple[int, int, int, int], size: float, ink: int
) -> None:
    """Ragged lines of one size in a box, with gaps between paragraphs."""
    left, y, right, bottom = box
    font = _font(size)
    while y + size < bottom:
        if rng.random() > 0.12:
            share = rng.uniform(0.3, 1.0) if rng.random() < 0.25 else 1.0
            letters = max(3, int((right - left) * share / (0.5 * size)))
            draw.text((left, y), _line(rng, letters), fill=ink, font=font)
        y += int(size * 1.35)


def page(rng: Rng) -> Image.Image:
    """A page of text, in one column or two, letters of 7 to 48 pixels; a third on dark paper."""
    paper, ink = int(rng.integers(215, 256)), int(rng.integers(0, 70))
    if rng.random() < 0.33:
        paper, ink = ink, paper
    wide, high = (int(rng.integers(360, 620)) for _ in range(2))
    image, draw = _canvas(paper, (wide, high))
    size = float(np.exp(rng.uniform(math.log(7), math.log(48))))
    margin = int(rng.integers(8, 50))
    columns = 2 if size < 16 and rng.random() < 0.4 else 1
    width = (wide - margin * (columns + 1)) // columns
    for column in range(columns):
        left = margin + column * (width + margin)
        _text(draw, rng, (left, margin, left + width, high - margin), size, ink)
    return image


def screen(rng: Rng) -> Image.Image:
    """What a screen shows: bars, a list, cards with text, buttons, plots of a few bars."""
    dark = rng.random() < 0.5

    def tone(low: int, high: int) -> int:
        drawn = int(rng.integers(low, high))
        return drawn if dark else 255 - drawn

    wide, high = (420, 640) if rng.random() < 0.5 else (640, 420)
    image, draw = _canvas(tone(0, 40), (wide, high))
    ink = tone(190, 256)
    bar = int(rng.integers(24, 60))
    draw.rectangle((0, 0, wide, bar), fill=tone(40, 110))
    draw.text((12, bar / 4), _line(rng, 14), fill=ink, font=_font(bar / 2))
    side = int(rng.integers(0, 2)) * wide // 4
    if side:
        draw.rectangle((0, bar, side, high), fill=tone(20, 70))
        _text(draw, rng, (8, bar + 10, side - 8, high - 8), 13.0, ink)
    y = bar + 12
    while y < high - 40:
        tall = int(rng.integers(40, 150))
        box = (side + 12, y, wide - 12, min(y + tall, high - 8))
        draw.rounded_rectangle(box, 8, fill=tone(30, 90), outline=tone(90, 140))
        if rng.random() < 0.3:
            for bar_x in range(box[0] + 10, box[2] - 20, 24):
                top = int(rng.integers(box[1] + 5, max(box[1] + 6, box[3] - 4)))
                draw.rectangle((bar_x, top, bar_x + 14, box[3] - 3), fill=ink)
        else:
            _text(draw, rng, (box[0] + 10, box[1] + 8, box[2] - 10, box[3] - 4),
                  float(rng.uniform(10, 26)), ink)  # fmt: skip
        y += tall + 12
    return image


def diagram(rng: Rng) -> Image.Image:
    """A line drawing: axes with curves, or boxes and circles joined by lines, with labels."""
    paper, ink = int(rng.integers(220, 256)), int(rng.integers(0, 60))
    if rng.random() < 0.25:
        paper, ink = ink, paper
    image, draw = _canvas(paper)
    thick = int(rng.integers(1, 5))
    if rng.random() < 0.5:
        draw.line([(50, 30), (50, SIDE - 50), (SIDE - 25, SIDE - 50)], fill=ink, width=thick)
        for _ in range(int(rng.integers(1, 5))):
            xs = np.linspace(50, SIDE - 30, 60)
            ys = SIDE / 2 + np.cumsum(rng.normal(0, 12, 60))
            draw.line(list(zip(xs, np.clip(ys, 30, SIDE - 55), strict=True)), fill=ink, width=thick)
        for tick in range(6):
            draw.text((50 + tick * 65, SIDE - 44), f"{tick * 2}", fill=ink, font=_font(16))
        return image
    places = [tuple(rng.integers(20, SIDE - 120, 2)) for _ in range(int(rng.integers(3, 9)))]
    for one, other in pairwise(places):
        draw.line(
            [(one[0] + 50, one[1] + 25), (other[0] + 50, other[1] + 25)], fill=ink, width=thick
        )
    for x, y in places:
        box = (int(x), int(y), int(x) + 100, int(y) + int(rng.integers(40, 100)))
        shape = draw.ellipse if rng.random() < 0.5 else draw.rectangle
        shape(box, fill=paper, outline=ink, width=thick)
        draw.text((box[0] + 14, box[1] + 12), _line(rng, 8), fill=ink, font=_font(16))
    return image


def noise(rng: Rng) -> Image.Image:
    """White noise (even or normal), smooth noise of some scale, or salt and pepper, in turn."""
    from PIL import Image

    kind = int(rng.integers(3))
    if kind == 0:
        if rng.random() < 0.5:
            return _picture(rng.uniform(0, 256, (SIDE, SIDE)))
        return _picture(rng.normal(rng.uniform(60, 200), rng.uniform(15, 60), (SIDE, SIDE)))
    if kind == 1:
        coarse = int(np.exp(rng.uniform(math.log(5), math.log(120))))
        small = _picture(rng.uniform(0, 256, (coarse, coarse)))
        return small.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    image = np.full((SIDE, SIDE), rng.uniform(40, 215))
    drawn = rng.random(image.shape)
    share = rng.uniform(0.02, 0.3)
    image[drawn < share] = 0
    image[drawn > 1 - share] = 255
    return _picture(image)


def blank(rng: Rng) -> Image.Image:
    """One gray, or a gradient, straight or round, with up to two grays of noise."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    kind = int(rng.integers(3))
    low, high = rng.uniform(0, 256, 2)
    if kind == 0:
        shape = np.zeros_like(x)
    elif kind == 1:
        angle = rng.uniform(0, 2 * math.pi)
        shape = (x - 0.5) * math.cos(angle) + (y - 0.5) * math.sin(angle) + 0.5
    else:
        shape = np.hypot(x - rng.uniform(0.2, 0.8), y - rng.uniform(0.2, 0.8))
    values = low + (high - low) * shape + rng.normal(0, rng.uniform(0, 2), x.shape)
    return _picture(values)

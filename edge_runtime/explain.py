"""A film with its heat map over it, as a PNG that can be read by itself.

Blue to yellow, growing lighter all the way: told apart with any kind of colour blindness, and
in print without colour. Drawn with Pillow alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from edge_runtime import __version__
from edge_runtime.errors import StorageError
from edge_runtime.pixels import open_film
from edge_runtime.turned import TURNED

if TYPE_CHECKING:
    from edge_runtime.prediction import Prediction

__all__ = ["COLOURS", "drawn", "explained"]

# Colours of heat, evenly spaced from none to the most; between them in straight lines.
ANCHORS = ((16, 24, 92), (42, 66, 140), (86, 100, 144), (130, 132, 132), (180, 166, 100),
           (224, 202, 76), (255, 240, 120))  # fmt: skip
MOST_OPAQUE = 190  # of 255: the film stays visible where the heat is most
FILM, PANEL, EDGE, FOOT = 640, 380, 24, 60  # pixels
BACK, TEXT, FAINT, LINE = (18, 19, 22), (238, 238, 238), (168, 172, 178), (92, 96, 104)
BAR, EMPTY = (134, 152, 178), (48, 50, 56)  # of the score: no colour that heat has
REASONS = {
    "too_small": "the picture is too small",
    "elongated": "the picture is too long for a film",
    "colour": "the picture has colours",
    "blank": "the picture is blank",
    "noise": "the picture is noise",
    "unfamiliar": "unlike the films the model knows",
}


def _table() -> list[tuple[int, int, int]]:
    colours, last = [], len(ANCHORS) - 1
    for step in range(256):
        place = min(step * last // 255, last - 1)
        share = step * last / 255 - place
        low, high = ANCHORS[place], ANCHORS[place + 1]
        red, green, blue = (round(a + (b - a) * share) for a, b in zip(low, high, strict=True))
        colours.append((red, green, blue))
    return colours


COLOURS = _table()


def explained(one: Prediction, film: Any, folder: str, identity: bytes) -> str:
    """Write the picture of a film into `folder` and give its path. Raises `StorageError`.

    `identity` tells the film from every other; its digest stands in the name, so that films
    of one name do not overwrite each other, and the same film overwrites its own picture.
    """
    stem = os.path.splitext(os.path.basename(one.file))[0].strip("-") or "film"
    # 120 bytes: with the rest of the name less than any file system allows.
    plain = "".join(c if c.isalnum() or c in "-_.#" else "_" for c in stem).encode()[:120]
    digest = hashlib.sha256(identity).hexdigest()[:12]
    name = f"{plain.decode(errors='ignore')}-{digest}.png"
    path = os.path.join(folder, name)
    said = PngInfo()
    said.add_text("Title", _printable(one.file))
    said.add_text("Software", f"edge-infer {__version__}")
    said.add_text("Disclaimer", one.notice)
    picture = drawn(one, open_film(film))
    try:
        os.makedirs(folder, exist_ok=True)
        _write(picture, path, said)
    except OSError as error:
        raise StorageError(f"{folder} cannot be written: {error.strerror or error}") from error
    return path


def _write(picture: Image.Image, path: str, said: PngInfo) -> None:
    """Save a picture whole or not at all."""
    folder, name = os.path.split(path)
    # A name of its own: another process may be drawing the same film.
    half = os.path.join(folder, f".{name}.{os.urandom(6).hex()}.part")
    try:
        with open(half, "xb") as stream:
            picture.save(stream, "PNG", pnginfo=said)
        os.replace(half, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(half)
        raise


def drawn(one: Prediction, film: Image.Image) -> Image.Image:
    """The picture: the film (mode "L", upright) under its heat, the answer and the legend."""
    scale = FILM / max(film.size)
    size = max(1, round(film.width * scale)), max(1, round(film.height * scale))
    small = film.resize(size, Image.Resampling.BILINEAR, reducing_gap=None).convert("RGB")
    refused = one.answer == "not_recognised"
    most = max(map(max, one.heatmap))
    if not refused and most > 0:
        small = _heated(small, one.heatmap, most)
    left, top = EDGE + max(size[0], FILM * 2 // 3) + EDGE, EDGE
    notice = _wrapped(_Pen(small), one.notice, left + PANEL - 2 * EDGE, 15)
    height = FILM + 2 * EDGE + FOOT + 22 * max(0, len(notice) - 2)
    picture = Image.new("RGB", (left + PANEL, height), BACK)
    picture.paste(small, (EDGE + (left - 2 * EDGE - size[0]) // 2, top + (FILM - size[1]) // 2))
    pen = _Pen(picture)
    width = PANEL - EDGE
    pen.text((left, top), _short(pen, _printable(os.path.basename(one.file)), width), 17, FAINT)
    if refused:
        pen.text((left, top + 34), "not recognised", 34)
        reason = one.reason or ""
        pen.text((left, top + 84), REASONS.get(reason, reason), 17)
        pen.text((left, top + 112), "No heat map: no answer to explain.", 17, FAINT)
    else:
        pen.text((left, top + 34), one.answer, 34)
        if one.borderline:
            pen.text((left + pen.width(one.answer, 34) + 14, top + 49), "borderline", 18, FAINT)
        _score(pen, left, top + 96, width, one)
        _legend(pen, left, top + 250, width, most)
    if one.turned:
        way = f"The film {TURNED[one.turned]}."
        pen.text((left, top + (140 if refused else 76)), way, 16)
    facts = [
        f"model {one.model['name']} {one.model['version']} ({one.model['precision']})",
        f"graph {one.model['graph_sha256'][:16]}",
        f"{one.runtime['name']} {one.runtime['version']}, edge-infer {__version__}",
    ]
    for row, fact in enumerate(facts):
        pen.text((left, top + FILM - 66 + 22 * row), _short(pen, fact, width), 14, FAINT)
    line = top + FILM + EDGE
    pen.draw.line((EDGE, line, picture.width - EDGE, line), LINE)
    for row, words in enumerate(notice):
        pen.text((EDGE, line + 10 + 22 * row), words, 15)
    return picture


def _heated(film: Image.Image, rows: tuple[tuple[float, ...], ...], most: float) -> Image.Image:
    """The film under its heat: none is clear, the most is nearly opaque."""
    levels = bytes(min(255, max(0, round(255 * value / most))) for row in rows for value in row)
    grid = Image.frombytes("L", (len(rows[0]), len(rows)), levels)
    heat = grid.resize(film.size, Image.Resampling.BICUBIC)
    colours = heat.copy()
    colours.putpalette([part for colour in COLOURS for part in colour])
    opaque = heat.point([round(MOST_OPAQUE * (level / 255) ** 0.7) for level in range(256)])
    return Image.composite(colours.convert("RGB"), film, opaque)


def _score(pen: _Pen, left: int, top: int, width: int, one: Prediction) -> None:
    """Score and threshold on one line from 0 to 1, in words and as a bar."""
    pen.text((left, top), f"score {one.score:.3f}", 20)
    words = f"threshold {one.threshold:.3f}"
    pen.text((left + width - pen.width(words, 20), top), words, 20, FAINT)
    bar, end = top + 42, left + width
    pen.draw.rectangle((left, bar, end, bar + 18), EMPTY)
    pen.draw.rectangle((left, bar, left + round(width * one.score), bar + 18), BAR)
    mark = left + round(width * one.threshold)
    pen.draw.rectangle((mark - 3, bar - 7, mark + 3, bar + 25), BACK)
    pen.draw.rectangle((mark - 1, bar - 7, mark + 1, bar + 25), TEXT)
    for share in (0, 1):
        at = left + width * share - pen.width(str(share), 14) * share
        pen.text((at, bar + 28), str(share), 14, FAINT)
    edge = pen.width("threshold", 14)
    at = min(max(mark - edge // 2, left + 16), end - edge - 16)
    pen.text((at, bar + 28), "threshold", 14, FAINT)
    side = "at or above" if one.score >= one.threshold else "below"
    pen.text((left, bar + 56), f"The score is {side} the threshold.", 16, FAINT)


def _legend(pen: _Pen, left: int, top: int, width: int, most: float) -> None:
    """The scale of colours in the heat map's own unit."""
    pen.text((left, top), "Heat map", 20)
    if most <= 0:
        pen.text((left, top + 32), "Empty: nothing speaks for covid over normal.", 16, FAINT)
        return
    bar = top + 36
    for column in range(width + 1):
        colour = COLOURS[column * 255 // width]
        pen.draw.line((left + column, bar, left + column, bar + 18), colour)
    for share in (0.0, 0.5, 1.0):
        words = f"{most * share:.3g}"
        at = left + round((width - pen.width(words, 14)) * share)
        pen.text((at, bar + 26), words, 14, FAINT)
    lines = (
        "Where the film speaks for covid over normal",
        "(Grad-CAM, in the model's own unit): clear is 0,",
        "yellow the most in this film.",
    )
    for row, words in enumerate(lines):
        pen.text((left, bar + 54 + 21 * row), words, 16, FAINT)


class _Pen:
    """Draws text with Pillow's own font, in which an old Pillow has one size only."""

    def __init__(self, picture: Image.Image) -> None:
        self.draw = ImageDraw.Draw(picture)
        self._fonts: dict[int, Any] = {}

    def font(self, size: int) -> Any:
        if size not in self._fonts:
            try:
                self._fonts[size] = ImageFont.load_default(size)
            except TypeError:  # before Pillow 10.1
                self._fonts[size] = ImageFont.load_default()
        return self._fonts[size]

    def width(self, words: str, size: int) -> int:
        return round(self.draw.textlength(words, self.font(size)))

    def text(
        self, place: tuple[int, int], words: str, size: int, colour: tuple[int, int, int] = TEXT
    ) -> None:
        self.draw.text(place, words, colour, self.font(size))


def _printable(name: str) -> str:
    """A file's name in one line of what a font and a PNG can hold."""
    return "".join(c if c.isprintable() else "?" for c in name)


def _short(pen: _Pen, words: str, width: int) -> str:
    """The words, without their middle where they are too wide."""
    kept = words
    while pen.width(kept, 17) > width and len(words) > 8:
        half = len(words) // 2
        words = words[: half - 1] + words[half + 1 :]
        kept = f"{words[: half - 1]}...{words[half - 1 :]}"
    return kept


def _wrapped(pen: _Pen, words: str, width: int, size: int) -> list[str]:
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if pen.width(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines

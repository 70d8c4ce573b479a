"""From a file to S x S grays; whatever is no film ends in one line."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from edge_runtime.errors import FilmError
from edge_runtime.pixels import (
    MAX_PIXELS,
    MAX_SIDE,
    UPRIGHT,
    film_pixels,
    open_film,
    open_film_info,
    resize,
    rgb,
)
from tests.raw_pictures import raw_png

ROOT = Path(__file__).parents[2]
unhurried = settings(deadline=None, max_examples=60)
MODES = ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "I", "I;16", "F"]


def grain(width: int, height: int, seed: int = 1, mode: str = "L") -> Image.Image:
    """Chance in any mode that can be had from gray."""
    raw = random.Random(seed).randbytes(width * height)
    image = Image.frombytes("L", (width, height), raw)
    if mode == "PA":
        return image.convert("P").convert("PA")
    return image.convert("I").convert("I;16") if mode == "I;16" else image.convert(mode)


def packed(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def line(values: list[int], size: int) -> list[int]:
    """One line resized as tests/vectors/README.md says, and no more than that."""
    scale = len(values) / size
    reach = max(scale, 1.0)
    out = []
    for place in range(size):
        center = (place + 0.5) * scale
        near = range(max(0, int(center - reach + 0.5)),
                     min(len(values), int(center + reach + 0.5)))  # fmt: skip
        weights = [max(0.0, 1 - abs((j - center + 0.5) / reach)) for j in near]
        total = sum(weights)
        whole = [int(weight / total * 2**22 + 0.5) for weight in weights]
        mixed = sum(values[j] * weight for j, weight in zip(near, whole, strict=True))
        out.append(min(255, (2**21 + mixed) >> 22))
    return out


@unhurried
@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 40), st.integers(0, 9))
@example(128, 128, 128, 0)
@example(301, 7, 32, 1)
def test_resize_is_the_arithmetic_that_ports_follow(
    width: int, height: int, size: int, seed: int
) -> None:
    image = grain(width, height, seed)
    raw = image.tobytes()
    rows = [line(list(raw[y * width : (y + 1) * width]), size) for y in range(height)]
    columns = [line(list(column), size) for column in zip(*rows, strict=True)]
    expected = bytes(gray for row in zip(*columns, strict=True) for gray in row)
    assert resize(image, size).tobytes() == expected


@unhurried
@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 224), st.sampled_from(MODES))
def test_any_picture_gives_size_by_size(width: int, height: int, size: int, mode: str) -> None:
    image = grain(width, height, mode=mode)
    before = image.tobytes()
    film, info = open_film_info(image)
    assert (film.mode, film.size) == ("L", (width, height)) == ("L", (info.width, info.height))
    assert len(film_pixels(image, size)) == size * size
    assert image.tobytes() == before


@unhurried
@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_gray_is_the_sum_that_ports_follow(red: int, green: int, blue: int) -> None:
    gray = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16
    assert open_film(Image.new("RGB", (1, 1), (red, green, blue))).getpixel((0, 0)) == gray


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("number", range(1, 9))
def test_every_orientation_ends_upright(number: int, kind: str) -> None:
    film = Image.linear_gradient("L").resize((64, 48))
    film.paste(255, (0, 0, 16, 16))
    back = {6: UPRIGHT[8], 8: UPRIGHT[6]}.get(number, UPRIGHT.get(number))
    exif = Image.Exif()
    exif[274] = number
    stored = film if back is None else film.transpose(back)
    options: dict[str, object] = {"quality": 100} if kind == "JPEG" else {"lossless": True}
    seen, info = open_film_info(packed(stored, kind, exif=exif, **options))
    assert seen.size == (64, 48) == (info.width, info.height)
    off = [abs(a - b) for a, b in zip(seen.tobytes(), film.tobytes(), strict=True)]
    assert max(off) <= (3 if kind == "JPEG" else 0)


@pytest.mark.parametrize("exif", [b"", b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"MM\0*junk"])
def test_a_damaged_orientation_leaves_the_film(exif: bytes) -> None:
    film = grain(20, 10)
    assert open_film(packed(film, exif=exif)).tobytes() == film.tobytes()


def test_transparency_and_palettes_are_seen_through() -> None:
    film = grain(40, 30)
    layered = Image.merge("LA", [film, Image.new("L", film.size, 3)])
    assert open_film(packed(layered)).tobytes() == film.tobytes()
    indexed = Image.frombytes("P", film.size, film.tobytes())
    indexed.putpalette([value for value in range(256) for _ in range(3)])
    for transparency in (None, 7, bytes(range(256))):
        known: dict[str, Any] = {} if transparency is None else {"transparency": transparency}
        assert open_film(packed(indexed, **known)).tobytes() == film.tobytes()
    coloured = film.convert("RGB")
    assert open_film(packed(coloured, transparency=(1, 1, 1))).tobytes() == film.tobytes()


def test_every_way_to_hand_in_a_film_is_one(tmp_path: Path) -> None:
    data = packed(grain(70, 50))
    path = tmp_path / "film.png"
    path.write_bytes(data)
    expected = film_pixels(data, 32)
    with open(path, "rb") as stream:
        stream.read(5)
        assert film_pixels(stream, 32) == expected
        assert not stream.closed
    with Image.open(path) as image:
        assert film_pixels(image, 32) == expected
    assert film_pixels(path, 32) == film_pixels(str(path), 32) == expected
    read, write = os.pipe()
    with open(write, "wb") as end:
        end.write(data)
    with open(read, "rb") as pipe:
        assert film_pixels(pipe, 32) == expected


def test_three_channels_are_the_gray() -> None:
    pixels = grain(8, 8)
    assert rgb(pixels) == bytes(value for value in pixels.tobytes() for _ in range(3))


def test_what_is_no_film_says_so(tmp_path: Path) -> None:
    film = packed(grain(90, 90))
    bad = {
        "text.png": (b"not a picture\n" * 40, "is not a picture in a format that films come in"),
        "head.png": (film[:12] + bytes(30), "is it whole|is damaged"),
        "empty.png": (b"", "is empty"),
        "short.png": (film[: len(film) // 2], "is it whole"),
        "short.jpg": (packed(grain(90, 90), "JPEG")[:900], "is it whole"),
        "short.tif": (packed(grain(90, 90), "TIFF")[:900], "whole|damaged"),
        "film.gif": (packed(grain(9, 9), "GIF"), "is a GIF; films are read from PNG, JPEG"),
        "film.pdf": (b"%PDF-1.4\n", "is a PDF; films are read from"),
        "nan.tif": (packed(Image.new("F", (9, 9), float("nan")), "TIFF"), "not finite numbers"),
    }
    for name, (data, why) in bad.items():
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(FilmError, match=why) as caught:
            open_film(path)
        assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)
    for path, why in ((tmp_path / "gone.png", "does not exist"), (tmp_path, "is a folder")):
        with pytest.raises(FilmError, match=why):
            open_film(path)
    with pytest.raises(FilmError, match="cannot be read"):
        open_film("a\0b")
    with pytest.raises(FilmError, match=r"^'two\\nlines.png' does not exist$"):
        open_film("two\nlines.png")
    with pytest.raises(FilmError, match=r"^'' does not exist$"):
        open_film("")
    with pytest.raises(FilmError, match="^the film is empty"):
        open_film(b"")


def test_what_a_decoder_says_is_told_in_one_line() -> None:
    class Talkative(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("first\n  second")

    with pytest.raises(FilmError, match=r"^the film cannot be decoded \(first second\)"):
        open_film(Talkative())


def huge(width: int, height: int) -> bytes:
    """A PNG that says it is this large and holds nothing."""
    return raw_png(width, height, 8, 0, [])


@pytest.mark.parametrize("side", [8193, 10_000, 30_000])
def test_a_picture_too_large_is_not_decoded(side: int) -> None:
    with pytest.raises(FilmError, match=f"more than {MAX_PIXELS:,} pixels"):
        open_film(huge(side, side))


@pytest.mark.parametrize("size", [(1, MAX_SIDE + 1), (MAX_SIDE + 1, 1)])
def test_a_picture_too_long_is_not_decoded(size: tuple[int, int]) -> None:
    """Of few pixels, but its first resize would have hundreds of times as many."""
    with pytest.raises(FilmError, match="on a side"):
        open_film(huge(*size))
    with pytest.raises(FilmError, match="on a side"):
        open_film(Image.new("L", size))
    assert open_film(packed(Image.new("L", (1, MAX_SIDE)))).height == MAX_SIDE


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP", "PPM"])
@unhurried
@given(data=st.data())
def test_damage_ends_in_a_film_or_in_one_line(kind: str, data: st.DataObject) -> None:
    raw = bytearray(packed(grain(24, 17), kind))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert len(film_pixels(bytes(raw[: data.draw(st.integers(1, len(raw)))]), 16)) == 256
    except FilmError as error:
        assert "\n" not in str(error)


def test_threads_leave_the_warning_filters_alone() -> None:
    import warnings

    films = [packed(grain(30, 30, seed)) for seed in range(40)]
    before = list(warnings.filters)
    with ThreadPoolExecutor(4) as pool:
        many = list(pool.map(lambda film: film_pixels(film, 16), films))
    assert many == [film_pixels(film, 16) for film in films]
    assert list(warnings.filters) == before


@pytest.mark.parametrize("name", ["gray8_odd.png", "gray16.png", "gray8.tif", "rgb.png"])
def test_an_ordinary_film_needs_no_numpy(name: str) -> None:
    code = ("import sys; from edge_runtime.pixels import film_pixels; "
            "film_pixels(sys.argv[1], 128); sys.exit('numpy' in sys.modules)")  # fmt: skip
    path = ROOT / "tests" / "vectors" / name
    subprocess.run([sys.executable, "-W", "error", "-c", code, path], cwd=ROOT, check=True)

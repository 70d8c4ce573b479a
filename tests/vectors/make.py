"""Draws the vectors anew: `python tests/vectors/make.py` from the checkout.

The pictures come from whole-number arithmetic and a seeded generator, so that any machine
draws the same ones; what is expected of them is what `edge_runtime` makes of them.
Needs nothing but Pillow (and no pydicom: the DICOM file is put together here).
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import struct
import sys
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from edge_runtime.film_rules import RULES, refusal  # noqa: E402
from edge_runtime.pixels import PIXELS_VERSION, open_film_info, resize  # noqa: E402
from edge_runtime.turned import turned  # noqa: E402

__all__ = ["SIZES", "draw", "main"]

SIZES = (224, 160, 128)
RAW = ("gray8_odd.png", "rgb.png", "gray16.png")  # whose bytes stand here as well, at 128
Orient = Image.Transpose


def draw() -> dict[str, bytes]:
    """The files by name."""
    files: dict[str, bytes] = {}

    def put(name: str, image: Image.Image, **options: object) -> None:
        out = io.BytesIO()
        image.save(out, **{"optimize": True, **options} if name.endswith("png") else options,
                   format=KINDS[name.rsplit(".", 1)[1]])  # fmt: skip
        files[name] = out.getvalue()

    put("gray8_224.png", gray(224, 224, 1))
    put("gray8_odd.png", gray(251, 199, 2))
    put("gray8_tall.png", gray(97, 283, 3))
    put("gray8_small.png", gray(67, 71, 4))
    put("gray8_large.png", gray(900, 500, 5, grain=0))
    put("gray8.bmp", gray(150, 131, 6))
    put("gray8.pgm", gray(131, 150, 7))
    put("gray8.tif", gray(120, 140, 8), compression="raw")
    put("gray8_white_is_zero.tif", gray(120, 140, 9), compression="raw", tiffinfo={262: 0})
    put("gray8_lossless.webp", gray(140, 120, 10), lossless=True)
    put("gray8_alpha.png", Image.merge("LA", [gray(130, 120, 11), gray(130, 120, 12)]))
    put("bilevel.png", gray(120, 130, 13).point([255 * (v > 127) for v in range(256)], "1"))
    put("rgb.png", rgb(201, 177, 14, tint=16))
    put("rgba.png", rgba(140, 150, 15))
    put("palette.png", palette(gray(150, 140, 16), [(v, v, v) for v in range(256)]))
    tints = [(value, value, min(255, value + 9)) for value in range(256)]
    put("palette_tinted.png", palette(gray(150, 140, 17), tints), transparency=b"\0\x80")

    film = gray(110, 140, 18)
    for number in range(1, 9):
        put(f"exif_{number}.png", film.transpose(BACK[number]) if number > 1 else film,
            exif=orientation(number))  # fmt: skip
    put("orientation_6.tif", film.transpose(BACK[6]), compression="raw", tiffinfo={274: 6})
    put("orientation_6_16.tif", wide(film.transpose(BACK[6]), 16, 700),
        compression="tiff_adobe_deflate", tiffinfo={274: 6})  # fmt: skip

    put("gray16.png", wide(gray(160, 170, 19), 251, 300, seed=1))
    put("gray16_12bit.png", wide(gray(160, 170, 20), 15, 40, seed=2))
    put("gray16_outliers.png", spotted(wide(gray(150, 160, 21), 90, 9000, seed=3)))
    put("gray16_two_values.png", wide(gray(120, 130, 22).point([255 * (v > 250) for v in
                                                                range(256)]), 3, 500))  # fmt: skip
    put("gray16.pgm", wide(gray(130, 120, 23), 250, 100, seed=4).convert("I"))
    put("gray16.tif", wide(gray(140, 110, 24), 200, 100, seed=5), compression="raw")
    put("gray32_signed.tif", wide(gray(110, 120, 26), 250, 0, seed=7).convert("I").point(
        lambda v: v * 4 + -50000), compression="raw")  # fmt: skip
    put("float.tif", gray(120, 110, 27).convert("F").point(lambda v: v * 0.0078125 + -1.5),
        compression="raw")  # fmt: skip
    plain = tiff16(wide(gray(110, 140, 25), 180, 500, seed=6), white_is_zero=True)
    files["gray16_white_is_zero.tif"] = plain
    tones = wide(gray(150, 160, 28), 15, 100, seed=8)
    files["monochrome1.dcm"] = dicom(tones, "MONOCHROME1", [])
    files["monochrome2_window.dcm"] = dicom(tones, "MONOCHROME2", WINDOW)

    put("rule_too_small.png", gray(63, 200, 30))
    put("rule_not_too_small.png", gray(64, 190, 31))
    put("rule_elongated.png", gray(301, 100, 32))
    put("rule_colour.png", rgb(150, 140, 33, tint=90))
    put("rule_blank.png", Image.new("L", (200, 180), 131))
    put("rule_blank_faint.png", gray(180, 200, 34).point([120 + v // 16 for v in range(256)]))
    put("rule_blank_16.png", Image.new("I;16", (100, 120), 4000))
    put("rule_noise.png", noise(224, 224, 35))
    return files


def main() -> None:
    """Write the files and `index.json` beside this script."""
    items = []
    for name, data in sorted(draw().items()):
        (HERE / name).write_bytes(data)
        film, info = open_film_info(data)
        sized = {str(size): resize(film, size) for size in SIZES}
        digests = {size: hashlib.sha256(one.tobytes()).hexdigest() for size, one in sized.items()}
        item: dict[str, object] = {
            "file": name, "width": info.width, "height": info.height, "colour": info.colour,
            "pixels": digests,
            "reason": {size: refusal(info, one, RULES) for size, one in sized.items()},
            "turned": {size: turned(one) for size, one in sized.items()},
        }  # fmt: skip
        if name in RAW:
            item["raw"] = {"128": f"{name}.128.gray"}
            (HERE / f"{name}.128.gray").write_bytes(sized["128"].tobytes())
        items.append(item)
    index = {"schema": 1, "pixels": PIXELS_VERSION, "sizes": SIZES, "film_rules": RULES,
             "items": items}  # fmt: skip
    (HERE / "index.json").write_text(json.dumps(index, indent=1) + "\n", "utf-8")


KINDS = {"png": "PNG", "bmp": "BMP", "pgm": "PPM", "tif": "TIFF", "webp": "WEBP"}
BACK = {  # what undoes each orientation, so that the film stands upright once it is applied
    2: Orient.FLIP_LEFT_RIGHT, 3: Orient.ROTATE_180, 4: Orient.FLIP_TOP_BOTTOM,
    5: Orient.TRANSPOSE, 6: Orient.ROTATE_90, 7: Orient.TRANSVERSE, 8: Orient.ROTATE_270,
}  # fmt: skip
WINDOW = [
    (0x0028, 0x1050, b"DS", b"1900.5 "), (0x0028, 0x1051, b"DS", b"2800"),
    (0x0028, 0x1052, b"DS", b"-12.5 "), (0x0028, 0x1053, b"DS", b"1.25"),
]  # fmt: skip


def gray(width: int, height: int, seed: int, grain: int = 10) -> Image.Image:
    """Two bright discs on a slope with edges at odd places, and grain; all 256 grays occur."""
    dice = random.Random(seed)
    raw = bytearray()
    for y in range(height):
        for x in range(width):
            value = (x * 170) // width + (y * 60) // height
            for cx, cy in ((3, 5), (7, 5)):
                far = (10 * x - cx * width) ** 2 * 8 + (10 * y - cy * height) ** 2 * 3
                value += 80 if far < 100 * width * height else 0
            value += dice.randrange(-grain, grain + 1) if grain else 0
            value = 255 - value if x * 9 // width == 4 else value
            raw.append(min(255, max(0, value)))
    raw[0], raw[-1] = 0, 255
    return Image.frombytes("L", (width, height), bytes(raw))


def rgb(width: int, height: int, seed: int, tint: int) -> Image.Image:
    """Red and blue stand away from green by `tint` grays."""
    one = gray(width, height, seed)
    more = one.point([min(255, value + tint) for value in range(256)])
    less = one.point([max(0, value - tint // 2) for value in range(256)])
    return Image.merge("RGB", [more, one, less])


def rgba(width: int, height: int, seed: int) -> Image.Image:
    """With an alpha that hides half of it, which nobody minds."""
    image = rgb(width, height, seed, tint=12)
    image.putalpha(gray(width, height, seed + 100))
    return image


def palette(image: Image.Image, colours: list[tuple[int, int, int]]) -> Image.Image:
    """Gray values as indices of these colours."""
    indexed = Image.frombytes("P", image.size, image.tobytes())
    indexed.putpalette([part for colour in colours for part in colour])
    return indexed


def wide(image: Image.Image, times: int, more: int, seed: int | None = None) -> Image.Image:
    """Each gray as `gray * times + more`, with low bits from a seed: mode "I;16"."""
    dice = random.Random(seed)
    values = (value * times + more + (dice.randrange(times) if seed is not None else 0)
              for value in image.tobytes())  # fmt: skip
    raw = b"".join(struct.pack("<H", value) for value in values)
    return Image.frombytes("I;16", image.size, raw)


def spotted(image: Image.Image) -> Image.Image:
    """Some dead and some burnt pixels, fewer than one in a thousand of each."""
    raw = bytearray(image.tobytes())
    for place in range(0, 20, 2):
        raw[2400 * place : 2400 * place + 2] = b"\0\0" if place % 4 else b"\xff\xff"
    return Image.frombytes("I;16", image.size, bytes(raw))


def noise(width: int, height: int, seed: int) -> Image.Image:
    """Every gray by chance."""
    dice = random.Random(seed)
    return Image.frombytes("L", (width, height), bytes(dice.choices(range(256), k=width * height)))


def orientation(number: int) -> Image.Exif:
    """An EXIF block that says only this."""
    exif = Image.Exif()
    exif[274] = number
    return exif


def tiff16(image: Image.Image, white_is_zero: bool) -> bytes:
    """A TIFF of one strip; Pillow writes no inverted one of 16 bits."""
    raw = image.tobytes()
    tags = [(256, image.width), (257, image.height), (258, 16), (259, 1),
            (262, 0 if white_is_zero else 1), (273, 8), (277, 1), (278, image.height),
            (279, len(raw))]  # fmt: skip
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    head = b"II*\0" + struct.pack("<I", 8 + len(raw))
    return head + raw + struct.pack("<H", len(tags)) + entries + b"\0\0\0\0"


def dicom(image: Image.Image, kind: str, more: list[tuple[int, int, bytes, bytes]]) -> bytes:
    """A DICOM file, explicit little endian, 12 of 16 bits, `PatientOrientation` L, F."""

    def short(value: int) -> bytes:
        return struct.pack("<H", value)

    syntax = b"1.2.840.10008.1.2.1\0"
    meta = element(0x0002, 0x0002, b"UI", b"1.2.840.10008.5.1.4.1.1.1.1\0")
    meta += element(0x0002, 0x0003, b"UI", b"1.2.3.4\0") + element(0x0002, 0x0010, b"UI", syntax)
    meta = element(0x0002, 0x0000, b"UL", struct.pack("<I", len(meta))) + meta
    body = [
        (0x0020, 0x0020, b"CS", b"L\\F "), (0x0028, 0x0002, b"US", short(1)),
        (0x0028, 0x0004, b"CS", kind.encode() + b" " * (len(kind) % 2)),
        (0x0028, 0x0010, b"US", short(image.height)), (0x0028, 0x0011, b"US", short(image.width)),
        (0x0028, 0x0100, b"US", short(16)), (0x0028, 0x0101, b"US", short(12)),
        (0x0028, 0x0102, b"US", short(11)), (0x0028, 0x0103, b"US", short(0)),
        *more, (0x7FE0, 0x0010, b"OW", image.tobytes()),
    ]  # fmt: skip
    return bytes(128) + b"DICM" + meta + b"".join(element(*one) for one in body)


def element(group: int, number: int, kind: bytes, value: bytes) -> bytes:
    """One data element."""
    length = struct.pack("<HI", 0, len(value)) if kind == b"OW" else struct.pack("<H", len(value))
    return struct.pack("<HH", group, number) + kind + length + value


if __name__ == "__main__":
    main()

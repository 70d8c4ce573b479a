"""Films by chance, in every form that the phone's own readers take, beside Pillow and pydicom."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator

from PIL import Image

from tests.raw_pictures import chunk

__all__ = ["FORMS", "drawn", "numbers"]

Dice = random.Random
Films = Iterator[tuple[str, bytes]]
TURNS = (1, 2, 3, 4, 5, 6, 7, 8)


def drawn(seed: int) -> Films:
    """Names and files; each form several times, of sizes by chance."""
    for form, (times, draw) in FORMS.items():
        for count in range(times):
            dice = random.Random(f"{seed} {form} {count}")
            yield f"{form.replace('.', f'_{count}.')}", draw(dice, count)


def size(dice: Dice) -> tuple[int, int]:
    """Now and then narrower than a thumbnail, or as large as the model's input."""
    side = (1, 2, 3, 17, 63, 64, 65, 128, 223, 224, 225, 301, 448)
    return (dice.choice(side) if dice.random() < 0.4 else dice.randrange(1, 250),
            dice.choice(side) if dice.random() < 0.4 else dice.randrange(1, 250))  # fmt: skip


def gray(dice: Dice) -> Image.Image:
    """Noise over a slope."""
    across, down = size(dice)
    noise = Image.frombytes("L", (across, down), dice.randbytes(across * down))
    slope = Image.linear_gradient("L").resize((across, down))
    return Image.blend(slope, noise, dice.choice((0.05, 0.3, 1.0)))


def numbers(dice: Dice, count: int, most: int) -> list[int]:
    """Whole numbers of 0 to `most`."""
    return [value % (most + 1) for value in struct.unpack(f"<{count}H", dice.randbytes(2 * count))]


def rgb(dice: Dice) -> Image.Image:
    one = gray(dice)
    turned = one.transpose(Image.Transpose.ROTATE_180)
    return Image.merge("RGB", [one, turned, one.point([min(255, v + 20) for v in range(256)])])


def wide(dice: Dice, bits: int = 16) -> Image.Image:
    """Mode "I;16"."""
    one = gray(dice)
    low, span = dice.randrange(1 << bits - 1), dice.randrange(1, 1 << bits - 1)
    values = [low + level * span // 255 for level in one.tobytes()]
    return Image.frombytes("I;16", one.size, struct.pack(f"<{len(values)}H", *values))


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(number: int) -> bytes:
    """Of either byte order, with and without its mark, and with a tag before it."""
    order, word = (("<", b"II*\0"), (">", b"MM\0*"))[number % 2]
    tags = struct.pack(f"{order}HHHII HHIHH I", 2, 256, 4, 1, 77, 274, 3, 1, number, 0, 0)
    return (b"Exif\0\0" if number % 3 else b"") + word + struct.pack(f"{order}I", 8) + tags


def png(dice: Dice, count: int) -> bytes:
    """Every kind, from Pillow, with an orientation now and then."""
    images: tuple[Callable[[], Image.Image], ...] = (
        lambda: gray(dice), lambda: rgb(dice), lambda: rgb(dice).convert("RGBA"),
        lambda: gray(dice).convert("LA"), lambda: gray(dice).convert("1"), lambda: wide(dice),
        lambda: rgb(dice).quantize(1 << dice.choice((1, 2, 4, 8))),
    )  # fmt: skip
    turned = {"exif": exif(dice.choice(TURNS))} if dice.random() < 0.5 else {}
    return saved(images[count % len(images)](), "PNG", **turned)


PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
          (0, 1, 1, 2))  # fmt: skip
# PNG's kinds: type, bits, channels.
KINDS = ((0, 1, 1), (0, 2, 1), (0, 4, 1), (0, 8, 1), (0, 16, 1), (2, 8, 3), (3, 1, 1), (3, 2, 1),
         (3, 4, 1), (3, 8, 1), (4, 8, 2), (6, 8, 4))  # fmt: skip


def raw_png(dice: Dice, count: int) -> bytes:
    """Samples by chance in rows with every filter, interlaced or not, in several IDATs."""
    kind, bits, channels = KINDS[count % len(KINDS)]
    across, down = size(dice)
    interlaced = count // len(KINDS) % 2
    raw = bytearray()
    for x, y, step_x, step_y in PASSES if interlaced else ((0, 0, 1, 1),):
        here = max(0, -(-(across - x) // step_x))
        for _ in range(y, down if here else 0, step_y):
            raw.append(dice.randrange(5))
            raw += dice.randbytes((here * bits * channels + 7) // 8)
    packed = zlib.compress(bytes(raw))
    parts = [packed[at : at + 9000] for at in range(0, len(packed), 9000)]
    head = struct.pack(">IIBBBBB", across, down, bits, kind, 0, 0, interlaced)
    palette = [(b"PLTE", dice.randbytes(3 << bits))] if kind == 3 else []
    behind = [(b"eXIf", exif(dice.choice(TURNS)))] if dice.random() < 0.3 else []
    chunks = [(b"IHDR", head), *palette, *((b"IDAT", part) for part in parts), *behind,
              (b"IEND", b"")]  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)


def tiff(dice: Dice, count: int) -> bytes:
    """From Pillow: every mode in every packing, turned."""
    packing = ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "tiff_lzw")[count % 5]
    signed = wide(dice).convert("I").point(lambda value: value * 9 + -200_000)
    image = (gray(dice), wide(dice), signed, signed.convert("F").point(lambda v: v * 0.37 + -1),
             rgb(dice), rgb(dice).quantize(64), gray(dice).convert("1"),
             rgb(dice).convert("RGBA"))[count // 5 % 8]  # fmt: skip
    tags = {274: dice.choice(TURNS)}
    if count % 5 == 4 and image.mode not in ("1", "F"):
        tags[317] = 2  # each sample less its neighbour
    return saved(image, "TIFF", compression=packing, tiffinfo=tags)


def raw_tiff(dice: Dice, count: int) -> bytes:
    """Of either byte order, in strips or tiles, samples by chance, inverted now and then."""
    order, word = ((">", b"MM\0*"), ("<", b"II*\0"))[count % 2]
    bits, form = ((1, 1), (2, 1), (4, 1), (8, 1), (16, 1), (16, 2), (32, 2), (32, 1))[count % 8]
    across, down = size(dice)
    tiled = count // 8 % 2
    block = (16 * dice.randrange(1, 5), 16 * dice.randrange(1, 9)) if tiled else (
        across, dice.randrange(1, down + 1))  # fmt: skip
    blocks = -(-across // block[0]) * -(-down // block[1])
    if not tiled:  # the last strip holds what is left
        heights = [min(block[1], down - at) for at in range(0, down, block[1])]
    else:
        heights = [block[1]] * blocks
    parts = [dice.randbytes((block[0] * bits + 7) // 8 * height) for height in heights]
    if form == 1 and bits == 32:  # below 2 ** 31
        parts = [bytes(b & 1 if at % 4 == (0 if order == ">" else 3) else b
                       for at, b in enumerate(part)) for part in parts]  # fmt: skip
    first, second = (322, 323) if tiled else (278, 278)
    offsets, counts = (324, 325) if tiled else (273, 279)
    places, at = [], 8
    for part in parts:
        places.append(at)
        at += len(part)
    lists = struct.pack(f"{order}{2 * blocks}I", *places, *map(len, parts))
    where, short, long = at, 3, 4
    tags = {
        256: (long, across), 257: (short, down), 258: (short, bits), 259: (short, 1),
        262: (short, dice.randrange(2)), 277: (short, 1), first: (long, block[0]),
        second: (long, block[1]), 339: (short, form), 274: (short, dice.choice(TURNS)),
    }  # fmt: skip
    rows = []
    for tag, (kind, value) in tags.items():
        rows.append((tag, struct.pack(f"{order}HHI", tag, kind, 1) + (
            struct.pack(f"{order}HH", value, 0) if kind == short
            else struct.pack(f"{order}I", value))))  # fmt: skip
    for tag, start, many in ((offsets, where, places), (counts, where + 4 * blocks, parts)):
        value = start if blocks > 1 else (places[0] if tag == offsets else len(parts[0]))
        rows.append((tag, struct.pack(f"{order}HHII", tag, long, len(many), value)))
    head = word + struct.pack(f"{order}I", at + len(lists))
    body = b"".join(entry for _, entry in sorted(rows))
    listed = struct.pack(f"{order}H", len(rows)) + body + bytes(4)
    return head + b"".join(parts) + lists + listed


def bmp(dice: Dice, count: int) -> bytes:
    images = (gray(dice), rgb(dice), rgb(dice).quantize(16), gray(dice).convert("1"))
    return saved(images[count % 4], "BMP")


def pnm(dice: Dice, count: int) -> bytes:
    """Of any greatest value, with a remark."""
    across, down = size(dice)
    kind = 6 if count % 3 == 2 else 5
    most = (255, 65535, 255, 100, 4095, 31)[count % 6]
    values = numbers(dice, across * down * (3 if kind == 6 else 1), most)
    raw = struct.pack(f">{len(values)}{'H' if most > 255 else 'B'}", *values)
    return b"P%d\n# a remark\n%d %d\n%d\n" % (kind, across, down, most) + raw


def dicom(dice: Dice, count: int) -> bytes:
    from tests.android.dicom_films import dicom_film

    return dicom_film(dice, count)


FORMS: dict[str, tuple[int, Callable[[Dice, int], bytes]]] = {
    "drawn.png": (35, png),
    "raw.png": (48, raw_png),
    "drawn.tif": (80, tiff),
    "raw.tif": (48, raw_tiff),
    "drawn.bmp": (8, bmp),
    "drawn.pgm": (18, pnm),
    "drawn.dcm": (90, dicom),
}

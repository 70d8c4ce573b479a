"""Films that the phone's own decoder reads, each beside the grays that `edge_runtime` makes of it.

Some carry a colour profile, which would change every gray of theirs: it is not to be applied.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from edge_runtime.pixels import open_film

__all__ = ["draw", "profile"]

SIZE = (203, 158)
# Columns of a colour space's matrix: red gives what blue should, and so on; their sum is white.
TURNED = ((0.1431, 0.0606, 0.7141), (0.3851, 0.7169, 0.0971), (0.4360, 0.2225, 0.0139))
# Display P3, to the white of D50.
P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))


def draw(folder: Path) -> None:
    """Write each film as NAME, and its grays, row by row, as NAME.gray."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in films():
        (folder / name).write_bytes(data)
        (folder / f"{name}.gray").write_bytes(open_film(data).tobytes())


def films() -> Iterator[tuple[str, bytes]]:
    """Every kind of JPEG and WebP, turned, and with profiles."""
    gray, colour = pictures()
    sampling = {"444": 0, "422": 1, "420": 2}
    for name, number in sampling.items():
        yield f"colour_{name}.jpg", saved(colour, "JPEG", quality=88, subsampling=number)
    yield "gray.jpg", saved(gray, "JPEG", quality=91)
    yield "progressive.jpg", saved(colour, "JPEG", quality=80, progressive=True)
    yield "gray_progressive.jpg", saved(gray, "JPEG", quality=97, progressive=True)
    yield "restarts.jpg", saved(colour, "JPEG", quality=85, restart_marker_rows=2)
    yield "of_colours.jpg", saved(colour, "JPEG", quality=85, keep_rgb=True)
    ink = Image.merge("CMYK", [*colour.split(), gray.point([v // 2 for v in range(256)])])
    yield "ink.jpg", saved(ink, "JPEG", quality=90)
    for wide, high in ((1, 1), (17, 1), (1, 33), (31, 15)):
        small = colour.resize((wide, high))
        yield f"small_{wide}x{high}.jpg", saved(small, "JPEG", quality=80)
        yield f"small_{wide}x{high}.webp", saved(small, "WEBP", quality=80)
    yield "lossless.webp", saved(colour, "WEBP", lossless=True)
    yield "lossy.webp", saved(colour, "WEBP", quality=80)
    alpha = gray.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    clear = Image.merge("RGBA", [*colour.split(), alpha])
    yield "transparent.webp", saved(clear, "WEBP", lossless=True, exact=True)
    moving = [clear, colour.convert("RGBA")]
    yield "moving.webp", saved(moving[0], "WEBP", save_all=True, append_images=moving[1:])
    for number in range(1, 9):
        turned = Image.Exif()
        turned[274] = number
        yield f"turned_{number}.jpg", saved(gray, "JPEG", quality=90, exif=turned)
        yield f"turned_{number}.webp", saved(gray, "WEBP", lossless=True, exif=turned)
    for name, data in profiles().items():
        image = gray if name.startswith("gray") else colour
        yield f"profile_{name}.jpg", saved(image, "JPEG", quality=90, icc_profile=data)
        if image is colour:  # WebP has no gray
            yield f"profile_{name}.webp", saved(image, "WEBP", lossless=True, icc_profile=data)
            yield f"profile_{name}_lossy.webp", saved(image, "WEBP", quality=90, icc_profile=data)
    # Longer than a segment: in several pieces.
    several = profile("RGB ", 1.0, TURNED) + bytes(150_000)
    yield "profile_several.jpg", saved(colour, "JPEG", quality=90, icc_profile=several)


def profiles() -> dict[str, bytes]:
    return {
        "gray_linear": profile("GRAY", 1.0),
        "gray_dark": profile("GRAY", 3.0),
        "gray_of_colours": profile("RGB ", 1.0, TURNED),
        "linear": profile("RGB ", 1.0, P3),
        "p3": profile("RGB ", 2.2, P3),
        "turned": profile("RGB ", 1.8, TURNED),
    }


def profile(space: str, gamma: float, matrix: tuple[tuple[float, ...], ...] = ()) -> bytes:
    """An ICC profile of a display, version 2: a gamma, and for colours a matrix."""
    curve = b"curv" + bytes(4) + struct.pack(">IH2x", 1, round(gamma * 256))
    parts: dict[str, bytes] = {"wtpt": xyz((0.9642, 1.0, 0.8249))}
    for letter, column in zip("rgb", matrix, strict=False):
        parts[f"{letter}XYZ"], parts[f"{letter}TRC"] = xyz(column), curve
    if not matrix:
        parts["kTRC"] = curve
    at = 128 + 4 + 12 * len(parts)
    table, body = struct.pack(">I", len(parts)), b""
    for tag, data in parts.items():
        table += tag.encode() + struct.pack(">II", at + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"none", 0x02100000, b"mntr",
                       space.encode(), b"XYZ ")  # fmt: skip
    head += struct.pack(">6H4s28x", 2020, 1, 1, 0, 0, 0, b"acsp")
    return (head + xyz((0.9642, 1.0, 0.8249))[8:]).ljust(128, b"\0") + table + body


def xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def pictures() -> tuple[Image.Image, Image.Image]:
    """A slope with edges in it, gray and in colours."""
    slope = Image.linear_gradient("L").resize(SIZE)
    ring = Image.radial_gradient("L").resize(SIZE)
    gray = Image.blend(slope, ring, 0.4)
    gray.paste(230, (40, 30, 90, 61))
    return gray, Image.merge("RGB", [gray, ring, slope.transpose(Image.Transpose.ROTATE_180)])


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()

"""Real files, ways to damage them, and what may come of it: a result or one of our errors.

Used by `test_fuzz.py`, which hypothesis drives and shrinks, and by `fuzz.py`, which runs for
as long as one likes. An edit is three numbers, so that both can draw and replay it.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import logging
import struct
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from PIL import Image

from edge_runtime import container, golden
from edge_runtime.contract import Contract
from edge_runtime.errors import EdgeError
from edge_runtime.film_rules import RULES, refusal
from edge_runtime.model import BUNDLED, model_path
from edge_runtime.pixels import open_film_info, resize

__all__ = ["TARGETS", "Edit", "LeakError", "damaged", "seeds", "survives"]

Edit = tuple[int, int, int]  # which way, where, with what; each 0 to 2**32 - 1
VECTORS = Path(__file__).parents[1] / "vectors"
CORPUS = Path(__file__).parent / "corpus"
TELLING = (0, 1, 2, 7, 8, 16, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000,
           0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)  # fmt: skip
LONGEST = 1 << 20  # of a damaged file: edits that insert do not add up without end


class LeakError(AssertionError):
    """Something came out of the library that no user should see."""


def film(data: bytes) -> None:
    """A film of any format, up to the rules."""
    gray, info = open_film_info(data)
    pixels = resize(gray, 64)
    if gray.mode != "L" or pixels.size != (64, 64) or gray.size != (info.width, info.height):
        raise LeakError("a film of another form than promised")
    refusal(info, pixels, RULES)


def contract(data: bytes) -> None:
    """A contract, read and written again."""
    one = Contract.from_json(data)
    if Contract.from_json(one.to_json()) != one:
        raise LeakError("a contract that is not itself when written and read again")


def goldens(data: bytes) -> None:
    """Golden inputs, their pictures decoded."""
    for item in golden.from_json(data).items:
        item.pixels()


def archive(data: bytes) -> None:
    """A graph with files behind it."""
    graph, files = container.split(data)
    if not data.startswith(graph) or not all(isinstance(one, bytes) for one in files.values()):
        raise LeakError("an archive that is split otherwise than promised")


TARGETS: dict[str, Callable[[bytes], None]] = {
    "film": film, "contract": contract, "golden": goldens, "archive": archive,
}  # fmt: skip


@functools.cache
def seeds(target: str) -> dict[str, bytes]:
    """Whole files of a target, by name; at most some kilobytes each."""
    if target == "film":
        kept = [*VECTORS.glob("*.*"), *CORPUS.glob("*.*")]
        files = {path.name: path.read_bytes() for path in sorted(kept)
                 if path.suffix in PICTURES and path.stat().st_size < 80_000}  # fmt: skip
        return files | drawn()
    graph, files = container.split(model_path(BUNDLED).read_bytes())
    if target == "archive":
        small = {name: data[:3000] for name, data in files.items()}
        return {"model": container.append(graph[:200], small), "bare": graph[:200]}
    name = container.CONTRACT if target == "contract" else container.GOLDEN
    data = files[name]
    found = json.loads(data)
    if target == "golden":  # fewer and smaller pictures, so that edits meet the rest as well
        tiny = io.BytesIO()
        Image.linear_gradient("L").resize((16, 16)).save(tiny, "PNG")
        import base64

        for item in found["items"]:
            item["png_base64"] = base64.b64encode(tiny.getvalue()).decode()
    return {"bundled": json.dumps(found, sort_keys=True).encode()}


PICTURES = {".png", ".tif", ".bmp", ".pgm", ".webp", ".dcm", ".jpg"}


def drawn() -> dict[str, bytes]:
    """What the vectors have no file of, because its decoding is not equal everywhere."""
    gray = Image.radial_gradient("L").resize((60, 52))
    colour = Image.merge("RGB", [gray, gray.rotate(90).resize(gray.size), gray])
    more = [gray.rotate(180)]
    made: dict[str, tuple[str, Image.Image, dict[str, object]]] = {
        "plain.jpg": ("JPEG", gray, {}),
        "progressive.jpg": ("JPEG", colour, {"progressive": True}),
        "cmyk.jpg": ("JPEG", colour.convert("CMYK"), {}),
        "two.mpo": ("MPO", colour, {"save_all": True, "append_images": [colour]}),
        "animated.png": ("PNG", gray, {"save_all": True, "append_images": more}),
        "animated.webp": ("WEBP", gray, {"save_all": True, "append_images": more}),
        "lossy.webp": ("WEBP", colour, {"quality": 40}),
        "alpha.webp": ("WEBP", colour.convert("RGBA"), {}),
        "float_lzw.tif": ("TIFF", gray.convert("F"), {"compression": "tiff_lzw"}),
        "packbits.tif": ("TIFF", colour, {"compression": "packbits"}),
        "deflate.tif": ("TIFF", gray, {"compression": "tiff_adobe_deflate"}),
        "jpeg.tif": ("TIFF", colour, {"compression": "jpeg"}),
        "fax.tif": ("TIFF", gray.convert("1"), {"compression": "group4"}),
        "cmyk.tif": ("TIFF", colour.convert("CMYK"), {}),
        "pages.tif": ("TIFF", gray, {"save_all": True, "append_images": more}),
        "palette.bmp": ("BMP", colour.quantize(16), {}),
        "alpha.bmp": ("BMP", colour.convert("RGBA"), {}),
        "colour.ppm": ("PPM", colour, {}),
    }
    files = {}
    for name, (kind, image, options) in made.items():
        out = io.BytesIO()
        image.save(out, kind, **options)
        files[name] = out.getvalue()
    rows = "\n".join(" ".join(str(v % 9) for v in range(line, line + 20)) for line in range(20))
    files["words.pgm"] = f"P2\n# words\n20 20\n8\n{rows}\n".encode()
    return files | coded_dicom(files["plain.jpg"], gray)


def coded_dicom(jpeg: bytes, gray: Image.Image) -> dict[str, bytes]:
    """DICOM whose picture is JPEG, JPEG 2000 or run lengths; none where pydicom is not there."""
    try:
        import pydicom
        from pydicom.encaps import encapsulate
        from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit, RLELossless
    except ImportError:
        return {}
    j2k = io.BytesIO()
    gray.save(j2k, "JPEG2000")
    files = {}
    for name, syntax, frame in (("jpeg", JPEGBaseline8Bit, jpeg), ("rle", RLELossless, b""),
                                ("j2k", JPEG2000Lossless, j2k.getvalue())):  # fmt: skip
        data = pydicom.dcmread(VECTORS / "monochrome2_window.dcm")
        if frame:
            data.Columns, data.Rows = gray.size
            data.BitsAllocated = data.BitsStored = 8
            data.HighBit = 7
            data.PixelData = encapsulate([frame])
            data["PixelData"].VR = "OB"
            data.file_meta.TransferSyntaxUID = syntax
        else:
            data.compress(syntax)
        out = io.BytesIO()
        data.save_as(out)
        files[f"coded_{name}.dcm"] = out.getvalue()
    return files


def damaged(data: bytes, edits: Iterable[Edit], others: Sequence[bytes] = ()) -> bytes:
    """The file with each edit made in turn; `others` are files to take pieces of."""
    raw = bytearray(data)
    for way, where, what in edits:
        at = where % (len(raw) + 1)
        count = 1 + what % 64
        kind = way % 10
        if kind == 0 and at < len(raw):
            raw[at] ^= 1 << what % 8
        elif kind == 1 and at < len(raw):
            raw[at] = what & 255
        elif kind in (2, 3):  # a number that is at the edge of something, in either order
            size = (1, 2, 4)[what % 3]
            number = TELLING[what // 3 % len(TELLING)] & (1 << 8 * size) - 1
            raw[at : at + size] = number.to_bytes(size, "little" if kind == 2 else "big")
        elif kind == 4:
            del raw[at : None if what % 4 == 0 else at + count]
        elif kind == 5:
            raw[at:at] = raw[at : at + count] * (1 + what // 64 % 40)
        elif kind == 6 and others:
            other = others[what % len(others)]
            start = what // 7 % (len(other) + 1)
            raw[at : at + count] = other[start : start + count]
        elif kind == 7:  # the next digits become others: text headers, JSON, decimal strings
            digits = (b"0", b"-1", b"9" * 9, b"1e99999999", b"NaN", b"1e-999", b"")[what % 7]
            found = next((p for p in range(at, len(raw)) if 48 <= raw[p] < 58), None)
            if found is not None:
                raw[found : found + (1 if what % 2 else len(digits))] = digits
        elif kind == 8:
            raw[:] = _with_sums(bytes(raw))
        elif kind == 9 and raw.startswith(b"\x89PNG"):
            raw[:] = _repacked(bytes(raw), where, what)
        del raw[LONGEST:]
    return bytes(raw)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place + 12 <= len(data):
        length = min(int.from_bytes(data[place : place + 4], "big"), len(data) - place - 12)
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += 12 + length


def _with_sums(data: bytes) -> bytes:
    """A damaged PNG whose checksums hold, or its damage would never come past them."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return data
    out = [data[:8]]
    for kind, body in _chunks(data):
        out += [struct.pack(">I", len(body)), kind, body]
        out += [struct.pack(">I", zlib.crc32(kind + body))]
    return b"".join(out)


def _repacked(data: bytes, where: int, what: int) -> bytes:
    """A PNG with one byte of its unpacked rows changed: filters and row lengths."""
    out = data[:8]
    for kind, body in _chunks(data):
        if kind == b"IDAT":
            with contextlib.suppress(zlib.error):
                rows = bytearray(zlib.decompressobj().decompress(body, LONGEST))
                if rows:
                    rows[where % len(rows)] = what & 255
                body = zlib.compress(bytes(rows[: -(what % 3) or None]))
        out += struct.pack(">I", len(body)) + kind + body
        out += struct.pack(">I", zlib.crc32(kind + body))
    return out


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def survives(target: str, data: bytes) -> str:
    """ "" for a result, else what our error said. Raises whatever else comes out.

    A warning or a log record would be a stray line on the user's terminal: `LeakError`.
    """
    records = _Records()
    logging.getLogger().addHandler(records)
    said = ""
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                TARGETS[target](data)
            except EdgeError as error:
                said = str(error)
    finally:
        logging.getLogger().removeHandler(records)
    if warned or records.lines:
        raise LeakError(f"a warning came out: {records.lines or warned[0].message}")
    if "\n" in said or len(said) > 400:
        raise LeakError(f"an error of more than one short line: {said[:500]!r}")
    return said

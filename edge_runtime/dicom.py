"""DICOM films, by pydicom (the wheel's extra `dicom`); NumPy is not needed.

The stored values are cut to BitsStored (signed ones read so) and windowed in whole numbers:
by the file's first VOI table, else its first VOI window (carried through the rescale; SIGMOID
is read as LINEAR), else by the rule of `edge_runtime.windowing`. MONOCHROME1 and a negative
rescale slope each invert. PatientOrientation turns the film: the patient's left at the right
of the picture, feet below. A file with several frames is no film.
"""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO

from PIL import Image

from edge_runtime import dicom_checks, windowing
from edge_runtime.dicom_checks import number
from edge_runtime.errors import FilmError

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["read"]

LEVELS = windowing.LEVELS
BIG_ENDIAN = "1.2.840.10008.1.2.2"
COLOUR = {"RGB": "RGB", "YBR_FULL": "YCbCr", "YBR_FULL_422": "YCbCr"}
FLIP_X, FLIP_Y = Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM


def read(stream: BinaryIO, max_pixels: int) -> Image.Image:
    """The film of a DICOM file, mode "L" or "RGB", upright, at full size. Raises `FilmError`."""
    try:
        import pydicom
        from pydicom.pixels import get_decoder  # type: ignore[attr-defined]
    except ImportError as error:
        raise FilmError("is DICOM; to read it: pip install cxr-edge[dicom]") from error
    dicom_checks.begin(stream)
    data = pydicom.dcmread(stream)
    if "PixelData" not in data:
        raise FilmError("is DICOM without a picture")
    frames = int(data.get("NumberOfFrames") or 1)
    if frames != 1:
        raise FilmError(f"is DICOM with {frames} frames; a film has one")
    dicom_checks.frame(data, max_pixels)
    syntax = data.file_meta.TransferSyntaxUID
    try:
        buffer, shape = get_decoder(syntax).as_buffer(data, index=0)
    except NotImplementedError as error:
        raise FilmError(f"is DICOM in a coding ({syntax.name}) that is not read; "
                        "save it uncompressed") from error  # fmt: skip
    except RuntimeError as error:
        raise FilmError(f"is DICOM whose {syntax.name} cannot be decoded here; "
                        "save it uncompressed") from error  # fmt: skip
    kind = str(shape["photometric_interpretation"])
    size = int(shape["columns"]), int(shape["rows"])
    if kind in COLOUR and shape["bits_allocated"] == 8:
        image = _colour(bytes(buffer), size, COLOUR[kind], shape.get("planar_configuration") == 1)
    elif kind in ("MONOCHROME1", "MONOCHROME2") and shape["bits_allocated"] in (8, 16):
        wide = "I;16B" if syntax == BIG_ENDIAN else "I;16"
        layout = wide if shape["bits_allocated"] == 16 else "L"
        image = _gray(bytes(buffer), size, layout, data, kind == "MONOCHROME1")
    else:
        raise FilmError(f"is DICOM of a kind ({kind}, {shape['bits_allocated']} bits) "
                        "that is not read; save it as PNG")  # fmt: skip
    return _upright(image, data.get("PatientOrientation"))


def _colour(raw: bytes, size: tuple[int, int], mode: str, planes: bool) -> Image.Image:
    if planes:
        third = len(raw) // 3
        parts = [raw[part * third : (part + 1) * third] for part in range(3)]
        image = Image.merge(mode, [Image.frombytes("L", size, part) for part in parts])
    else:
        image = Image.frombytes(mode, size, raw[: size[0] * size[1] * 3])
    return image.convert("RGB")


def _gray(
    raw: bytes, size: tuple[int, int], layout: str, data: Dataset, white_is_low: bool
) -> Image.Image:
    if layout == "L":
        whole = Image.frombytes("L", size, raw[: size[0] * size[1]]).convert("I")
    else:
        whole = Image.frombytes("I", size, raw[: size[0] * size[1] * 2], "raw", layout)
    bits = dicom_checks.bits_of(data)
    signed = int(data.get("PixelRepresentation") or 0) == 1
    # A signed value is moved up by `zero` (its sign bit turned), so that all are 0-65535.
    zero = 1 << (bits - 1) if signed else 0
    shift = dicom_checks.shift_of(data, bits)
    whole = _mapped(whole, [(v >> shift & (1 << bits) - 1) ^ zero for v in range(LEVELS)])

    if data.get("ModalityLUTSequence"):
        raise FilmError("is DICOM with a modality table, which is not read; save it as PNG")
    slope = number(data.get("RescaleSlope"), 1)
    # The modality value of what stands at `place` is slope * place + start.
    start = number(data.get("RescaleIntercept"), 0) - slope * zero
    window = _window(data)
    if data.get("VOILUTSequence"):
        grays = _table(data.VOILUTSequence[0], slope, start)
    elif window is not None:
        low, width = window
        grays = _line(slope * 255 / width, (start - low) * 255 / width + Fraction(1, 2))
        grays = [min(255, max(0, gray)) for gray in grays]
    else:
        low_high = windowing.limits(whole) if bits > 8 or signed else (0, (1 << bits) - 1)
        grays = windowing.ramp(*low_high, inverted=slope < 0)
    return whole.point([255 - gray for gray in grays] if white_is_low else grays, "L")


def _mapped(whole: Image.Image, table: list[int]) -> Image.Image:
    """A picture of mode "I", each value 0-65535 replaced by the table's."""
    if table == list(range(LEVELS)):
        return whole
    lower = whole.point([value & 255 for value in table], "L")
    upper = whole.point([value >> 8 for value in table], "L")
    pairs = Image.merge("LA", [lower, upper]).tobytes()
    return Image.frombytes("I", whole.size, pairs, "raw", "I;16")


def _line(slope: Fraction, start: Fraction) -> list[int]:
    """`floor(slope * value + start)` of each value 0-65535, exactly."""
    base = slope.denominator * start.denominator
    up, offset = slope.numerator * start.denominator, start.numerator * slope.denominator
    return [(up * value + offset) // base for value in range(LEVELS)]


def _window(data: Dataset) -> tuple[Fraction, Fraction] | None:
    """Where the first VOI window begins and how wide it is; None without a usable one."""
    if data.get("WindowCenter") in (None, "") or data.get("WindowWidth") in (None, ""):
        return None
    center, width = number(data.WindowCenter, 0), number(data.WindowWidth, 0)
    if str(data.get("VOILUTFunction") or "LINEAR") != "LINEAR_EXACT":
        center, width = center - Fraction(1, 2), width - 1
    return (center - width / 2, width) if width > 0 else None


def _table(item: Dataset, slope: Fraction, start: Fraction) -> list[int]:
    """The gray of each value 0-65535 by a VOI table, its full range being 0-255."""
    count, first, bits = (int(value) for value in item.LUTDescriptor)
    if not 1 <= bits <= 16:
        raise FilmError("is DICOM whose VOI table is of no kind there is; repair it first")
    count, data, top = count or LEVELS, item.LUTData, (1 << bits) - 1
    if isinstance(data, bytes):
        data = struct.unpack(f"<{len(data) // 2}H", data[: len(data) // 2 * 2])
    grays = [min(255, (int(entry) * 255 + top // 2) // top) for entry in data[:count]]
    if not grays:
        raise FilmError("is DICOM with an empty VOI table; repair it first")
    last = len(grays) - 1
    return [grays[min(last, max(0, value - first))] for value in _line(slope, start)]


def _upright(image: Image.Image, directions: Any) -> Image.Image:
    """Rows towards the patient's left, columns towards the feet; as it is where none is said."""
    across, down = ([str(one)[:1] for one in directions or ()] + ["", ""])[:2]
    if across in ("H", "F") and down in ("L", "R"):
        image, across, down = image.transpose(Image.Transpose.TRANSPOSE), down, across
    if across not in ("L", "R") or down not in ("H", "F"):
        return image
    image = image.transpose(FLIP_X) if across == "R" else image
    return image.transpose(FLIP_Y) if down == "H" else image

"""Films that are odd but whole: what a program may write, and few do."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

from PIL import Image
from pydicom.sequence import Sequence

from tests.android.dicom_films import changed, table
from tests.android.films import exif, gray, rgb, saved, wide
from tests.raw_pictures import Tags, chunk, raw_bmp, raw_png, raw_tiff, size

__all__ = ["BROKEN", "REFUSED", "UNREAD", "odd"]

# Read by Pillow, not by the app, which says so; and why not.
REFUSED = {
    "tiff_12_bits.tif": "no film was met with them",
    "tiff_planes.tif": "the same",
    "tiff_ink.tif": "no film is printed",
    "tiff_gray_alpha.tif": "transparency of a gray TIFF",
    "tiff_fill_order.tif": "a fax",
    "tiff_jpeg.tif": "the phone's decoder takes no part of a file",
    "bmp_packed.bmp": "RLE",
    "bmp_fields.bmp": "masks of bits",
    "pnm_text.pgm": "numbers in words",
    "pnm_bits.pbm": "one bit a pixel",
    "dicom_ybr.dcm": "colour that is no film's",
    "dicom_big_endian.dcm": "retired from the standard",
    "dicom_table_without_item.dcm": "damaged: without its table it would have other grays",
}
# Read by the app, not by Pillow, which has no unpacker for this pairing of order and inversion.
UNREAD = {"tiff_inverted_16.tif"}
# Refused by both: damaged, or (edge_runtime.depths) what Pillow would make other numbers of.
BROKEN = {
    "png_wrong_sum.png", "png_no_name.png", "png_rgb_16.png", "png_gray_alpha_16.png",
    "tiff_rgb_16.tif", "pnm_rgb_16.ppm", "bmp_two_grays.bmp",
}  # fmt: skip


def odd(seed: int) -> Iterator[tuple[str, bytes]]:
    """Names and files."""
    dice = random.Random(seed)
    yield from _pngs(dice)
    yield from _tiffs(dice)
    yield from _bmps(dice)
    yield from _pnms(dice)
    yield from _dicoms(dice)


def put(png: bytes, *chunks: bytes, behind: bool = False) -> bytes:
    """Chunks right behind the header, or right behind the pixels."""
    at = len(png) - 12 if behind else 33
    return png[:at] + b"".join(chunks) + png[at:]


def _pngs(dice: random.Random) -> Iterator[tuple[str, bytes]]:
    plain, deep, colour = (saved(one, "PNG") for one in (gray(dice), wide(dice), rgb(dice)))
    few = saved(rgb(dice).quantize(16), "PNG")
    display = (chunk(b"gAMA", struct.pack(">I", 100_000)), chunk(b"sRGB", b"\0"),
               chunk(b"cHRM", struct.pack(">8I", *range(30_000, 38_000, 1000))),
               chunk(b"sBIT", b"\7"))  # fmt: skip
    yield "png_gamma.png", put(plain, *display[:2])
    yield "png_display.png", put(colour, *display[:3])
    yield "png_deep_display.png", put(deep, *display)
    yield "png_clear_gray.png", put(plain, chunk(b"tRNS", b"\0\x50"))
    yield "png_clear_deep.png", put(deep, chunk(b"tRNS", b"\x30\x50"))
    yield "png_clear_colour.png", put(colour, chunk(b"tRNS", b"\0\1\0\2\0\3"))
    at = few.index(b"IDAT") - 4
    yield "png_clear_palette.png", few[:at] + chunk(b"tRNS", bytes(range(9))) + few[at:]
    yield "png_turned_behind.png", put(deep, chunk(b"eXIf", exif(6)), behind=True)
    yield "png_turned_twice.png", put(plain, chunk(b"eXIf", exif(6)), chunk(b"eXIf", exif(8)))
    # So many orientations that they lead out of their block; what stands there is an 8.
    once, often = struct.pack("<HHII", 274, 3, 1, 6), struct.pack("<HHII", 274, 3, 99, 4)
    many = chunk(b"eXIf", exif(6).replace(once, often))
    yield "png_turned_too_often.png", put(plain, many)
    yield "png_wrong_sum.png", put(plain, chunk(b"tEXt", b"a\0b")[:-1] + b"\0")
    yield "png_no_name.png", put(plain, chunk(b"t\xe9xt", b"a\0b"))
    moving = saved(gray(dice), "PNG", save_all=True, append_images=[Image.new("L", (9, 9))])
    yield "png_moving.png", moving
    palette = chunk(b"PLTE", dice.randbytes(9))
    indexed = raw_png(40, 30, 8, 3, [bytes(x % 5 for x in range(40)) for _ in range(30)])
    yield "png_colours_not_there.png", put(indexed, palette)
    yield "png_rgb_16.png", raw_png(20, 9, 16, 2, [dice.randbytes(120) for _ in range(9)])
    yield "png_gray_alpha_16.png", raw_png(20, 9, 16, 4, [dice.randbytes(80) for _ in range(9)])


def _tiffs(dice: random.Random) -> Iterator[tuple[str, bytes]]:
    one, two = dice.randbytes(60 * 41), dice.randbytes(60 * 41 * 2)
    four, bit = dice.randbytes(60 * 41 * 4), dice.randbytes(8 * 41)
    yield "tiff_kind_not_said.tif", raw_tiff(size(60, 41, [8], None), one)
    yield "tiff_kind_not_said_1.tif", raw_tiff(size(60, 41, [1], None), bit)
    yield "tiff_kind_not_said_16.tif", raw_tiff(size(60, 41, [16], None), two)
    for orientation in (0, 9):
        tags: Tags = {**size(60, 41, [16], 1), 274: (3, [orientation])}
        yield f"tiff_turned_{orientation}.tif", raw_tiff(tags, two, ">")
    again = struct.pack("<HHII", 256, 3, 1, 3)
    yield "tiff_said_twice.tif", raw_tiff(size(60, 41, [8], 1), one, more=again)
    yield "tiff_wrong_length.tif", raw_tiff({**size(60, 41, [8], 1), 279: (4, [7])}, one)
    outside = struct.pack("<HHII", 700, 1, 500, 1 << 30) + struct.pack("<HHII", 339, 3, 1, 2)
    yield "tiff_leads_out.tif", raw_tiff(size(60, 41, [16], 1), two, more=outside)
    for bits, data in ((1, bit), (8, one), (16, two)):
        yield f"tiff_inverted_{bits}.tif", raw_tiff(size(60, 41, [bits], 0), data, ">")
    pages = [wide(dice), gray(dice)]
    yield "tiff_pages.tif", saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    colours: Tags = {**size(60, 41, [8], 3), 320: (3, list(struct.unpack("<768H", two[:1536])))}
    yield "tiff_palette.tif", raw_tiff(colours, one)
    yield "tiff_profile.tif", saved(gray(dice), "TIFF", icc_profile=b"none" * 40)
    yield "tiff_rgb_16.tif", raw_tiff(size(20, 41, [16] * 3, 2), two)
    yield "tiff_12_bits.tif", raw_tiff(size(60, 27, [12], 1), one[: 90 * 27])
    planes: Tags = {**size(60, 41, [8] * 3, 2), 284: (3, [2]), 273: (4, [8, 2468, 4928]),
                    279: (4, [2460] * 3)}  # fmt: skip
    yield "tiff_planes.tif", raw_tiff(planes, four[: 2460 * 3])
    yield "tiff_ink.tif", raw_tiff(size(60, 41, [8] * 4, 5), four)
    yield "tiff_gray_alpha.tif", raw_tiff({**size(60, 41, [8] * 2, 1), 338: (3, [2])}, two)
    yield "tiff_fill_order.tif", raw_tiff({**size(60, 41, [1], 1), 266: (3, [2])}, bit)
    yield "tiff_jpeg.tif", saved(rgb(dice), "TIFF", compression="jpeg")


def _bmps(dice: random.Random) -> Iterator[tuple[str, bytes]]:
    data = dice.randbytes(40 * 31)
    some = bytes(value % 7 for value in data)
    steps = b"".join(bytes((step, step, step, 0)) for step in range(7))
    other = dice.randbytes(4 * 7)
    full = dice.randbytes(1024)
    yield "bmp_from_above.bmp", raw_bmp((40, -31), 8, full, data)
    yield "bmp_of_os2.bmp", raw_bmp((40, 31), 8, full[:768], data, header=12)
    yield "bmp_long_header.bmp", raw_bmp((40, 31), 8, full, data, header=124)
    yield "bmp_few_grays.bmp", raw_bmp((40, 31), 8, steps, some, colours=7)
    yield "bmp_few_colours.bmp", raw_bmp((40, 31), 8, other, some, colours=7)
    yield "bmp_grays_not_there.bmp", raw_bmp((40, 31), 8, steps, data, colours=7)
    yield "bmp_colours_not_there.bmp", raw_bmp((40, 31), 8, other, data, colours=7)
    yield "bmp_alpha.bmp", raw_bmp((10, 31), 32, b"", data)
    yield "bmp_two_colours.bmp", raw_bmp((40, 31), 8, b"\xff\xff\xff\0" + bytes(4), some, colours=2)
    yield "bmp_two_grays.bmp", raw_bmp((40, 31), 8, bytes(4) + b"\xff\xff\xff\0", some, colours=2)
    yield "bmp_packed.bmp", raw_bmp((40, 2), 8, full, b"\x28\x50\0\0\x28\x90\0\1", packing=1)
    masks = struct.pack("<III", 0xF800, 0x7E0, 0x1F)
    yield "bmp_fields.bmp", raw_bmp((20, 31), 16, masks, data, packing=3)


def _pnms(dice: random.Random) -> Iterator[tuple[str, bytes]]:
    data = dice.randbytes(30 * 20 * 6)
    yield "pnm_blanks.pgm", b"P5\t30\r\n20 # a\n#b\n\x0b255 " + data[:600]
    yield "pnm_one.pgm", b"P5 30 20 1\n" + bytes(value & 1 for value in data[:600])
    yield "pnm_more.pgm", b"P5 30 20 255\n" + data
    yield "pnm_256.pgm", b"P5 30 20 256\n" + bytes(v & (at % 2) or v * (at % 2)
                                                 for at, v in enumerate(data[:1200]))  # fmt: skip
    yield "pnm_text.pgm", b"P2 2 2 255 1 2 3 4\n"
    yield "pnm_bits.pbm", b"P4 30 20\n" + data[:80]
    yield "pnm_rgb_16.ppm", b"P6 30 20 65535\n" + data[:3600]


def _dicoms(dice: random.Random) -> Iterator[tuple[str, bytes]]:
    several = dice.randbytes(600)
    films: dict[str, dict[str, object]] = {
        "window_empty": {"WindowCenter": None, "WindowWidth": None},
        "window_none": {"WindowCenter": "100", "WindowWidth": "0"},
        "window_several": {"WindowCenter": ["90", "1"], "WindowWidth": ["300.5", "2"]},
        "window_blanks": {"WindowCenter": " 90.5 ", "WindowWidth": "3e2 "},
        "slope_none": {"RescaleSlope": "0", "RescaleIntercept": "7"},
        "padding": {"PixelPaddingValue": 0, "SmallestImagePixelValue": 9},
        "one_frame": {"NumberOfFrames": "1"},
        "turned_once": {"PatientOrientation": ["R"]},
        "turned_oddly": {"PatientOrientation": ["RP", "HA"]},
        "inverted": {"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "INVERSE"},
        "ybr": {"PhotometricInterpretation": "YBR_FULL", "SamplesPerPixel": 3, "Columns": 10,
                "Rows": 20, "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7,
                "PlanarConfiguration": 0, "PixelData": several},
    }  # fmt: skip
    for name, elements in films.items():
        yield f"dicom_{name}.dcm", changed(elements)
    yield "dicom_big_endian.dcm", changed({}, big=True)
    tabled = changed({"VOILUTSequence": Sequence([table(dice, signed=False)])})
    yield "dicom_table.dcm", tabled
    yield "dicom_table_without_item.dcm", tabled.replace(b"\xfe\xff\0\xe0", b"\x7e\xff\0\xe0", 1)

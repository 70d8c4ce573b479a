"""DICOM films, written by pydicom and read back."""

from __future__ import annotations

import io
import math
import struct
import sys
from pathlib import Path
from typing import Any

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RLELossless

from edge_runtime.errors import FilmError
from edge_runtime.pixels import film_pixels, open_film, open_film_info
from edge_runtime.windowing import to_gray

unhurried = settings(deadline=None, max_examples=20)


def film(values: list[int], columns: int, **more: Any) -> FileDataset:
    """A MONOCHROME2 film of 16 bits; `more` are attributes set besides."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = pydicom.uid.DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = pydicom.uid.UID("1.2.3.4")
    data = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    data.Rows, data.Columns, data.SamplesPerPixel = len(values) // columns, columns, 1
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 0
    data.PhotometricInterpretation = "MONOCHROME2"
    for name, value in more.items():
        setattr(data, name, value)
    eight = data.BitsAllocated == 8
    code = "B" if eight else "h" if data.PixelRepresentation else "H"
    data.PixelData = struct.pack(f"<{len(values)}{code}", *values)
    data["PixelData"].VR = "OB" if eight else "OW"
    return data


def packed(data: Dataset) -> bytes:
    out = io.BytesIO()
    data.save_as(out)
    return out.getvalue()


def grays(values: list[int], **more: Any) -> list[int]:
    """What a film of one row becomes."""
    return list(open_film(packed(film(values, len(values), **more))).tobytes())


def automatic(values: list[int], inverted: bool = False) -> list[int]:
    """What the same values become in a PNG of 16 bits."""
    raw = struct.pack(f"<{len(values)}H", *values)
    image = Image.frombytes("I;16", (len(values), 1), raw)
    return list(to_gray(image, inverted=inverted).tobytes())


Tones = st.lists(st.integers(0, 4095), min_size=2, max_size=40).filter(lambda v: len(v) % 2 == 0)


@settings(deadline=None, max_examples=8)
@given(Tones)
def test_without_a_window_it_is_the_rule_of_16_bits(values: list[int]) -> None:
    twelve = {"BitsStored": 12, "HighBit": 11}
    assert grays(values) == grays(values, **twelve) == automatic(values)
    junk = [value | 0xA000 for value in values]  # what stands above BitsStored is no gray
    assert grays(junk, **twelve) == automatic(values)
    shifted = [value << 4 | 5 for value in values]
    assert grays(shifted, BitsStored=12, HighBit=15) == automatic(values)
    signed = [value - 2048 for value in values]
    assert grays(signed, PixelRepresentation=1) == automatic(values)
    inverted = grays(values, PhotometricInterpretation="MONOCHROME1")
    assert inverted == automatic(values, inverted=True)
    assert grays(values, RescaleSlope="-2", RescaleIntercept="9000") == inverted
    both = {"PhotometricInterpretation": "MONOCHROME1", "RescaleSlope": "-0.5"}
    assert grays(values, **both) == automatic(values)


@unhurried
@given(Tones, st.integers(-2000, 6000), st.integers(2, 5000), st.sampled_from(["1", "0.25", "-3"]))
def test_a_window_is_the_line_of_the_standard(
    values: list[int], center: int, width: int, slope: str
) -> None:
    known = {"WindowCenter": center, "WindowWidth": width, "RescaleSlope": slope,
             "RescaleIntercept": "-10.5"}  # fmt: skip

    def linear(value: int, least: float, span: float) -> int:
        place = (value * float(slope) - 10.5 - least) / span
        return max(0, min(255, math.floor(place * 255 + 0.5)))

    least = center - 0.5 - (width - 1) / 2
    off = [abs(a - linear(value, least, width - 1))
           for a, value in zip(grays(values, **known), values, strict=True)]  # fmt: skip
    assert max(off) <= 1  # the double of this test may fall on the other side of a half
    exact = grays(values, **known, VOILUTFunction="LINEAR_EXACT")
    off = [abs(a - linear(value, center - width / 2, width))
           for a, value in zip(exact, values, strict=True)]  # fmt: skip
    assert max(off) <= 1


def test_the_first_window_counts_and_an_unusable_one_does_not() -> None:
    values = [0, 51, 100, 150, 4000, 4095]
    two = grays(values, WindowCenter=["75.5", 2000], WindowWidth=["151", "4000"])
    assert two == [0, 87, 170, 255, 255, 255]
    assert grays(values, WindowCenter=75, WindowWidth=0) == automatic(values)
    assert grays(values, WindowCenter=75, WindowWidth=None) == automatic(values)


def test_a_voi_table_goes_before_a_window() -> None:
    table = Dataset()
    table.LUTDescriptor = [4, 10, 12]
    table.LUTData = [0, 1365, 2730, 4095]
    table["LUTData"].VR = table["LUTDescriptor"].VR = "US"
    known = {"VOILUTSequence": [table], "WindowCenter": 5, "WindowWidth": 3}
    assert grays([0, 10, 11, 12, 13, 900], **known) == [0, 0, 85, 170, 255, 255]
    table.LUTData = struct.pack("<4H", 0, 1365, 2730, 4095)
    table["LUTData"].VR = "OW"
    assert grays([0, 10, 11, 12, 13, 900], **known) == [0, 0, 85, 170, 255, 255]


def test_8_bits_stay_as_they_are() -> None:
    eight = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
    assert grays([3, 90, 200, 201], **eight) == [3, 90, 200, 201]
    inverted = grays([3, 90, 200, 201], **eight, PhotometricInterpretation="MONOCHROME1")
    assert inverted == [252, 165, 55, 54]
    assert grays([0, 1, 7, 15], **{**eight, "BitsStored": 4, "HighBit": 3}) == [0, 17, 119, 255]


UPRIGHT = [[1, 2, 3], [4, 5, 6]]  # the patient's left at the right, feet below


@pytest.mark.parametrize(
    ("directions", "stored"),
    [
        (["L", "F"], [[1, 2, 3], [4, 5, 6]]),
        (["R", "F"], [[3, 2, 1], [6, 5, 4]]),
        (["L", "H"], [[4, 5, 6], [1, 2, 3]]),
        (["R", "H"], [[6, 5, 4], [3, 2, 1]]),
        (["F", "L"], [[1, 4], [2, 5], [3, 6]]),
        (["H", "L"], [[4, 1], [5, 2], [6, 3]]),
        (["F", "R"], [[3, 6], [2, 5], [1, 4]]),
        (["H", "R"], [[6, 3], [5, 2], [4, 1]]),
        (["LP", "FR"], [[1, 2, 3], [4, 5, 6]]),
        (["A", "F"], [[1, 2, 3], [4, 5, 6]]),  # from the side: left alone
        (["L"], [[1, 2, 3], [4, 5, 6]]),
        (None, [[1, 2, 3], [4, 5, 6]]),
    ],
)
def test_the_film_is_turned(directions: list[str] | None, stored: list[list[int]]) -> None:
    values = [value * 10 for row in stored for value in row]
    known = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
    data = film(values, len(stored[0]), **known, PatientOrientation=directions)
    seen, info = open_film_info(packed(data))
    assert (info.width, info.height) == seen.size == (3, 2)
    assert list(seen.tobytes()) == [value * 10 for row in UPRIGHT for value in row]


def test_a_file_is_read_from_its_beginning() -> None:
    stream = io.BytesIO(packed(film([0, 1, 2, 3], 2)))
    stream.seek(40)
    assert open_film(stream).size == (2, 2)


def test_run_length_coding_is_read() -> None:
    values = [place * 37 % 4096 for place in range(64 * 48)]
    data = film(values, 64, BitsStored=12, HighBit=11)
    plain = film_pixels(packed(data), 32)
    data.compress(RLELossless)
    assert film_pixels(packed(data), 32) == plain


def test_colour_is_seen() -> None:
    path = get_testdata_file("SC_rgb_rle.dcm")
    assert open_film_info(str(path))[1].colour > 24


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("rtplan.dcm", "without a picture"),
        ("SC_rgb_rle_2frame.dcm", "2 frames"),
        ("MR_truncated.dcm", "is it whole"),
        ("JPEGLSNearLossless_16.dcm", "save it uncompressed"),
        ("liver_1frame.dcm", "1 bits"),
        ("examples_palette.dcm", "save it as PNG"),
    ],
)
def test_what_is_no_film_says_so(name: str, why: str) -> None:
    path = str(get_testdata_file(name))
    with pytest.raises(FilmError, match=why) as caught:
        open_film(path)
    assert str(caught.value).startswith(path) and "\n" not in str(caught.value)


def test_too_large_and_unreadable_tables_are_refused() -> None:
    data = film([1, 2, 3, 4], 2)
    data.Rows = data.Columns = 60_000
    with pytest.raises(FilmError, match="pixels; make it smaller"):
        open_film(packed(data))
    table = Dataset()
    table.ModalityLUTType = "US"
    with pytest.raises(FilmError, match="modality table"):
        grays([1, 2], ModalityLUTSequence=[table])


@unhurried
@given(st.data())
def test_damage_ends_in_a_film_or_in_one_line(data: st.DataObject) -> None:
    raw = bytearray(packed(film(list(range(0, 600, 2)), 20, WindowCenter=300, WindowWidth=500)))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(132, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert len(film_pixels(bytes(raw), 16)) == 256
    except FilmError as error:
        assert "\n" not in str(error)


def test_without_pydicom_it_names_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "film.dcm"
    path.write_bytes(packed(film([1, 2], 2)))
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(FilmError) as caught:
        open_film(path)
    assert str(caught.value) == f"{path} is DICOM; to read it: pip install cxr-edge[dicom]"

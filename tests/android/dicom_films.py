"""DICOM films by chance: every way in which the stored values may become grays."""

from __future__ import annotations

import io
import random
import struct

import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from tests.android.films import numbers

__all__ = ["changed", "dicom_film", "table"]

DIRECTIONS = (None, ("L", "F"), ("R", "F"), ("L", "H"), ("R", "H"), ("F", "L"), ("H", "L"),
              ("F", "R"), ("H", "R"), ("A", "F"), ("LP", "FA"))  # fmt: skip


def dicom_film(dice: random.Random, count: int) -> bytes:
    """A film whose header is by chance; every third one has a window, every fourth a table."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.1.1")
    meta.MediaStorageSOPInstanceUID = UID("1.2.3.4")
    meta.TransferSyntaxUID = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)[count % 2]
    data = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    data.Columns, data.Rows = dice.randrange(1, 150), dice.randrange(1, 150)
    direction = dice.choice(DIRECTIONS)
    if direction is not None:
        data.PatientOrientation = list(direction)
    inner = Dataset()
    inner.PatientID = "none"
    nested = Dataset()
    nested.ReferencedImageSequence = Sequence([inner])
    data.ReferencedStudySequence = Sequence([nested, inner])
    if count % 4 > 1:  # of a length that is not said
        data["ReferencedStudySequence"].is_undefined_length = True
        nested["ReferencedImageSequence"].is_undefined_length = True
        inner.is_undefined_length_sequence_item = True
    data.InstanceNumber = count
    if count % 10 == 9:
        _colour(dice, data)
    else:
        _gray(dice, data, count)
    out = io.BytesIO()
    pydicom.dcmwrite(out, data, enforce_file_format=True)
    return out.getvalue()


def _colour(dice: random.Random, data: Dataset) -> None:
    data.SamplesPerPixel, data.PhotometricInterpretation = 3, "RGB"
    data.PlanarConfiguration = dice.randrange(2)
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit, data.PixelRepresentation = 7, 0
    length = 3 * data.Columns * data.Rows
    data.PixelData = dice.randbytes(length) + bytes(length % 2)
    data["PixelData"].VR = "OB"


def _gray(dice: random.Random, data: Dataset, count: int) -> None:
    bits = 8 if count % 5 == 4 else dice.choice((9, 10, 12, 14, 15, 16))
    allocated = 8 if bits == 8 else 16
    data.SamplesPerPixel = 1
    data.PhotometricInterpretation = dice.choice(("MONOCHROME1", "MONOCHROME2"))
    data.BitsAllocated, data.BitsStored = allocated, bits
    data.HighBit = dice.choice((bits - 1, allocated - 1))
    data.PixelRepresentation = dice.randrange(2)
    many = data.Columns * data.Rows
    values = numbers(dice, many, (1 << dice.randrange(4, allocated + 1)) - 1)
    raw = struct.pack(f"<{many}{'B' if allocated == 8 else 'H'}", *values)
    data.PixelData = raw + bytes(len(raw) % 2)
    data["PixelData"].VR = "OB" if allocated == 8 else "OW"
    if dice.random() < 0.6:
        data.RescaleSlope = dice.choice(("1", "-1.5", "0.25", "2.0e-1", "1.000001"))
        data.RescaleIntercept = dice.choice(("0", "-1024", "12.5", "-0.1"))
    if count % 3 == 0:
        data.WindowCenter = dice.choice(("300", ["12.75", "9"], "-40", "2000.5"))
        data.WindowWidth = dice.choice(("1", "256", ["4000.3", "2"], "0.5", "77"))
        if dice.random() < 0.5:
            data.VOILUTFunction = dice.choice(("LINEAR", "LINEAR_EXACT", "SIGMOID"))
    if count % 4 == 1:
        data.VOILUTSequence = Sequence([table(dice, signed=data.PixelRepresentation == 1)])
        # Of a length that is said: of another pydicom forgets that its numbers have a sign.
        data["VOILUTSequence"].is_undefined_length = False


def table(dice: random.Random, *, signed: bool) -> Dataset:
    item = Dataset()
    bits, entries = dice.choice((8, 10, 16)), dice.choice((256, 1000, 4096))
    first = dice.choice((0, 100, -200 if signed else 200))
    item.LUTDescriptor = [entries, first, bits]
    item["LUTDescriptor"].VR = "SS" if signed else "US"
    values = sorted(numbers(dice, entries, (1 << bits) - 1))
    item.LUTData = struct.pack(f"<{entries}H", *values)
    item["LUTData"].VR = "OW"
    return item


def changed(elements: dict[str, object], *, big: bool = False) -> bytes:
    """A plain film of 12 bits with some elements of its header otherwise."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.1.1")
    meta.MediaStorageSOPInstanceUID = UID("1.2.3.4")
    meta.TransferSyntaxUID = ExplicitVRBigEndian if big else ExplicitVRLittleEndian
    data = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    data.Columns, data.Rows, data.SamplesPerPixel = 30, 20, 1
    data.PhotometricInterpretation = "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    values = [(at * 37 + at // 30 * 11) % 4096 for at in range(600)]
    data.PixelData = struct.pack(f"{'>' if big else '<'}600H", *values)
    for name, value in elements.items():
        setattr(data, name, value)
    data["PixelData"].VR = "OB" if data.BitsAllocated == 8 else "OW"
    out = io.BytesIO()
    pydicom.dcmwrite(out, data, enforce_file_format=True)
    return out.getvalue()

"""A model file: a FlatBuffer with a ZIP behind it.

The ZIP holds the contract, the golden inputs, the labels and the model card; the
interpreter does not see it, and the standard library reads it.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zlib
from typing import BinaryIO

from edge_runtime.errors import ModelError, one_line

__all__ = ["CONTRACT", "GOLDEN", "append", "read", "sha256", "split"]

CONTRACT = "contract.json"
GOLDEN = "golden.json"
MOST_BYTES = 1 << 26  # of all files behind a graph: ours are some hundred kilobytes
END, ENTRY, FILE = b"PK\x05\x06", 0x02014B50, 0x04034B50  # how the parts of a ZIP begin
TAIL = 1 << 18  # bytes in which the archive behind a graph nearly always fits
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date that ZIP knows: same files, same bytes


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def append(graph: bytes, files: dict[str, bytes]) -> bytes:
    """The graph with `files` behind it, in the order of their names, stored plain.

    No files leave the graph as it is. Whatever the graph ends in, `split` gives it back.

    Plain, because a phone maps the file and a reader may look at the contract alone;
    deterministic, because two exports of one run must be the same file.
    """
    if not files:
        return graph
    import zipfile

    stream = io.BytesIO()
    stream.write(graph)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return stream.getvalue()


def split(data: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The graph before the ZIP, and the files in it; no files where there is no ZIP.

    Raises `ModelError` for an archive that is damaged, or would unpack to more than 64 MiB.
    """
    end = data.rfind(END, max(0, len(data) - 65_557))
    if end < 0:
        return data, {}
    found = _as_appended(data, end)
    return (data[: found[0]], found[1]) if found is not None else _unzipped(data, end)


def read(stream: BinaryIO) -> tuple[bytes, dict[str, bytes]]:
    """As `split`, of a file at any place: no second copy of the graph is made.

    That copy would be a tenth of what a small board has to give for a film, in memory and time.
    """
    if stream.seekable():
        before = max(0, stream.seek(0, os.SEEK_END) - TAIL)
        stream.seek(before)
        tail = stream.read()
        end = tail.rfind(END, max(0, len(tail) - 65_557))
        found = _as_appended(tail, end, before) if end >= 0 else None
        stream.seek(0)
        if found is not None:
            return stream.read(found[0]), found[1]
    return split(stream.read())


def _as_appended(data: bytes, end: int, before: int = 0) -> tuple[int, dict[str, bytes]] | None:
    """The graph's length and the files of an archive as `append` writes it, None for any other.

    `before` bytes of the file are not in `data`. `zipfile` reads those archives just as well; to
    import it takes as long as to run the network.
    """
    if len(data) != end + 22:
        return None
    disks, here, whole, size, place, comment = struct.unpack_from("<4xIHHIIH", data, end)
    place -= before
    first, at = place, place
    files: dict[str, bytes] = {}
    if disks or comment or here != whole or not whole or place < 0 or place + size != end:
        return None
    expected = None  # where the next file has to begin
    for _ in range(whole):
        if at + 46 > end:
            return None
        mark, need, form, crc, packed, length, words, rest, start = struct.unpack_from(
            "<I2xHI4xIIIHI8xI", data, at
        )
        name = data[at + 46 : at + 46 + words]
        start -= before
        body = start + 30 + words
        told = struct.pack("<IHI4xIIIHH", FILE, need, form, crc, packed, length, words, 0)
        plain = (mark, need, form, packed, rest) == (ENTRY, 20, 0, length, 0)
        if (
            not plain
            or start < 0
            or expected not in (None, start)
            or body + length > place
            or _untimed(data[start : start + 30]) != told
            or data[start + 30 : body] != name
            or not name.isascii()
            or name.decode() in files
            or zlib.crc32(data[body : body + length]) != crc
        ):
            return None
        first = start if expected is None else first
        files[name.decode()] = data[body : body + length]
        expected, at = body + length, at + 46 + words
    return (before + first, files) if (expected, at) == (place, end) else None


def _untimed(header: bytes) -> bytes:
    """A file's header without its date, which says nothing here."""
    return header[:10] + bytes(4) + header[14:]


def _unzipped(data: bytes, end: int) -> tuple[bytes, dict[str, bytes]]:
    import zipfile

    try:
        here, whole, comment = struct.unpack_from("<8xHH8xH", data, end)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            # zipfile itself passes over entries that a wrong length hides.
            if not here == whole == len(entries) or end + 22 + comment != len(data):
                raise zipfile.BadZipFile("its list is not whole")
            if sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise zipfile.BadZipFile("they claim to be huge")
            start = min((entry.header_offset for entry in entries), default=len(data))
            return data[:start], {entry.filename: archive.read(entry) for entry in entries}
    except Exception as error:  # zipfile meets damage with a dozen classes, zlib's among them
        raise ModelError(
            f"the files inside the model are damaged ({one_line(error, 200)}); get it again"
        ) from error

"""A model file: a FlatBuffer with a ZIP behind it.

The ZIP holds the contract, the golden inputs, the labels and the model card; the
interpreter does not see it, and the standard library reads it.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile

from edge_runtime.errors import ModelError, one_line

__all__ = ["CONTRACT", "GOLDEN", "append", "sha256", "split"]

CONTRACT = "contract.json"
GOLDEN = "golden.json"
MOST_BYTES = 1 << 26  # of all files behind a graph: ours are some hundred kilobytes
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
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if end < 0:
        return data, {}
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

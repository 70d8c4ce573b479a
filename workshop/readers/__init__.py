"""Readers: films from collections as people download them, a module a form.

Each is `read(folder) -> Reading` with `recognised(folder) -> bool` beside it; the table of
them is in `workshop.readers.known`.
"""

from workshop.readers.known import OVERLAPS, READERS, find_reader, read_download
from workshop.readers.reading import MISSING, Reader, Reading

__all__ = [
    "MISSING",
    "OVERLAPS",
    "READERS",
    "Reader",
    "Reading",
    "find_reader",
    "read_download",
]

"""Reading the tables of a FlatBuffer by field number, without trusting a byte of it."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator

from flatbuffers import number_types
from flatbuffers.table import Table as FlatTable

from edge_runtime.errors import ModelError

__all__ = ["Table", "reading", "root"]

INT32, UINT32 = number_types.Int32Flags, number_types.Uint32Flags
FLOAT32, BYTE = number_types.Float32Flags, number_types.Uint8Flags


@contextlib.contextmanager
def reading(what: str) -> Iterator[None]:
    """Whatever damage makes of reading becomes one `ModelError` that names `what`."""
    try:
        yield
    except (struct.error, IndexError, ValueError, TypeError, OverflowError) as error:
        raise ModelError(f"{what} is damaged: {error}") from error


class Table:
    """One table at a place of a buffer. Fields are numbers of `metadata_schema`."""

    def __init__(self, data: bytes, place: int) -> None:
        if not 4 <= place <= len(data) - 4:
            raise ValueError("a table outside of the file")
        self.data, self.place = data, place
        self._flat = FlatTable(data, place)

    def fields(self) -> list[int]:
        """The fields that are there."""
        flat = self._flat
        start = self.place - flat.Get(INT32, self.place)
        (size,) = struct.unpack_from("<H", self.data, start)
        return [field for field in range((size - 4) // 2) if self._at(field)]

    def number(self, field: int, kind: type = UINT32) -> int:
        """A number, 0 where there is none."""
        at = self._at(field)
        return int(self._flat.Get(kind, self.place + at)) if at else 0

    def real(self, field: int) -> float:
        """A float, 0.0 where there is none."""
        at = self._at(field)
        return float(self._flat.Get(FLOAT32, self.place + at)) if at else 0.0

    def byte(self, field: int) -> int:
        """An enumeration or the type of a union."""
        return self.number(field, BYTE)

    def text(self, field: int) -> str:
        """A string, empty where there is none."""
        return self.bytes(field).decode("utf-8")

    def bytes(self, field: int) -> bytes:
        """A string's or a vector's bytes."""
        start, count = self._vector(field, 1)
        return self.data[start : start + count]

    def numbers(self, field: int, kind: type = INT32) -> list[int]:
        """A vector of integers of four bytes."""
        start, count = self._vector(field, 4)
        return [int(self._flat.Get(kind, start + 4 * n)) for n in range(count)]

    def reals(self, field: int) -> tuple[float, ...]:
        """A vector of floats."""
        start, count = self._vector(field, 4)
        return tuple(float(self._flat.Get(FLOAT32, start + 4 * n)) for n in range(count))

    def table(self, field: int) -> Table | None:
        """The table that a field points to."""
        at = self._at(field)
        return Table(self.data, self._flat.Indirect(self.place + at)) if at else None

    def tables(self, field: int) -> list[Table]:
        """A vector of tables."""
        start, count = self._vector(field, 4)
        return [Table(self.data, self._flat.Indirect(start + 4 * n)) for n in range(count)]

    def target(self, field: int) -> int:
        """Where a field points to, as a place in the buffer; 0 where it is not there."""
        at = self._at(field)
        return int(self._flat.Indirect(self.place + at)) if at else 0

    def _at(self, field: int) -> int:
        return int(self._flat.Offset(4 + 2 * field))

    def _vector(self, field: int, size: int) -> tuple[int, int]:
        """Place of the first element, and how many there are."""
        at = self._at(field)
        if not at:
            return 0, 0
        start, count = self._flat.Vector(at), self._flat.VectorLen(at)
        if start < 0 or start + size * count > len(self.data):
            raise ValueError("a list longer than the file")
        return int(start), int(count)


def root(data: bytes, identifier: bytes) -> Table:
    """The root table of a FlatBuffer of this kind; raises `ValueError` where it is another."""
    if data[4:8] != identifier:
        raise ValueError(f"its identifier is not {identifier.decode()}")
    return Table(data, struct.unpack_from("<I", data)[0])

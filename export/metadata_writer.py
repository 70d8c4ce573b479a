"""Writing the tables of TFLite Metadata, a table a call."""

from __future__ import annotations

from flatbuffers import Builder

from export.metadata_schema import METADATA_IDENTIFIER, AssociatedFile, Stats

__all__ = ["Writer"]


class Writer:
    """`flatbuffers.Builder`, a table a call: parts first, as the format wants it."""

    def __init__(self) -> None:
        self.builder = Builder(4096)

    def text(self, text: str) -> int:
        """A string."""
        return int(self.builder.CreateString(text))

    def vector(self, offsets: list[int]) -> int:
        """A list of tables."""
        self.builder.StartVector(4, len(offsets), 4)
        for one in reversed(offsets):
            self.builder.PrependUOffsetTRelative(one)
        return int(self.builder.EndVector())

    def reals(self, values: list[float]) -> int:
        """A list of floats."""
        self.builder.StartVector(4, len(values), 4)
        for value in reversed(values):
            self.builder.PrependFloat32(value)
        return int(self.builder.EndVector())

    def table(self, offsets: dict[int, int], kinds: dict[int, int] | None = None) -> int:
        """A table of offsets, and of enumerations or union types of one byte."""
        self.builder.StartObject(max([*offsets, *(kinds or {})], default=-1) + 1)
        for field in sorted(offsets):
            self.builder.PrependUOffsetTRelativeSlot(field, offsets[field], 0)
        for field in sorted(kinds or {}):
            self.builder.PrependUint8Slot(field, (kinds or {})[field], 0)
        return int(self.builder.EndObject())

    def union(self, field: int, kind: int, value: int) -> int:
        """A table with nothing but a union: its type at `field`, its value behind it."""
        return self.table({field + 1: value}, {field: kind})

    def numbers(self, values: dict[int, int]) -> int:
        """A table of nothing but unsigned integers."""
        self.builder.StartObject(len(values))
        for field in sorted(values):
            self.builder.PrependUint32Slot(field, values[field], 0)
        return int(self.builder.EndObject())

    def real(self, field: int, value: float) -> int:
        """A table of one float."""
        self.builder.StartObject(field + 1)
        self.builder.PrependFloat32Slot(field, value, 0.0)
        return int(self.builder.EndObject())

    def stats(self, low: float, high: float | None) -> int:
        """The range of a tensor's values; `high` is None where there is no limit."""
        offsets = {Stats.MIN: self.reals([low])}
        if high is not None:
            offsets[Stats.MAX] = self.reals([high])
        return self.table(offsets)

    def file(self, name: str, description: str, kind: int) -> int:
        """An associated file."""
        texts = {
            AssociatedFile.NAME: self.text(name),
            AssociatedFile.DESCRIPTION: self.text(description),
        }
        return self.table(texts, {AssociatedFile.KIND: kind})

    def finished(self, root: int) -> bytes:
        """All of it, with `root` as the table to begin at."""
        self.builder.Finish(root, file_identifier=METADATA_IDENTIFIER)
        return bytes(self.builder.Output())

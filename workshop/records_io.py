"""Records to JSON and back, checked field by field."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from edge_runtime.errors import DataError
from workshop.runs import write_atomic

__all__ = ["as_json", "load", "parse", "save", "validation_line"]

T = TypeVar("T")


def as_json(record: Any) -> str:
    """A record, or a list of records, as indented JSON that ends in a newline."""
    if isinstance(record, list | tuple):
        data: Any = [dataclasses.asdict(item) for item in record]
    else:
        data = dataclasses.asdict(record)
    return json.dumps(data, indent=1) + "\n"


def save(path: Path, record: Any) -> None:
    """Write a record, or a list of records, atomically."""
    write_atomic(path, as_json(record))


def validation_line(error: ValidationError) -> str:
    """The first complaint of pydantic as `where: what`."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the whole"
    return f"{where}: {first['msg']}"


def parse(text: str | bytes, cls: type[T], name: str, *, strict: bool = False) -> T:
    """A record (or `list[Record]`) from JSON; raises `DataError` naming the field.

    With `strict`, "7" is no number and "no" no truth value.
    """
    try:
        return TypeAdapter(cls).validate_json(text, strict=strict)
    except ValidationError as error:
        raise DataError(f"{name} is not as expected: {validation_line(error)}") from error


def load(path: Path, cls: type[T]) -> T:
    """Read a record from a file; raises `DataError` where it is missing or wrong."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    return parse(text, cls, str(path))

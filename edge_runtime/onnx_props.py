"""What stands in an ONNX file's `metadata_props`, read without the package `onnx`."""

from __future__ import annotations

from edge_runtime.errors import ModelError

__all__ = ["split_props"]

METADATA_PROPS = 14  # field of ModelProto, by onnx.proto: entries of key (1) and value (2)
VARINT, EIGHT, TEXT, FOUR = 0, 1, 2, 5  # protobuf's wire types


def split_props(data: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The serialised model without `metadata_props`, and what stood in them.

    Read field by field, so that a device needs no `onnx`. Raises `ModelError` for what is no
    protobuf.
    """
    kept, props, at = [], {}, 0
    try:
        while at < len(data):
            start, (number, content, at) = at, _field(data, at)
            if number == METADATA_PROPS:
                entry = dict(_texts(content))
                props[entry.get(1, b"").decode()] = entry.get(2, b"")
            else:
                kept.append(data[start:at])
    except (ValueError, IndexError) as error:
        raise ModelError("not an ONNX model, or not a whole one; get it again") from error
    return b"".join(kept), props


def _texts(data: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(data):
        number, content, at = _field(data, at)
        found.append((number, content))
    return found


def _field(data: bytes, at: int) -> tuple[int, bytes, int]:
    """One field from `at` on: its number, its content where it has a length, and its end."""
    tag, at = _varint(data, at)
    number, kind = tag >> 3, tag & 7
    if not number:
        raise ValueError("no field has the number 0")
    if kind == VARINT:
        _, end = _varint(data, at)
        return number, b"", end
    if kind in (EIGHT, FOUR):
        end = at + (8 if kind == EIGHT else 4)
    elif kind == TEXT:
        length, at = _varint(data, at)
        end = at + length
    else:
        raise ValueError("unknown wire type")
    if end > len(data):
        raise ValueError("a field is cut short")
    return number, data[at:end] if number in (1, 2, METADATA_PROPS) else b"", end


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("a number is too long")

"""As much of JSON Schema as ours use, so that tests can hold what is written against it."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["wrong"]

TYPES: dict[str, Any] = {"object": dict, "array": list, "string": str, "boolean": bool,
                         "null": type(None), "integer": int, "number": (int, float)}  # fmt: skip
SILENT = {"$schema", "$defs", "title", "description", "default"}
KNOWN = {"$ref", "type", "const", "enum", "oneOf", "anyOf", "not", "if", "then", "else", "items",
         "properties", "required", "additionalProperties", "pattern", "minimum", "maximum",
         "exclusiveMinimum"}  # fmt: skip


def wrong(schema: Any, value: Any, at: str = "$", whole: Any = None) -> str | None:
    """Why a value is not what a schema says, None where it is."""
    whole = schema if whole is None else whole
    unknown = schema.keys() - SILENT - KNOWN
    assert not unknown, f"this test cannot read {unknown}"
    if "$ref" in schema:
        return wrong(whole["$defs"][schema["$ref"].rpartition("/")[2]], value, at, whole)
    for word, least, most in (("oneOf", 1, 1), ("anyOf", 1, None)):
        if word in schema:
            found = [wrong(one, value, at, whole) for one in schema[word]]
            if not least <= found.count(None) <= (most or len(found)):
                return f"{at}: {found}"
    if "not" in schema and wrong(schema["not"], value, at, whole) is None:
        return f"{at} is what it must not be"
    if "if" in schema:
        branch = "else" if wrong(schema["if"], value, at, whole) else "then"
        if why := wrong(schema.get(branch, {}), value, at, whole):
            return why
    return _plain(schema, value, at) or _parts(schema, value, at, whole)


def _plain(schema: Any, value: Any, at: str) -> str | None:
    kinds = schema.get("type", [])
    if kinds:
        names = [kinds] if isinstance(kinds, str) else kinds
        wide = tuple(t for n in names for t in (TYPES[n] if n == "number" else (TYPES[n],)))
        if not isinstance(value, wide) or (isinstance(value, bool) and bool not in wide):
            return f"{at} is {value!r}, not {kinds}"
    if "const" in schema and value != schema["const"]:
        return f"{at} is {value!r}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{at} is {value!r}"
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        return f"{at} does not look right"
    if isinstance(value, int | float) and not (
        schema.get("minimum", value) <= value <= schema.get("maximum", value)
        and schema.get("exclusiveMinimum", value - 1) < value
    ):
        return f"{at} is out of range"
    return None


def _parts(schema: Any, value: Any, at: str, whole: Any) -> str | None:
    if isinstance(value, list):
        for place, one in enumerate(value):
            if why := wrong(schema.get("items", {}), one, f"{at}[{place}]", whole):
                return why
    if isinstance(value, dict):
        if missing := set(schema.get("required", ())) - value.keys():
            return f"{at} lacks {missing}"
        for key, part in value.items():
            known = schema.get("properties", {}).get(key, schema.get("additionalProperties", True))
            if known is False:
                return f"{at} has {key!r}"
            if isinstance(known, dict) and (why := wrong(known, part, f"{at}.{key}", whole)):
                return why
    return None

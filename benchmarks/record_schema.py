"""The JSON Schema of a record, from its dataclasses and the descriptions in docs/contract.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from edge_runtime.benchmark_record import BENCHMARK_SCHEMA, BenchmarkRecord

__all__ = ["FILE", "record_schema", "schema_text"]

ROOT = Path(__file__).resolve().parent.parent
FILE = Path("edge_runtime/benchmark_record.schema.json")
PAGE = Path("docs/contract.md")
HEADING = "\n## One measurement: "
DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
TEXT = {"type": "string"}
MAY_BE_NOTHING = ("sd_ms", "warmup_runs")  # all other figures are positive


def record_schema() -> dict[str, Any]:
    """Draft 2020-12; whatever it refuses, `benchmarks.checks` and the reader refuse too."""
    made = TypeAdapter(BenchmarkRecord).json_schema()
    told = _descriptions()
    for part in (made, *made["$defs"].values()):
        part["description"] = " ".join(part["description"].split())
        for name, field in part["properties"].items():
            field.pop("title", None)
            field["description"] = told[name]
            _positive(name, field)
    fields = made["properties"]
    fields["schema"].update(const=BENCHMARK_SCHEMA)
    names = dict.fromkeys(("name", "version", "precision"), TEXT)
    fields["model"].update(
        properties={**names, "graph_sha256": DIGEST, "file_sha256": DIGEST},
        required=[*names, "graph_sha256"],
    )
    threads = {"type": "integer", "minimum": 1}
    named = dict.fromkeys(("name", "version", "delegate"), TEXT)
    fields["runtime"].update(properties={**named, "threads": threads}, required=[*named, "threads"])
    made["required"] += ["flags", "series", "schema"]
    # An emulated record has no times at all; any other one is about them.
    emulated = {"properties": {"emulated": {"const": True}}}
    made.update(
        {
            "if": emulated,
            "then": {"not": {"required": ["times"]}},
            "else": {"required": ["times"], "properties": {"times": {"type": "object"}}},
        }
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def schema_text() -> str:
    """As the file in the repository has it."""
    return json.dumps(record_schema(), indent=1, sort_keys=True) + "\n"


def _positive(name: str, field: dict[str, Any]) -> None:
    several = (field.get("items", {}), *field.get("anyOf", ()))
    for part in (field, *several, *(one.get("additionalProperties", {}) for one in several)):
        if part.get("type") in ("integer", "number") and name != "schema":
            part["minimum" if name in MAY_BE_NOTHING else "exclusiveMinimum"] = 0


def _descriptions() -> dict[str, str]:
    """By field: what the page says in the tables of its section."""
    section = (ROOT / PAGE).read_text("utf-8").partition(HEADING)[2].partition("\n## ")[0]
    rows = (line.split("|")[1:3] for line in section.splitlines() if line.startswith("| `"))
    plain = re.compile(r"\[([^]]*)\]\([^)]*\)|`")
    return {
        name: plain.sub(r"\1", meaning).strip()
        for names, meaning in rows
        for name in re.findall(r"`(\w+)`", names)
    }

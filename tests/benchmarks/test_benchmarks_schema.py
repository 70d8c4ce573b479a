"""The JSON Schema of a record is its dataclass, and what records really are."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.record_schema import FILE, record_schema, schema_text
from edge_runtime import probe
from edge_runtime.benchmark_record import BenchmarkRecord, Memory, Times
from edge_runtime.errors import DataError
from tests.environments import ROOT
from tests.json_schema import wrong
from tests.workshop.fake_run import benchmark
from workshop.latency import read_records

SCHEMA: dict[str, Any] = json.loads((ROOT / FILE).read_text("utf-8"))
EMULATED = benchmark(
    emulated=True, target="qemu:pi4", instructions={"invoke": 113_300_000}, memory=Memory(5, 7)
)


def test_the_file_is_what_the_dataclasses_say() -> None:
    """Where this fails: python -m benchmarks schema > edge_runtime/benchmark_record.schema.json"""
    assert (ROOT / FILE).read_text("utf-8") == schema_text()


def test_every_field_is_there_and_described() -> None:
    made = record_schema()
    for cls, part in ((BenchmarkRecord, made), (Times, made["$defs"]["Times"]),
                      (Memory, made["$defs"]["Memory"])):  # fmt: skip
        assert set(part["properties"]) == {field.name for field in fields(cls)}
        assert all(one["description"] for one in part["properties"].values())


def test_what_is_written_is_what_the_schema_says(tiny_model: Path) -> None:
    records = [
        probe.measure(str(tiny_model), runs=1),
        EMULATED,
        benchmark(hwm_kib=None),
        replace(benchmark(), energy_mj=1.5, flags=("busy",), series={"seed": 1}),
    ]
    assert [wrong(SCHEMA, json.loads(one.to_json())) for one in records] == [None] * 4


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 1}, {"emulated": "no"}, {"times": None}, {"file_bytes": 0}, {"flags": "busy"},
        {"model": {"name": "x"}}, {"runtime": {"name": "x"}}, {"instructions": {"invoke": -1}},
        {"memory": {"hwm_kib": "7"}}, {"energy_mj": 0}, {"series": {"seed": "x"}}, {"golden": 1},
        {"times": {"load_ms": 1.0}},
    ],
)  # fmt: skip
def test_what_the_schema_refuses_is_refused_elsewhere(
    change: dict[str, Any], tmp_path: Path
) -> None:
    from benchmarks.checks import problems

    data = {**json.loads(benchmark().to_json()), **change}
    assert wrong(SCHEMA, data)
    path = tmp_path / "record.json"
    path.write_text(json.dumps(data))
    try:
        (record,) = read_records([path])
    except DataError:
        return
    assert problems(record)


def test_an_emulated_record_with_times_is_refused() -> None:
    data = json.loads(EMULATED.to_json())
    assert wrong(SCHEMA, data) is None
    assert wrong(SCHEMA, {**data, "times": json.loads(benchmark().to_json())["times"]})

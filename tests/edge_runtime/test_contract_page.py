"""docs/contract.md names every field that is written, and none that is not."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from edge_runtime import machine
from edge_runtime.benchmark_record import BenchmarkRecord, Memory, Times
from edge_runtime.contract import Contract
from edge_runtime.golden import Golden, GoldenItem, GoldenResult
from edge_runtime.prediction import Prediction
from tests.environments import ROOT

PAGE = (ROOT / "docs/contract.md").read_text("utf-8")
SECTIONS = {
    "contract.json": set(Contract._fields),
    "golden.json": {*Golden._fields, *GoldenItem._fields},
    "One film: `edge-infer --json`": {f.name for f in fields(Prediction)} - {"heatmap"},
    "One measurement: `python -m edge_runtime.probe MODEL`": {
        f.name for one in (BenchmarkRecord, Times, Memory) for f in fields(one)
    },
}


def first_cells(heading: str) -> set[str]:
    """The names in the first column of the tables of a section."""
    _, _, rest = PAGE.partition(f"\n## {heading}\n")
    section = rest.partition("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_the_machine_is_told_on_its_page() -> None:
    page = (ROOT / "docs/benchmarking.md").read_text("utf-8")
    section = page.partition("\n### The machine\n")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    added = {"before", "after", "others", "throttled", "frequency_warm_khz"}  # by the probe
    emulated = {"emulator", "pins"}
    found = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} - {"machine"}
    assert found == {*machine.describe(), *added, *emulated} - {"machine"}


@pytest.mark.parametrize("heading", SECTIONS)
def test_fields_are_those_of_the_page(heading: str) -> None:
    assert first_cells(heading) == SECTIONS[heading]


def test_results_of_a_self_test_are_named() -> None:
    listed = re.search(r"one object a golden input: (.*?)\.", PAGE, re.DOTALL)
    assert listed
    assert re.findall(r"`(\w+)`", listed[1]) == list(GoldenResult._fields)

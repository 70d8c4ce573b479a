"""The records that are kept in the repository: valid, of a bundled model, and nobody's name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.checks import problems
from benchmarks.record_schema import FILE
from tests.environments import ROOT
from tests.json_schema import wrong
from workshop.latency import read_records

KEPT = ROOT / "benchmarks" / "records"
FILES = sorted(KEPT.rglob("*.json"))
SCHEMA = json.loads((ROOT / FILE).read_text("utf-8"))


def test_there_are_some_and_each_device_has_a_folder() -> None:
    devices = [path for path in FILES if not path.name.startswith("qemu-")]
    assert devices and all(path.parent.parent == KEPT for path in devices)
    told = (KEPT / "README.md").read_text("utf-8")
    assert all(f"| `{folder.name}/` |" in told for folder in KEPT.iterdir() if folder.is_dir())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_record_is_valid(path: Path) -> None:
    (record,) = read_records([path])
    assert not problems(record)
    assert wrong(SCHEMA, json.loads(path.read_text("utf-8"))) is None
    assert record.golden and "file_sha256" in record.model


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_record_names_no_person_and_no_host(path: Path) -> None:
    (record,) = read_records([path])
    assert "@" not in record.target and not record.target.startswith(("ssh:", "adb:"))

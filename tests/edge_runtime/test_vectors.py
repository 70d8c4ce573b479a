"""The committed vectors hold, and the script that draws them still draws the same."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from edge_runtime.film_rules import RULES
from edge_runtime.pixels import open_film
from edge_runtime.turned import TURNS

VECTORS = Path(__file__).parents[1] / "vectors"


def script(name: str) -> ModuleType:
    """A script of the vectors, which stands outside any package."""
    known = sys.modules.get(f"vectors_{name}")
    if known is not None:
        return known
    spec = importlib.util.spec_from_file_location(f"vectors_{name}", VECTORS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ITEMS: list[dict[str, Any]] = script("check").items()


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: str(item["file"]))
def test_vector(item: dict[str, Any]) -> None:
    assert script("check").faults(item) == []


def test_a_fault_is_found() -> None:
    item = {**ITEMS[0], "pixels": {"224": "0"}, "reason": {"224": "blank"}, "width": 1}
    item["turned"] = {"224": "nowhere"}
    assert len(script("check").faults(item)) == 4


def test_limits_and_reasons_are_those_of_the_rules() -> None:
    assert all(item["film_rules"] == RULES for item in ITEMS)
    reasons = {reason for item in ITEMS for reason in item["reason"].values()}
    assert reasons == {None, *RULES}
    assert {turn for item in ITEMS for turn in item["turned"].values()} == set(TURNS)


def test_files_are_what_the_script_draws() -> None:
    drawn = script("make").draw()
    assert sorted(drawn) == sorted(str(item["file"]) for item in ITEMS)
    for name, data in drawn.items():  # compared as pictures: packing differs among zlibs
        assert open_film(data).tobytes() == open_film(VECTORS / name).tobytes(), name


def test_the_folder_stays_small() -> None:
    assert sum(path.stat().st_size for path in VECTORS.glob("*.*")) < 1_500_000

"""The JSON Schema in the wheel, the dataclass and what the command prints are one."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pydantic
import pytest

from edge_runtime.contract import PREDICTION_SCHEMA
from edge_runtime.prediction import Prediction
from tests.edge_runtime.commands import draw, run
from tests.environments import ROOT
from tests.json_schema import wrong
from tests.tiny import film, png

SCHEMA: dict[str, Any] = json.loads((ROOT / "edge_runtime/prediction.schema.json").read_text())
ANSWER, FAILURE = SCHEMA["oneOf"]


@pytest.fixture(scope="module")
def printed(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """An answer, a refusal, a failure, and an answer with a picture."""
    folder = tmp_path_factory.mktemp("films")
    (good,) = draw(folder, 1)
    (folder / "new.png").write_bytes(png(film(240, seed=1, size=96)))
    (folder / "none.png").write_text("no picture")
    _, plain, _ = run("--json", "--model", tiny_model, folder)
    _, drawn, _ = run("--json", "--model", tiny_model, "--explain", folder / "out", good)
    return [json.loads(line) for line in (plain + drawn).splitlines()]


def test_what_is_printed_is_what_the_schema_says(printed: list[dict[str, Any]]) -> None:
    assert [one.get("answer") for one in printed] == ["normal", "not_recognised", None, "normal"]
    assert [wrong(SCHEMA, one) for one in printed] == [None] * 4
    assert "picture" in printed[3]


def test_what_is_not_printed_is_refused(printed: list[dict[str, Any]]) -> None:
    one = printed[0]
    changes: list[dict[str, Any]] = [
        {"score": 1.5}, {"score": "0.5"}, {"answer": "pneumonia"}, {"schema": 2}, {"more": 1},
        {"borderline": 0}, {"probabilities": {"normal": 1.0}}, {"error": "both"},
        {"model": {**one["model"], "graph_sha256": "0"}},
    ]  # fmt: skip
    for change in changes:
        assert wrong(SCHEMA, {**one, **change}), change
    for name in ANSWER["required"]:
        assert wrong(SCHEMA, {key: one[key] for key in one if key != name}), name


def test_the_schema_is_the_dataclass() -> None:
    made = pydantic.TypeAdapter(Prediction).json_schema()["properties"]
    del made["heatmap"]  # printed by nobody
    said = ANSWER["properties"]
    assert set(said) == set(made) | {"picture"}
    assert set(ANSWER["required"]) == set(made)
    assert set(made) | {"heatmap"} == {field.name for field in fields(Prediction)}
    assert said["schema"]["const"] == FAILURE["properties"]["schema"]["const"] == PREDICTION_SCHEMA
    for name, by_type in made.items():
        if name in ("schema", "answer"):
            continue
        kinds = by_type.get("type") or [one["type"] for one in by_type["anyOf"]]
        assert said[name]["type"] == kinds, name


def test_every_field_is_described() -> None:
    for part in (ANSWER, FAILURE):
        assert all(one["description"] for one in part["properties"].values())

"""Contracts are read as written, or refused in one line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.contract import MOST_SIDE, Contract
from edge_runtime.errors import ModelError

CONTRACT = Contract(
    name="a", version="1", precision="int8", graph_sha256="0" * 64, input_size=64,
    input_dtype="uint8", input_scale=1.0, input_zero_point=0,
    outputs={"probabilities": 2, "heatmap": 0, "novelty": 1}, heatmap_grid=2, threshold=0.4,
    borderline_width=0.1, novelty_threshold=0.5, temperature=1.2, film_rules={"blank": 8.0},
    pixels=1, made_by={"git": "x"}, author="b", licence="c",
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


def test_written_and_read_again() -> None:
    assert Contract.from_json(CONTRACT.to_json()) == CONTRACT


def test_fields_of_a_later_version_are_let_be() -> None:
    later = {**json.loads(CONTRACT.to_json()), "colour": "gray"}
    assert Contract.from_json(json.dumps(later)) == CONTRACT


@given(st.sampled_from(list(Contract._fields)), VALUES)
def test_a_field_of_the_wrong_kind_is_refused(name: str, value: Any) -> None:
    data = {**json.loads(CONTRACT.to_json()), name: value}
    try:
        read = Contract.from_json(json.dumps(data))
    except ModelError as error:
        assert "\n" not in str(error)
        return
    kept, before = getattr(read, name), getattr(CONTRACT, name)
    assert isinstance(kept, type(before)) or (isinstance(before, float) and type(kept) is int)
    assert kept == kept  # no NaN came through


@pytest.mark.parametrize("name", [name for name in Contract._fields if name not in
                                  ("labels", "notice", "schema")])  # fmt: skip
def test_a_missing_field_is_refused(name: str) -> None:
    data = json.loads(CONTRACT.to_json())
    del data[name]
    with pytest.raises(ModelError, match=name):
        Contract.from_json(json.dumps(data))


@given(st.text() | st.binary() | VALUES.map(json.dumps))
def test_anything_else_is_refused(text: str | bytes) -> None:
    with pytest.raises(ModelError):
        Contract.from_json(text)


def test_another_schema_says_what_to_do() -> None:
    data = {**json.loads(CONTRACT.to_json()), "schema": 2}
    with pytest.raises(ModelError, match="schema 2 .*update cxr-edge"):
        Contract.from_json(json.dumps(data))


@pytest.mark.parametrize(
    ("name", "value"),
    [("threshold", "1" * 400), ("heatmap_grid", "-7"), ("input_size", "0"),
     ("borderline_width", "-1.0"), ("film_rules", "[" * 100_000)],
)  # fmt: skip
def test_an_absurd_value_is_refused(name: str, value: str) -> None:
    data = {**json.loads(CONTRACT.to_json()), name: "here"}
    with pytest.raises(ModelError, match="cannot be read"):
        Contract.from_json(json.dumps(data).replace('"here"', value))


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "true", '"0.5"', "null"])
@pytest.mark.parametrize("name", ["threshold", "novelty_threshold", "borderline_width"])
def test_a_threshold_is_a_number(name: str, value: str) -> None:
    data = {**json.loads(CONTRACT.to_json()), name: "here"}
    with pytest.raises(ModelError, match=name):
        Contract.from_json(json.dumps(data).replace('"here"', value))
    with pytest.raises(ModelError, match="film_rules"):
        rules = {**data, name: 0.5, "film_rules": {"blank": "here"}}
        Contract.from_json(json.dumps(rules).replace('"here"', value))


@pytest.mark.parametrize(
    "change",
    [
        {"heatmap_grid": 10**3000},  # its square has more digits than Python will print
        {"heatmap_grid": 999_999},
        {"input_size": MOST_SIDE + 1},
        {"input_size": 0},
        {"heatmap_grid": -1},
        {"labels": [["x\n" * 500], 1]},
        {"schema": "x\n" * 500},
    ],
)
def test_sizes_beyond_sense_are_refused_in_one_short_line(change: dict[str, Any]) -> None:
    data = {**json.loads(CONTRACT.to_json()), **change}
    with pytest.raises(ModelError) as caught:
        Contract.from_json(json.dumps(data))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300

"""What becomes of a foreign network's outputs, and which of them is the score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.errors import ModelError
from training.evaluate.heads import finite, head_of, logits_head, pick, probes, square_size

LOGITS = st.lists(st.floats(-30, 30), min_size=2, max_size=8)


@given(LOGITS)
def test_one_model_in_three_forms_gives_the_same_scores(logits: list[float]) -> None:
    covid = np.array([*logits, 4.0])[:, None]  # one is beyond what a probability can be
    pair = np.concatenate([np.full_like(covid, 1.5), covid + 1.5], axis=1)
    shares = np.exp(pair) / np.exp(pair).sum(axis=1, keepdims=True)
    expected = 1 / (1 + np.exp(-covid[:, 0]))
    for outputs, told in (
        (pair, "two logits"),
        (shares, "two probabilities"),
        (covid, "one logit"),
        (shares[:, 1:], "one probability"),
    ):
        head, said = head_of(outputs)
        assert said == told
        np.testing.assert_allclose(head(outputs), expected, atol=1e-12)


def test_two_values_inside_that_do_not_add_up_are_logits() -> None:
    assert head_of([[0.2, 0.9], [0.5, 0.5]])[1] == "two logits"
    assert head_of([[0.201, 0.79], [0.5, 0.498]])[1] == "two probabilities"  # quantized


def test_a_temperature_bends_and_keeps_the_order() -> None:
    pairs = np.array([[0.0, -2.0], [0.0, 1.0], [1.0, 5.0]])
    np.testing.assert_allclose(logits_head(2.0)(pairs), 1 / (1 + np.exp([1.0, -0.5, -2.0])))


def test_what_cannot_be_a_score() -> None:
    for outputs, why in (
        ([[0.1, 0.2, 0.7]], "not one or two"),
        ([[np.nan]], "no finite number"),
    ):
        with pytest.raises(ModelError, match=why):
            head_of(outputs)
    with pytest.raises(ModelError, match="1 of 2 films"):
        finite(np.array([0.5, np.nan]))


def test_which_output_is_the_score() -> None:
    ours = {"heatmap": 49, "novelty": 1, "probabilities": 2}
    assert pick(ours) == "probabilities"
    assert pick({"other": 2, "probabilities": 2}) == "probabilities"
    assert pick({"a": 49, "b": 1, "c": 2}) == "c"
    assert pick({"a": 49, "b": 1}) == "b"
    for bad in ({"a": 3}, {"a": 2, "b": 2, "c": 5}, {}):
        with pytest.raises(ModelError, match="no one output"):
            pick(bad)


def test_the_input_is_a_square_of_three_channels() -> None:
    assert square_size("m", [None, 64, 64, 3]) == square_size("m", ["n", 64, 64, 3]) == 64
    for bad in ([1, 3, 64, 64], [1, 64, 32, 3], [1, None, None, 3], [1, "h", "h", 3], [10]):
        with pytest.raises(ModelError, match=r"not \[n, S, S, 3\] raw pixels 0-255"):
            square_size("m", bad)
    assert probes(8).shape == (5, 8, 8) and len({one.tobytes() for one in probes(8)}) == 5

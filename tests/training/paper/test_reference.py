"""What cannot be true in the paper: every entry is printed, and its figures are arithmetic."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from tests.training.paper.cases import PRESET, USUAL, made
from training.paper.arithmetic import (
    MOBILENETV2,
    RESNET50V2,
    VGG19,
    grid_of,
    student_parameters,
    teacher_parameters,
)
from training.paper.doubts import impossible_rows, text_against_itself
from training.paper.reference import reference
from training.paper.report import report_text

KNOWN = reference()


def entry(words: str) -> dict[str, Any]:
    found = [one for one in KNOWN["contradictions"] if words in one["says"]]
    assert len(found) == 1, words
    return dict(found[0])


@pytest.mark.parametrize(
    "words",
    [
        "17,702",
        "64 hidden",
        "10 x 10 x 2048",
        "false positive",
        "T = 1",
        "eq. (1)",
        "before any word of splitting",
    ],
)
def test_every_known_contradiction_is_printed_with_what_follows(words: str) -> None:
    one = entry(words)
    page = report_text(PRESET, made(USUAL), KNOWN).partition("## What in the paper cannot be")[2]
    assert f"| {one['says']} | {one['against']} | {one['follows']} |" in page


def test_nothing_is_printed_where_nothing_is_known() -> None:
    assert text_against_itself({}) == ""
    assert impossible_rows({}) == "Nothing was found in the figures that are at hand."


def test_a_row_that_cannot_be_is_named() -> None:
    assert impossible_rows(KNOWN) == (
        "- one row (precision 0.978, specificity 1.000): specificity 1 means no false positive, "
        "and then precision is 1 too; three decimals could hide a false positive among 2,000 "
        "normal films or more, but a fifth of 8,851 is 1,770."
    )
    fold = KNOWN["data"]["normals"] // KNOWN["training"]["folds"]
    assert fold == 1770 and round(1 - 1 / fold, 3) < 1.0
    assert round(1 - 1 / 2000, 3) == 1.0 and round(1 - 1 / 1999, 3) < 1.0


def test_table_4_is_60_hidden_units_and_no_other_number() -> None:
    theirs = KNOWN["parameters"]
    assert [n for n in range(1, 257) if teacher_parameters(n) == theirs["teacher"]] == [60]
    assert [n for n in range(1, 257) if student_parameters(n) == theirs["student"]] == [60]
    against = entry("64 hidden")["against"]
    for count in (*theirs.values(), teacher_parameters(64), student_parameters(64)):
        assert f"{count:,}" in against


def test_table_4_is_a_grid_of_7_with_vgg19_s_512_channels() -> None:
    theirs = KNOWN["parameters"]["teacher"]
    assert grid_of(KNOWN["training"]["input_size"]) == 7 and grid_of(320) == 10
    assert teacher_parameters(60, 7, (512, 2048)) == theirs
    as_told = teacher_parameters(60, 10, (2048, 2048))
    assert as_told != theirs and f"{as_told:,}" in entry("10 x 10 x 2048")["against"]
    assert theirs not in {teacher_parameters(60, 10), teacher_parameters(60, 7, (2048, 2048))}


@pytest.mark.parametrize(
    ("name", "weights"),
    [("VGG19", VGG19), ("ResNet50V2", RESNET50V2), ("MobileNetV2", MOBILENETV2)],
)
def test_the_backbones_have_so_many_weights(name: str, weights: int) -> None:
    made_of = getattr(keras.applications, name)(
        weights=None, include_top=False, input_shape=(224, 224, 3)
    )
    assert made_of.count_params() == weights
    assert made_of.output_shape[1:3] == (7, 7)


def test_counts_of_films_in_the_text_of_the_contradictions() -> None:
    data, folds = KNOWN["data"], KNOWN["training"]["folds"]
    oversampled = 2 * data["normals"]
    against = entry("17,702")["against"]
    assert f"{oversampled:,}" in entry("17,702")["says"]
    assert f"{oversampled // folds:,} films" in against
    assert f"and 118 is {2 * data['positives'] // folds}" in against
    copies = data["normals"] / data["positives"]
    assert f"some {copies:.0f} times" in entry("before any word of splitting")["against"]


def test_the_impossible_row_is_so_with_the_definitions_swapped_too() -> None:
    """As its text defines them, precision is TP/(TP+FN) and specificity TN/(TN+FN)."""
    assert "stays impossible" in entry("false positive")["follows"]
    normals = KNOWN["data"]["normals"] // KNOWN["training"]["folds"]
    possible = [
        (positives, missed)
        for positives in range(1, normals + 1)
        for missed in range(positives + 1)
        if round(1 - missed / positives, 3) == 0.978
        and round(normals / (normals + missed), 3) == 1.0
    ]
    assert possible == []

"""Every claim of the paper has a row, and every verdict that can go both ways does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.training.paper.cases import USUAL, made
from training.paper.claims import Claim, claims
from training.paper.forgetting import forgotten, less_forgotten
from training.paper.tables import PaperResult

FEWER = "the student has 95 % fewer parameters than the teacher"
BETTER = "a teacher makes the student better"
PAR = "the student performs on par with its teacher"
ART = "it is on par with the state of the art"
CHEAPER = "distillation lowers the cost of training"
FORGETS = "knowledge distillation forgets less"
EMBEDDED = "suitable for embedded systems and phones"
COVID = "recognises COVID-19"


def claim(result: PaperResult, words: str) -> Claim:
    return {one.claim: one for one in claims(result)}[words]


def test_every_claim_has_a_row_and_one_of_three_verdicts() -> None:
    found = claims(made(USUAL))
    assert [one.claim for one in found] == [
        FEWER, BETTER, PAR, ART, CHEAPER, FORGETS, EMBEDDED, COVID
    ]  # fmt: skip
    assert {one.verdict for one in found} <= {"reproduced", "not reproduced", "not testable"}
    assert all(one.because for one in found)


@pytest.mark.parametrize(
    ("student", "verdict", "share"),
    [(2_334_966, "reproduced", "95.3%"), (2_461_120, "reproduced", "95.0%"),
     (2_953_000, "not reproduced", "94.0%"), (24_000_000, "not reproduced", "51.2%")],
)  # fmt: skip
def test_fewer_parameters(student: int, verdict: str, share: str) -> None:
    counts = {"teacher": 49_222_390, "plain": student, "student": student}
    found = claim(made(USUAL, parameters=counts), FEWER)
    assert found.verdict == verdict and share in found.because


@pytest.mark.parametrize(
    ("wrong", "better", "par"),
    [
        ({"teacher": 2, "plain": 16, "student": 2}, "reproduced", "reproduced"),
        ({"teacher": 2, "plain": 2, "student": 16}, "not reproduced", "not reproduced"),
        ({"teacher": 2, "plain": 4, "student": 4}, "not reproduced", "reproduced"),
        ({"teacher": 16, "plain": 16, "student": 2}, "reproduced", "reproduced"),
        ({"student": 2}, "not testable", "not testable"),
    ],
)
def test_a_teacher_helps_and_the_student_is_on_par(
    wrong: dict[str, int], better: str, par: str
) -> None:
    result = made(wrong)
    assert claim(result, BETTER).verdict == better
    assert claim(result, PAR).verdict == par


@pytest.mark.parametrize(
    ("seconds", "verdict", "words"),
    [
        ({"teacher": 20.0, "plain": 4.0, "student": 5.0}, "not reproduced", "6.2 times"),
        ({"teacher": 1.0, "plain": 8.0, "student": 2.0}, "reproduced", "0.4 times"),
        ({"teacher": 20.0, "student": 5.0}, "not testable", "not measured"),
        ({}, "not testable", "not measured"),
    ],
)
def test_the_cost_of_training_is_measured(
    seconds: dict[str, float], verdict: str, words: str
) -> None:
    result = replace(made(USUAL), seconds=seconds, seconds_per_epoch=seconds)
    found = claim(result, CHEAPER)
    assert found.verdict == verdict and words in found.because


def curves(**values: list[list[float]]) -> list[dict[str, Any]]:
    """A network's validation AUROC: a list a fold, an item an epoch."""
    return [
        {"network": network, "fold": f"fold{n}", "epoch": epoch, "val_auroc": value, "seconds": 1.0}
        for network, folds in values.items()
        for n, fold in enumerate(folds)
        for epoch, value in enumerate(fold, 1)
    ]


def test_forgetting_is_the_best_epoch_less_the_last() -> None:
    history = curves(plain=[[0.6, 0.9, 0.7], [0.5, 0.6, 0.7]], student=[[0.8]], teacher=[[]])
    found = forgotten([*reversed(history), {"network": "plain", "fold": "fold9", "epoch": 1}])
    assert set(found) == {"plain"}  # one epoch, or none, says nothing
    assert found["plain"] == pytest.approx({"fold0": 0.2, "fold1": 0.0})
    text = [{key: str(value) for key, value in row.items()} for row in history]
    assert forgotten(text) == forgotten(history)  # as history.csv gives it
    hurt = {"fold0": 0.2, "fold1": 0.1, "fold2": 0.3}
    interval = less_forgotten(dict.fromkeys(hurt, 0.05), {**hurt, "fold3": 9.0}, seed=1)
    assert interval is not None and interval.value == pytest.approx(-0.15)
    assert interval.low < interval.value < interval.high < 0
    assert less_forgotten({"fold0": 0.1}, hurt, seed=1) is None


@pytest.mark.parametrize(
    ("plain", "student", "verdict", "words"),
    [
        ([[0.9, 0.6]] * 3, [[0.8, 0.79]] * 3, "reproduced", "distilled 0.010, plain 0.300"),
        ([[0.9, 0.8]] * 3, [[0.9, 0.6]] * 3, "not reproduced", "+0.200"),
        ([[0.9, 0.7], [0.9, 0.8]], [[0.9, 0.8], [0.9, 0.7]], "not reproduced", "over 2 folds"),
        ([[0.7, 0.9]] * 3, [[0.6, 0.8]] * 3, "not testable", "nothing was forgotten"),
        ([[0.7]] * 3, [[0.6]] * 3, "not testable", "no learning curves"),
        ([[0.9, 0.6]], [[0.9, 0.8]], "not testable", "no learning curves"),
    ],
)
def test_forgetting_is_judged_by_a_measure_that_is_named(
    plain: list[list[float]], student: list[list[float]], verdict: str, words: str
) -> None:
    found = claim(made(USUAL, history=curves(plain=plain, student=student)), FORGETS)
    assert found.verdict == verdict and words in found.because
    assert found.because.startswith("the paper neither defines forgetting nor gives a figure")


@pytest.mark.parametrize("wrong", [USUAL, {"teacher": 20, "plain": 20, "student": 0}])
@pytest.mark.parametrize(
    ("words", "because"),
    [(ART, "other films, classes and splits"), (EMBEDDED, "records of latency and memory"),
     (COVID, "no source of these films holds both classes")],
)  # fmt: skip
def test_what_no_run_can_show_stays_untestable_however_good(
    wrong: dict[str, int], words: str, because: str
) -> None:
    found = claim(made(wrong), words)
    assert found.verdict == "not testable" and because in found.because


def test_a_source_with_both_classes_is_not_denied() -> None:
    both = made(USUAL, films={"covid of phantom": 4, "normal of phantom": 4, "normal of rsna": 1})
    found = claim(both, COVID)
    assert found.verdict == "not testable"
    assert found.because.startswith("phantom held both classes")

"""The paper's experiment: tables from predictions, verdicts from intervals, a whole small run."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from sklearn.metrics import accuracy_score, roc_auc_score

from edge_runtime.errors import RunError
from training.confusion import METRICS
from training.paper_claims import claims
from training.paper_inflation import inflation_table
from training.paper_report import reference, report_text
from training.paper_tables import Difference, PaperResult, result_of
from workshop.phantoms import write_set
from workshop.presets import read_preset
from workshop.records import FilmPrediction, Interval
from workshop.records_io import load, save

ROOT = Path(__file__).resolve().parents[2]
PRESET = read_preset(ROOT / "presets" / "paper-2core.toml")
NETWORKS = ("teacher", "plain", "student")


def said(network: str, fold: int, n: int, logit: float) -> FilmPrediction:
    label = ("covid", "normal")[n % 2]
    score = 1.0 if logit > 0 else 0.0
    return FilmPrediction(
        f"{n}.png", label, "a", f"g{n}", "out_of_fold", network, f"fold{fold}", logit, score
    )


def made(wrong: dict[str, int], films: int = 40, **more: Any) -> PaperResult:
    """Each network is wrong on its first so many films of each fold."""
    predictions = []
    for network in NETWORKS:
        for fold in (0, 1):
            for n in range(fold * films, (fold + 1) * films):
                right = 1.0 if n % 2 == 0 else -1.0
                sign = -1.0 if n - fold * films < wrong[network] else 1.0
                predictions.append(said(network, fold, n, sign * right * (1 + n / 100)))
    history = [{"network": name, "seconds": seconds} for name, seconds in
               (("teacher", 9.0), ("teacher", 11.0), ("plain", 4.0), ("student", 5.0))]  # fmt: skip
    facts: dict[str, Any] = {
        "films": {"covid of ieee8023": 40, "normal of crd_v4": 40},
        "leak": 0.0,
        "parameters": {"teacher": 49_222_390, "plain": 2_334_966, "student": 2_334_966},
        "weights": {},
        "made_by": {"git": "test"},
    }
    return result_of(PRESET, predictions, history, **{**facts, **more})


def test_rows_and_averages_are_of_the_predictions() -> None:
    result = made({"teacher": 2, "plain": 8, "student": 4})
    assert [(row.network, row.fold) for row in result.rows] == [
        (network, fold) for network in NETWORKS for fold in ("fold0", "fold1")
    ]
    for row in result.rows:
        wrong = {"teacher": 2, "plain": 8, "student": 4}[row.network]
        labels = [1, 0] * 20
        called = [1 - y if n < wrong else y for n, y in enumerate(labels)]
        assert row.films == row.confusion.films == 40
        assert row.metrics["accuracy"] == pytest.approx(accuracy_score(labels, called))
    for network in NETWORKS:
        rows = [row for row in result.rows if row.network == network]
        for metric in METRICS:
            mean = fmean(row.metrics[metric] for row in rows)
            assert result.averages[network][metric] == pytest.approx(mean)
    assert result.seconds == {"teacher": 20.0, "plain": 4.0, "student": 5.0}
    assert result.seconds_per_epoch["teacher"] == 10.0


def test_pooled_auroc_is_scikit_learn_s() -> None:
    result = made({"teacher": 2, "plain": 8, "student": 4})
    labels, logits = [], []
    for fold in (0, 1):
        for n in range(fold * 40, fold * 40 + 40):
            right = 1.0 if n % 2 == 0 else -1.0
            labels.append(int(n % 2 == 0))
            logits.append((-right if n - fold * 40 < 8 else right) * (1 + n / 100))
    assert result.pooled["plain"].value == pytest.approx(roc_auc_score(labels, logits))
    assert result.pooled["plain"].low < result.pooled["plain"].value < result.pooled["plain"].high


@pytest.mark.parametrize(
    ("wrong", "verdict"),
    [
        ({"teacher": 2, "plain": 16, "student": 2}, "better"),
        ({"teacher": 2, "plain": 2, "student": 16}, "worse"),
        ({"teacher": 2, "plain": 4, "student": 4}, "none"),
    ],
)
def test_a_difference_whose_interval_holds_zero_is_none(
    wrong: dict[str, int], verdict: str
) -> None:
    result = made(wrong)
    found = {(d.second, d.metric): d for d in result.differences}
    assert set(found) == {(s, m) for s in ("plain", "teacher") for m in
                          ("auroc", "balanced_accuracy")}  # fmt: skip
    assert found["plain", "auroc"].verdict == verdict
    by_claim = {one.claim: one for one in claims(result)}
    taught = by_claim["a teacher makes the student better"]
    assert taught.verdict == ("reproduced" if verdict == "better" else "not reproduced")
    on_par = by_claim["the student performs on par with its teacher"]
    assert on_par.verdict == ("not reproduced" if verdict == "worse" else "reproduced")


def test_claims_name_their_figures() -> None:
    by_claim = {one.claim: one for one in claims(made({"teacher": 2, "plain": 8, "student": 4}))}
    fewer = by_claim["the student has 95 % fewer parameters than the teacher"]
    assert fewer.verdict == "reproduced" and "95.3%" in fewer.because
    cost = by_claim["distillation lowers the cost of training"]
    assert cost.verdict == "not reproduced" and "6.2 times" in cost.because
    assert by_claim["knowledge distillation forgets less"].verdict == "not testable"
    heavy = made({"teacher": 2, "plain": 8, "student": 4},
                 parameters={"teacher": 100, "plain": 10, "student": 10})  # fmt: skip
    assert claims(heavy)[0].verdict == "not reproduced"


def test_an_interval_of_nothing_is_not_measured() -> None:
    nothing = Interval(float("nan"), float("nan"), float("nan"))
    assert Difference("a", "b", "auroc", nothing).verdict == "not measured"


def lines_of(text: str, heading: str) -> Sequence[str]:
    return text.partition(f"## {heading}")[2].partition("\n## ")[0].strip().splitlines()


def test_the_report_has_the_paper_s_tables_and_says_what_is_not_known() -> None:
    text = report_text(PRESET, made({"teacher": 2, "plain": 8, "student": 4}), reference())
    for number, title in ((1, "The teacher"), (2, "The student without a teacher"),
                          (3, "The distilled student")):  # fmt: skip
        table = lines_of(text, f"Table {number}. {title}")
        assert [line.split("|")[1].strip() for line in table if line.startswith("| ")][:4] == [
            "fold", "fold0", "fold1", "**average**"
        ]  # fmt: skip
        assert any("not at hand" in line for line in table)
    assert "| teacher | 49,222,390 | 49,222,390 |" in text
    assert "| improvement | | +0.100 |" in text
    assert "specificity 1 means no false positive" in text
    assert "what it does not reproduce it does not refute" in text
    assert "not a medical device" in text and "ResNet50 v1 stands for ResNet50V2" in text


def test_the_paper_s_rows_stand_beside_ours_once_they_are_known() -> None:
    row = {"table": 1, "fold": "1", "films": 91, "accuracy": 0.989, "precision": 0.978,
           "specificity": 1.0}  # fmt: skip
    known = {**reference(), "rows": [row]}
    text = report_text(PRESET, made({"teacher": 2, "plain": 8, "student": 4}), known)
    assert "| paper, 1 (impossible) | 91 | 0.989 | 0.978 | 1.000 | – | – | – |" in text


def test_a_leak_is_told_in_the_first_paragraph() -> None:
    leaking = made({"teacher": 2, "plain": 8, "student": 4}, leak=0.4)
    text = report_text(PRESET, leaking, reference())
    assert "**40.0% of the validation films are trained on as well**" in text
    assert "No validation film" not in text


def finished(folder: Path, reading: str, wrong: dict[str, int], leak: float) -> Path:
    assert PRESET.paper is not None
    result = made(wrong, leak=leak)
    paper = {**result.preset, "paper": {**result.preset["paper"], "oversample": reading}}
    save(folder / reading / "paper.json", replace(result, preset=paper))
    return folder / reading


def test_an_inflation_is_shown_where_the_intervals_lie_apart(tmp_path: Path) -> None:
    before = finished(tmp_path, "before_split", {"teacher": 0, "plain": 8, "student": 9}, 0.4)
    after = finished(tmp_path, "after_split", {"teacher": 20, "plain": 9, "student": 8}, 0.0)
    text = inflation_table(before, after)
    assert "40.0% oversampled before the split, 0.0% after it" in text
    verdicts = {line.split("|")[1].strip(): line.split("|")[-2].strip()
                for line in text.splitlines() if line.startswith("| ")}  # fmt: skip
    assert verdicts == {"network": "an inflation", "teacher": "is shown", "plain": "is not shown",
                        "student": "is not shown"}  # fmt: skip
    with pytest.raises(RunError, match="name a run with before_split"):
        inflation_table(after, before)
    with pytest.raises(RunError, match="no paper.json"):
        inflation_table(before, tmp_path)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two-core preset made small, on phantoms."""
    text = (ROOT / "presets" / "paper-2core-before-split.toml").read_text()
    for old, new in (
        ('["ieee8023"]', '["phantom"]'), ('["rsna", "crd_v4"]', '["phantom"]'),
        ("positives = 118", "positives = 16"), ("normals = 177", "normals = 32"),
        ("input_size = 224", "input_size = 64"), ("folds = 5", "folds = 2"),
        ("trained = 5", "trained = 2"), ("seed = 1", "seed = 1\ndeterministic = true"),
        ('["VGG19", "ResNet50"]', '["MobileNetV2:0.35"]\nweights = "random"'),
        ('["MobileNetV2"]', '["MobileNetV2:0.35"]\nweights = "random"'),
        ("filters = 1024", "filters = 8"), ("batch = 32", "batch = 8"),
        ("mixed_bfloat16", "float32"),
    ):  # fmt: skip
        assert old in text, old
        text = text.replace(old, new)
    path = tmp_path_factory.mktemp("preset") / "small.toml"
    path.write_text(text)
    return path


def test_a_whole_small_experiment(small: Path, tmp_path: Path) -> None:
    films, out = tmp_path / "films", tmp_path / "run"
    write_set(films, 80, 3)
    command = [
        sys.executable,
        "-m",
        "training",
        "run",
        *map(str, (small, "--data", films, "--out")),
    ]
    command.append(str(out))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    result = load(out / "paper.json", PaperResult)
    assert {row.network for row in result.rows} == set(NETWORKS) and len(result.rows) == 6
    assert 0 < result.leak <= 0.5 and f"{result.leak:.1%}" in done.stdout
    assert (out / "plots" / "paper-folds.png").read_bytes().startswith(b"\x89PNG")
    with (out / "predictions.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 3 * 64  # 16 positives copied to 32, 32 normals, three networks
    first = (out / "paper.json").read_bytes()
    again = subprocess.run([*command, "--resume"], cwd=ROOT, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert (out / "paper.json").read_bytes() == first

"""The paper's experiment: tables from predictions, differences, a whole small run."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path
from statistics import fmean

import pytest
from sklearn.metrics import accuracy_score, roc_auc_score

from tests.training.paper.cases import NETWORKS, ROOT, USUAL, made
from training.confusion import METRICS
from training.paper.tables import Difference, PaperResult
from workshop.phantoms import write_set
from workshop.records import Interval
from workshop.records_io import load


def test_rows_and_averages_are_of_the_predictions() -> None:
    result = made(USUAL)
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
    result = made(USUAL)
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


def test_an_interval_of_nothing_is_not_measured() -> None:
    nothing = Interval(float("nan"), float("nan"), float("nan"))
    assert Difference("a", "b", "auroc", nothing).verdict == "not measured"


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
        ('"auto"', '"float32"'),
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
    page = (out / "paper.md").read_text()
    assert page.count("MobileNetV2 at width 0.35 stands in for VGG19 and ResNet50V2.") == 7
    assert page.count("of the student started from random weights") == 7
    told = subprocess.run(
        [sys.executable, "-m", "training", "tables", str(out)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert (out / "paper.md").read_text() == page
    first = (out / "paper.json").read_bytes()
    again = subprocess.run([*command, "--resume"], cwd=ROOT, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert (out / "paper.json").read_bytes() == first

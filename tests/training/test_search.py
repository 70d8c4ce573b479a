"""The search trains every pair on every fold, and goes on where it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sklearn.metrics import roc_auc_score

from training.members import Job
from training.search import Search, checkpoint_name, ranked, search_table
from workshop.phantoms import write_set
from workshop.records import Film
from workshop.records_io import load

ROOT = Path(__file__).resolve().parents[2]


FILMS = [Film(f"{n}.png", ("covid", "normal")[n % 2], "a", "a", f"g{n // 2}") for n in range(80)]
JOBS = [Job(0, "fold0", (), range(40)), Job(1, "fold1", (), range(40, 80))]


def logits(wrong: int) -> list[list[float]]:
    """By fold, wrong on its first so many films."""
    values = [(1.0 if n % 2 == 0 else -1.0) * (1 + n / 100) for n in range(40)]
    fold = [-value if n < wrong else value for n, value in enumerate(values)]
    return [fold, fold]


def test_the_best_is_first_and_the_others_are_set_against_it() -> None:
    found = {(0.1, 2.0): logits(16), (0.5, 4.0): logits(4), (0.9, 2.0): logits(5)}
    trials = ranked(found, FILMS, JOBS, 1)
    assert [(one.alpha, one.temperature) for one in trials] == [(0.5, 4.0), (0.9, 2.0), (0.1, 2.0)]
    labels = [1, 0] * 20
    for one in trials:
        own = found[one.alpha, one.temperature]
        assert one.by_fold["fold1"] == pytest.approx(roc_auc_score(labels, own[1]))
        assert one.pooled.value == pytest.approx(roc_auc_score(labels * 2, own[0] + own[1]))
    best, near, far = trials
    assert best.behind is None and near.behind is not None and far.behind is not None
    assert far.behind.value == pytest.approx(best.pooled.value - far.pooled.value)
    assert near.behind.low <= 0 < far.behind.low
    text = search_table(trials)
    assert text.splitlines()[2].startswith(f"| 0.5 | 4 | {best.mean:.3f} | ")
    assert "1 of the 2 other pairs are shown to be worse" in text and "Best of 3 pairs" in text


def test_pairs_that_look_alike_have_checkpoints_of_their_own() -> None:
    names = {checkpoint_name(a, t) for a in (0.3333333, 0.33333334, 0.1) for t in (2.0, 2.5)}
    assert len(names) == 6 and "-alpha0.1-T2" in names


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = (ROOT / "presets" / "demo.toml").read_text()
    for old, new in (("input_size = 128", "input_size = 64"), ("folds = 4", "folds = 2"),
                     ("epochs = 8", "epochs = 1"), ("epochs = 12", "epochs = 1"),
                     ("[distil]", '[distil]\nviews = "clean"'),
                     ('"MobileNetV2:0.35", "MobileNet:0.25"', '"MobileNet:0.25"')):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    path = tmp_path_factory.mktemp("preset") / "small.toml"
    path.write_text(text)
    return path


def test_a_search_goes_on_where_it_was(preset: Path, tmp_path: Path) -> None:
    """Two pairs at once, and the one after the other: the same; and nothing is done twice."""
    films = tmp_path / "films"
    write_set(films, 60, 5)

    def searched(out: Path, *more: object) -> tuple[Search, str]:
        words = ("search", preset, "--data", films, "--out", out, "--temperature", 3, *more)
        command = [sys.executable, "-m", "training", *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert search_table(load(out / "search.json", Search).trials) == done.stdout
        assert "not a medical device" in (out / "search.md").read_text()
        return load(out / "search.json", Search), done.stderr

    both, told = searched(tmp_path / "both", "--alpha", 0.2, "--alpha", 0.8)
    assert told.count("teacher's answers") == 2  # a fold's teacher is asked once for both
    assert both.facts["preset"]["name"] == "demo" and both.facts["data_fingerprint"]
    assert {(one.alpha, one.temperature) for one in both.trials} == {(0.2, 3.0), (0.8, 3.0)}
    assert all(set(one.by_fold) == {"fold0", "fold1"} for one in both.trials)
    assert both.trials[0].mean >= both.trials[1].mean
    searched(tmp_path / "parts", "--alpha", 0.2)
    parts, _ = searched(tmp_path / "parts", "--alpha", 0.2, "--alpha", 0.8, "--resume")
    assert parts.trials == both.trials
    again, told = searched(tmp_path / "parts", "--alpha", 0.8, "--alpha", 0.2, "--resume")
    assert again == parts and "teacher's answers" not in told

"""Presets: every key is checked, the committed ones are right."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_runtime.errors import DataError
from workshop.presets import read_preset

ROOT = Path(__file__).resolve().parents[2]
GOOD = (ROOT / "presets" / "demo.toml").read_text()


def is_refused(folder: Path, good: str, old: str, new: str, words: str) -> None:
    """With `new` for `old` the preset is refused in one line that holds `words`."""
    assert old in good
    path = folder / "preset.toml"
    path.write_text(good.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        read_preset(path)
    assert words in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("positives = 118", "positives = 0", "at least 1"),
        ('networks = ["plain"]', "networks = []", "at least one"),
        ('networks = ["plain"]', 'networks = ["student"]', "a student needs its teacher"),
        ('networks = ["plain"]', 'networks = ["student", "teacher"]', "named before it"),
        ('networks = ["plain"]', 'networks = ["plain", "plain"]', "each once"),
        ('networks = ["plain"]', 'networks = ["pupil"]', "paper.networks"),
    ],
)
def test_a_wrong_experiment_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = (ROOT / "presets" / "leak-after-split.toml").read_text()
    is_refused(tmp_path, text, old, new, words)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('["hannover"], ', "", "sites.reverse"),
        ('[["bimcv"], ["hannover"], ', "[", "at least two"),
        ('["bimcv"], [', '["bimcv"], ["bimcv"], [', "each once"),
        ('"jsrt"', '"nih"', "two different sites"),
        ('"jsrt"', '"bimcv"', "neither of them in sites.covid"),
        ("diagonal = 0.3", "diagonal = 0.6", "sites.diagonal"),
        ("diagonal = 0.3", "diagonl = 0.3", "diagonl"),
    ],
)
def test_wrong_sites_are_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = (ROOT / "presets" / "sites-2core.toml").read_text()
    text = text.replace('reverse = ["bimcv"]', 'reverse = ["hannover"]')
    is_refused(tmp_path, text, old, new, words)


@pytest.mark.parametrize("path", sorted((ROOT / "presets").glob("*.toml")), ids=lambda p: p.stem)
def test_committed_presets(path: Path) -> None:
    preset = read_preset(path)
    assert preset.export.gate.int8_mean_dp > 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("seed = 1", "sead = 1", "sead"),
        ("input_size = 128", "input_size = 100", "multiple of 32"),
        ("folds = 4", "folds = 1", "at least 2"),
        ("holdout = 0.2", "holdout = 0.0", "between 0 and 0.5"),
        ("alpha = 0.5", "alpha = 2.0", "0 to 1"),
        ('strength = "light"', 'strength = "fierce"', "augment.strength"),
        ("epochs = 8", "epochs = 0", "at least 1"),
        ('name = "demo"', "name = ", "not TOML"),
        ('name = "demo"', 'name = "../demo"', "name: String should match"),
        ('name = "demo"', 'name = ""', "name: String should match"),
        ("seed = 1", "seed = -1", "seed"),
        ("input_size = 128", "input_size = 320000", "64 to 1024"),
        ("learning_rate = 3e-3", "learning_rate = nan", "teacher.learning_rate"),
        ("learning_rate = 3e-3", "learning_rate = 0.0", "teacher.learning_rate"),
        ("epochs = 8", "epochs = 8\nhidden = 0", "teacher.hidden"),
        ("epochs = 8", "epochs = 8\ndropout = 1.5", "teacher.dropout"),
        ("epochs = 8", "epochs = 8\nfilms_per_epoch = -1", "teacher.films_per_epoch"),
        ("temperature = 3.0", "temperature = nan", "distil.temperature"),
        ("temperature = 3.0", "temperature = inf", "distil.temperature"),
        ("mixup = 0.0", "mixup = nan", "augment.mixup"),
        ("components = 16", "components = 0", "novelty.components"),
        ("components = 16", "refused = 7.0", "novelty.refused"),
        ("float_flips = 0", "bogus = 1", "export.gate.bogus"),
        ("float_flips = 0", 'float_flips = "x"', "export.gate.float_flips"),
        ("[export.gate]", "[export.foo]", "export.foo"),
        ("epochs = 8", 'epochs = 8\nprecision = "auto"', "deterministic"),
        ("epochs = 8", 'epochs = 8\nprecision = "float64"', "teacher.precision"),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    is_refused(tmp_path, GOOD, old, new, words)


def test_a_missing_preset(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_preset(tmp_path / "absent.toml")


PAPER = (ROOT / "presets" / "paper-2core.toml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("holdout = 0.0", "holdout = 0.2", "set it to 0"),
        ("holdout = 0.0", "holdout = 0.0\nrefit = true", "split.refit"),
        ("positives = 118", "positives = 0", "at least 1"),
        ("positives = 118", 'positives = "most"', "paper.positives"),
        ('balance = "oversample"\noversample = "after_split"',
         'balance = "draw"\noversample = "before_split"', "nothing is oversampled"),
        ('strength = "rotation"', 'strength = "rotation"\nmixup = 0.3', "set augment.mixup to 0"),
    ],
)  # fmt: skip
def test_a_wrong_choice_of_the_paper_s_is_named(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert old in PAPER
    path = tmp_path / "preset.toml"
    path.write_text(PAPER.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        read_preset(path)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_a_student_may_come_any_time_after_its_teacher(tmp_path: Path) -> None:
    text = (ROOT / "presets" / "leak-after-split.toml").read_text()
    path = tmp_path / "preset.toml"
    path.write_text(text.replace('["plain"]', '["plain", "teacher", "student"]', 1))
    paper = read_preset(path).paper
    assert paper is not None and paper.networks == ("plain", "teacher", "student")

"""Presets: every key is checked, the committed ones are right."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_runtime.errors import DataError
from workshop.presets import read_preset

ROOT = Path(__file__).resolve().parents[2]
GOOD = (ROOT / "presets" / "demo.toml").read_text()


@pytest.mark.parametrize("path", sorted((ROOT / "presets").glob("*.toml")), ids=lambda p: p.stem)
def test_committed_presets(path: Path) -> None:
    preset = read_preset(path)
    assert preset.export["gate"]["int8_mean_dp"] > 0


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
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in GOOD
    path = tmp_path / "preset.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        read_preset(path)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_a_missing_preset(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_preset(tmp_path / "absent.toml")

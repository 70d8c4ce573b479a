"""Pictures that are no films: what they are, and what is counted of them."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from edge_runtime.errors import DataError, ModelError, RunError
from export import negatives, negatives_photographs
from export.cli import app
from export.negatives import NEGATIVE, TRIED, TURNED, Kind, tried_kinds, turned_kinds
from export.negatives_slices import shipped_slices
from export.novelty_command import FILMS, PHANTOMS, novelty_report
from export.novelty_page import novelty_page
from export.novelty_report import FAMILIAR, judge, verdicts

INSTALLED = (("sklearn", "datasets/images", ("china.jpg", "flower.jpg")),)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Photographs of packages that training needs anyway."""
    monkeypatch.setattr(negatives, "PHOTOGRAPHS", INSTALLED)
    monkeypatch.setattr(negatives, "TEXTURES", INSTALLED)


@pytest.mark.usefixtures("installed")
def test_every_kind_is_drawn_and_drawn_again_alike() -> None:
    kinds = negatives.negatives(5, 96, 3)
    again = negatives.negatives(5, 96, 3)
    other = negatives.negatives(5, 96, 4)
    assert len({kind.name for kind in kinds}) == len(kinds) == 10
    for kind, same, different in zip(kinds, again, other, strict=True):
        assert kind.pixels.dtype == np.uint8 and kind.pixels.shape[1:] == (96, 96)
        np.testing.assert_array_equal(kind.pixels, same.pixels)
        if kind.name == "CT and MR slices":
            assert len(kind.pixels) == kind.sources >= 2
            continue
        assert len(kind.pixels) == 5 and kind.group == NEGATIVE
        assert not np.array_equal(kind.pixels, different.pixels)
        assert len({one.tobytes() for one in kind.pixels}) == 5
    assert {kind.sources for kind in kinds[:2]} == {2}


def test_slices_are_those_that_packages_ship() -> None:
    slices = shipped_slices()
    assert len(slices) >= 2 and {one.mode for one in slices} == {"L"}
    assert all(np.asarray(one).std() > 5 for one in slices)


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DataError, match="skimage is not installed"):
        negatives_photographs.pictures(negatives_photographs.PHOTOGRAPHS)


def test_crops_come_from_every_picture_in_turn() -> None:
    grays = {name: Image.new("L", (80 + 10 * i, 60), 50 * i) for i, name in enumerate("abc")}
    cut = negatives_photographs.crops(grays, 9, np.random.default_rng(1))
    assert [one.getpixel((0, 0)) for one in cut] == [0, 50, 100] * 3
    assert all(one.width == one.height <= 60 for one in cut)
    assert len({one.width for one in cut}) > 3


def test_turned_films_are_turned() -> None:
    film = np.arange(64, dtype=np.uint8).reshape(1, 8, 8)
    made = {kind.name: kind for kind in turned_kinds(film, film)}
    assert len(made) == 6 and {kind.group for kind in made.values()} == {TURNED}
    np.testing.assert_array_equal(made["films upside down"].pixels[0], film[0, ::-1, ::-1])
    np.testing.assert_array_equal(made["films sideways"].pixels[0], np.rot90(film[0]))
    np.testing.assert_array_equal(made["films as negatives"].pixels, 255 - film)


def test_kinds_that_were_tried_stay_apart() -> None:
    films = np.random.default_rng(1).integers(0, 256, (6, 32, 32)).astype(np.uint8)
    kinds = tried_kinds(4, films, 1)
    assert {kind.group for kind in kinds} == {TRIED} and len(kinds) == 5
    tiles = next(kind for kind in kinds if "tiles" in kind.name).pixels
    assert all(np.array_equal(np.sort(one.ravel()), np.sort(film.ravel()))
               for one, film in zip(tiles, films, strict=False))  # fmt: skip


def _kind(name: str, group: str, values: list[int]) -> Kind:
    """Pictures with some contrast whose first pixel is what the model below says."""
    pixels = np.tile(np.arange(0, 256, 4, dtype=np.uint8).repeat(8).reshape(8, 64), (1, 1))
    made = np.stack([pixels[:, :8].copy() + np.uint8(0) for _ in values])
    made[:, 4:] = 200
    made[:, 0, 0] = values
    return Kind(name, group, "made", made, len(values))


def _first_pixel(pixels: bytes) -> dict[str, tuple[float, ...]]:
    return {"novelty": (pixels[0] / 255,)}


def test_only_kinds_of_a_hundred_count_and_turned_ones_never() -> None:
    low, high = [*range(60, 100)], [*range(100, 220)]
    kinds = [
        _kind("films", FAMILIAR, low),
        _kind("phantoms", FAMILIAR, low),
        _kind("far", NEGATIVE, high),
        _kind("alike", NEGATIVE, [70] * 60 + [220] * 60),
        _kind("few", NEGATIVE, [70] * 99),
        _kind("turned", TURNED, [70] * 120),
        _kind("tried", TRIED, [70] * 120),
    ]
    rows, mean = judge(_first_pixel, kinds, 98.5 / 255, "films")
    by_name = {row.kind: row for row in rows}
    assert [row.kind for row in rows if row.counted] == ["far", "alike"]
    assert by_name["far"].auroc == 1.0 and by_name["films"].auroc is None
    assert by_name["alike"].auroc == pytest.approx(0.5 + 0.5 * (10.5 / 40), abs=1e-9)
    assert mean == pytest.approx(np.mean([by_name["far"].auroc, by_name["alike"].auroc]))
    assert (by_name["films"].refused, by_name["alike"].refused) == (1, 60)
    assert by_name["alike"].refused_share.low < 0.5 < by_name["alike"].refused_share.high
    missed = verdicts(rows, mean, "films", "phantoms")
    assert len(missed) == 2 and "mean AUROC" in missed[0] and "2.5% of films" in missed[1]
    assert verdicts(rows, 0.99, "phantoms", "films")[0].startswith("2.5% of phantoms")
    assert len(verdicts(rows, None, "phantoms", "films")) == 2


def test_rules_on_pixels_refuse_what_novelty_lets_through() -> None:
    blank = Kind("blank", NEGATIVE, "made", np.full((100, 8, 8), 9, np.uint8), 100)
    rows, _ = judge(_first_pixel, [_kind("films", FAMILIAR, [60, 70]), blank], 0.5, "films")
    assert (rows[1].refused, rows[1].refused_with_rules) == (0, 100)


@pytest.mark.usefixtures("installed")
def test_the_command_writes_both_and_says_what_is_missed(
    exported: Path, fake_run: Path, phantom_data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "evidence" / "v0.2"
    arguments = ["novelty", str(fake_run), "--data", str(phantom_data), "--each", "4"]
    done = CliRunner().invoke(app, [*arguments, "--out", str(out)])
    assert done.exit_code == 1  # four of a kind are not enough for a mean
    facts = json.loads((tmp_path / "evidence" / "v0.2.json").read_text())
    page = (tmp_path / "evidence" / "v0.2.md").read_text()
    assert facts["passed"] is False and facts["worst"] == "none is counted"
    assert "mean AUROC" in facts["why"][0]
    names = [row["kind"] for row in facts["rows"]]
    assert names[0] == FILMS and PHANTOMS in names and len(names) == len(set(names))
    assert all(row["kind"] in page for row in facts["rows"])
    assert "Lateral films: not measured" in page and facts["file"] in page
    films = next(row for row in facts["rows"] if row["kind"] == FILMS)
    assert films["pictures"] == 16  # the holdout of predictions.csv
    assert str(tmp_path) not in page + json.dumps(facts)


@pytest.mark.usefixtures("installed")
def test_a_file_is_judged_at_its_own_threshold(
    exported: Path, fake_run: Path, phantom_data: Path
) -> None:
    from edge_runtime.model import Model

    report = novelty_report(fake_run, None, phantom_data, each=2)
    contract = Model.open(exported / "student-int8.tflite", check=False).contract
    assert report.threshold == contract.novelty_threshold
    assert report.graph_sha256 == contract.graph_sha256
    assert novelty_page(report) == novelty_page(report)


def test_bad_input_is_one_line(
    exported: Path, copy_of_run: Callable[[], Path], tmp_path: Path, phantom_data: Path
) -> None:
    run = copy_of_run()
    with pytest.raises(RunError, match="export run"):
        novelty_report(run, None, phantom_data)
    damaged: Any = bytearray((exported / "student-int8.tflite").read_bytes())
    damaged[5000] ^= 1
    file = tmp_path / "damaged.tflite"
    file.write_bytes(damaged)
    with pytest.raises(ModelError, match="damaged"):
        novelty_report(run, file, phantom_data)
    (run / "predictions.csv").unlink()
    with pytest.raises(RunError, match="predictions.csv"):
        novelty_report(run, exported / "student-int8.tflite", phantom_data)

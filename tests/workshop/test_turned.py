"""The template of turned films, derived from phantoms; the committed page is its record's."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from edge_runtime.turned import HALF, TURNS, turned
from tests.environments import ROOT
from workshop.cli import app
from workshop.phantoms import draw, write_set
from workshop.records_io import parse
from workshop.turned import TurnedRecord, derive, page, shares

EVIDENCE = ROOT / "docs/evidence"


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantoms")
    write_set(folder, 60, 3)
    return folder


def test_a_template_from_phantoms_tells_phantoms(films: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["turned", "--data", str(films), "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    text = (tmp_path / "turned.json").read_text("utf-8")
    record = parse(text, TurnedRecord, "turned.json")
    assert (tmp_path / "turned.md").read_text("utf-8") == page(record)
    every = record.held[0]
    assert every.what == "all" and record.trained + every.films == 60
    assert {row.what for row in record.sites} == {row.what for row in record.held[1:]}
    assert sum(row.films for row in record.sites) == 60
    assert max(abs(weight) for row in record.half for weight in row) == 127
    for row in (every, *record.sites):
        assert row.false_alarms.value <= 0.1 and row.right.value >= 0.9, row


def test_films_that_lie_on_their_side_teach_that(films: Path, tmp_path: Path) -> None:
    """The template is of the films that are given, not of any that are thought of."""
    plain = derive(films)
    (tmp_path / "films").mkdir()
    (tmp_path / "index.csv").write_text((films / "index.csv").read_text("utf-8"), "utf-8")
    for path in (films / "films").iterdir():
        Image.open(path).transpose(Image.Transpose.ROTATE_180).save(tmp_path / "films" / path.name)
    other = derive(tmp_path)
    assert np.corrcoef(np.ravel(plain.half), np.ravel(other.half[::-1]))[0, 1] > 0.9


def test_the_shares_are_the_runtime_s(films: Path) -> None:
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 256, (64, 64), np.uint8) for _ in range(40)]
    pictures += [draw(3, index).image[:64, :64] for index in range(3)]
    grays = np.stack([one.reshape(8, 8, 8, 8).mean((1, 3)) for one in pictures])
    said = [turned(Image.fromarray(np.kron(one, np.ones((8, 8))).round().astype(np.uint8)))
            for one in grays]  # fmt: skip
    assert [TURNS[place] for place in shares(grays.round(), HALF)] == said
    assert len(set(said)) > 2


def test_the_committed_page_is_its_record_s() -> None:
    record = parse((EVIDENCE / "turned.json").read_text("utf-8"), TurnedRecord, "turned.json")
    assert (EVIDENCE / "turned.md").read_text("utf-8") == page(record)
    assert page(replace(record, trained=1)) != page(record)
    assert json.loads(json.dumps(record.half)) == [list(row) for row in HALF]

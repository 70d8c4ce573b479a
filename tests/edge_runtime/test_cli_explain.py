"""`--explain`: pictures that are right, that anybody can tell apart, and that are not lost."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from edge_runtime import explain
from edge_runtime.contract import NOTICE
from edge_runtime.explain import COLOURS, drawn, explained
from edge_runtime.model import Model
from edge_runtime.prediction import Prediction
from tests.edge_runtime.commands import draw, run
from tests.environments import ROOT
from tests.tiny import film, png


@pytest.fixture(scope="module")
def answered(tiny_model: Path) -> Prediction:
    with Model.open(tiny_model) as model:
        found = model.predict(png(film(170, seed=1, size=200)))
    return replace(found, file="film.png")


@pytest.fixture
def gray() -> Image.Image:
    return Image.new("L", (400, 300), 128)


def pictures(out: bytes) -> list[str]:
    return [json.loads(line)["picture"] for line in out.splitlines()]


def test_films_of_one_name_keep_a_picture_each(tiny_model: Path, tmp_path: Path) -> None:
    one, two = draw(tmp_path / "a", 1) + draw(tmp_path / "b", 1)
    out = tmp_path / "out"
    words = ("--json", "--model", tiny_model, "--explain", out, "--workers", "2")
    status, said, err = run(*words, one, two, "-", stdin=one.read_bytes())
    assert (status, err) == (0, b"")
    assert sorted(os.path.basename(path) for path in pictures(said)) == sorted(os.listdir(out))
    assert len(os.listdir(out)) == 3
    again = run(*words, one, two)
    assert pictures(again[1]) == pictures(said)[:2] and len(os.listdir(out)) == 3


def test_the_same_relative_name_elsewhere_is_another_film(tiny_model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for place in ("a", "b"):
        draw(tmp_path / place, 1)
        words = ("--model", tiny_model, "--explain", out, "000.png")
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        assert run(*words, cwd=tmp_path / place, env=environment)[0] == 0
    assert len(os.listdir(out)) == 2


def test_names_that_no_file_may_have(answered: Prediction, tmp_path: Path) -> None:
    picture = png(film(170, size=96))
    for name in ("\udcff\n.png", "x" * 250 + ".png", "-", "ü\u4e2d" * 60 + ".png", "a/..", "..."):
        path = explained(
            replace(answered, file=name),
            picture,
            str(tmp_path),
            name.encode("utf-8", "surrogateescape"),
        )
        assert os.path.dirname(path) == str(tmp_path)
    assert len(os.listdir(tmp_path)) == 6


def test_the_picture_says_what_it_is(answered: Prediction, tmp_path: Path) -> None:
    path = explained(answered, png(film(170, size=300)), str(tmp_path), b"1")
    with Image.open(path) as picture:
        said = picture.info
        assert picture.format == "PNG" and min(picture.size) > 600
    assert said["Title"] == "film.png" and said["Disclaimer"] == NOTICE
    assert said["Software"].startswith("edge-infer ")


def test_what_is_written_on_it(
    answered: Prediction, gray: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    words: list[str] = []
    text = explain._Pen.text

    def noted(self: Any, place: Any, said: str, *rest: Any) -> None:
        words.append(said)
        left, top, right, bottom = self.draw.textbbox(place, said, self.font(rest[0]))
        width, height = self.draw.im.size
        assert min(left, top) >= 0 and right <= width and bottom <= height, said
        text(self, place, said, *rest)

    monkeypatch.setattr(explain._Pen, "text", noted)
    drawn(replace(answered, borderline=True, score=0.5, threshold=0.5), gray)
    all_of_it = " ".join(words)
    for part in ("film.png", "covid", "borderline", "score 0.500", "threshold 0.500", "Heat map",
                 "at or above", NOTICE, "tiny-int8"):  # fmt: skip
        assert part in all_of_it
    most = max(map(max, answered.heatmap))
    assert f"{most:.3g}" in words and "0" in words
    words.clear()
    drawn(replace(answered, answer="not_recognised", reason="blank"), gray)
    assert "not recognised" in words and "the picture is blank" in words
    assert not any("score" in one and "." in one[:12] for one in words)
    words.clear()
    none = tuple((0.0,) * 4 for _ in range(4))
    drawn(replace(answered, heatmap=none, file="long name " * 30), gray)
    assert any("Empty" in one for one in words) and any("..." in one for one in words)
    words.clear()
    drawn(replace(answered, notice="nothing is known of it " * 30), gray)  # no part is cut off
    assert sum(one.count("nothing is known of it") for one in [" ".join(words)]) == 30
    for threshold in (0.0, 1.0):  # the words stay on the picture at both ends
        drawn(replace(answered, threshold=threshold), gray)


def test_heat_lies_where_the_map_has_it(answered: Prediction, gray: Image.Image) -> None:
    corner = tuple(
        tuple(1.0 if (row, column) == (0, 3) else 0.0 for column in range(4)) for row in range(4)
    )
    picture = drawn(replace(answered, heatmap=corner), gray)
    assert picture.size[1] > 600
    left, size, top = explain.EDGE, 640, explain.EDGE + (640 - 480) // 2
    far = picture.getpixel((left + 80, top + 420))
    assert far == (128, 128, 128)  # the film itself
    hot = picture.getpixel((left + size - 40, top + 30))
    assert isinstance(hot, tuple) and hot[0] > 200 and hot[2] < 140
    refused = drawn(replace(answered, heatmap=corner, answer="not_recognised", reason="x"), gray)
    assert refused.getpixel((left + size - 40, top + 30)) == (128, 128, 128)


# What an eye without one kind of cone makes of linear RGB (Machado et al. 2009, severity 1).
BLIND = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
               (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
               (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
               (0.004733, 0.691367, 0.303900)),
}  # fmt: skip


def linear(level: int) -> float:
    share = level / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("eye", BLIND)
def test_every_eye_sees_heat_grow_lighter(eye: str) -> None:
    def lightness(colour: tuple[int, int, int]) -> float:
        seen = [
            sum(weight * linear(part) for weight, part in zip(row, colour, strict=True))
            for row in BLIND[eye]
        ]
        luminance = 0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2]
        return float(116 * max(luminance, 0.0) ** (1 / 3) - 16)

    found = [lightness(colour) for colour in COLOURS[::5]]
    assert all(b - a > 0.5 for a, b in itertools.pairwise(found))
    assert found[-1] - found[0] > 60


def test_a_folder_that_cannot_be_written(tiny_model: Path, tmp_path: Path) -> None:
    (good,) = draw(tmp_path, 1)
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    for workers in ("1", "2"):
        words = ("--model", tiny_model, "--explain", blocked, "--workers", workers, good)
        status, out, err = run(*words)
        assert (status, out, err.count(b"\n")) == (1, b"", 1) and b"cannot be written" in err
    assert blocked.read_text() == "in the way"


def test_two_writers_of_one_picture(
    answered: Prediction, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One begins and ends while the other writes."""
    picture = png(film(170, size=96))
    written: list[Image.Image] = []
    save = Image.Image.save

    def slow(self: Image.Image, *words: Any, **more: Any) -> None:
        save(self, *words, **more)
        if not written:
            written.append(self)
            explained(answered, picture, str(tmp_path), b"1")

    monkeypatch.setattr(Image.Image, "save", slow)
    path = explained(answered, picture, str(tmp_path), b"1")
    with Image.open(path) as whole:
        whole.load()
    assert os.listdir(tmp_path) == [os.path.basename(path)]


def test_one_film_many_times(tiny_model: Path, tmp_path: Path) -> None:
    (one,) = draw(tmp_path, 1)
    out = tmp_path / "out"
    words = ("--model", tiny_model, "--explain", out, "--workers", "4")
    status, said, err = run(*words, *[one] * 60)
    assert (status, said.count(b"\n"), err) == (0, 60, b"")
    assert len(os.listdir(out)) == 1


def test_a_full_disk_keeps_no_half_picture(tiny_model: Path, tmp_path: Path) -> None:
    (one,) = draw(tmp_path, 1)
    out = tmp_path / "out"
    command = 'ulimit -f 8; exec "$0" -m edge_runtime "$@"'  # of 512 or 1,024 bytes each
    words = [sys.executable, "--model", tiny_model, "--explain", out, one]
    done = subprocess.run(["sh", "-c", command, *map(str, words)], capture_output=True, cwd=ROOT)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(f"edge-infer: error: {out} cannot be written: ".encode())
    assert done.stderr.count(b"\n") == 1 and os.listdir(out) == []

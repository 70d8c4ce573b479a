"""The comparison trains what is at hand, counts the rest, and refuses before it trains."""

from __future__ import annotations

import inspect
import itertools
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.text import Annotation

from edge_runtime.errors import DataError
from training import compare as module
from training import compare_report as report
from training.backbones import check_backbone
from training.begin import Run, films_and_folds
from training.compare import STUDENTS, TEACHERS, compare
from training.compare_report import Compared, Comparison, compare_plot, compare_text
from training.members import Trainer
from workshop.phantoms import write_set
from workshop.plotting.style import STYLE, new_figure
from workshop.presets import Preset, read_preset
from workshop.records import Film, Fold, Interval
from workshop.records_io import load

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    write_set(folder, 60, 5)
    return folder


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = (ROOT / "presets" / "demo.toml").read_text()
    for old, new in (("input_size = 128", "input_size = 64"), ("folds = 4", "folds = 2"),
                     ("epochs = 8", "epochs = 1"), ("epochs = 12", "epochs = 1")):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    path = tmp_path_factory.mktemp("preset") / "small.toml"
    path.write_text(text)
    return path


@pytest.fixture
def fixed(preset: Path) -> Preset:
    """Not deterministic: TensorFlow takes that only before it has done anything."""
    return replace(read_preset(preset), deterministic=False)


MACHINE = {"cpu": "A processor", "cores": 2}


def test_a_small_comparison(preset: Path, films: Path, tmp_path: Path) -> None:
    out = tmp_path / "compare"
    words = ("compare", preset, "--data", films, "--out", out, "--teacher", "none",
             "--student", "MobileNet:0.25", "--student", "MobileNetV2:0.35")  # fmt: skip
    command = [sys.executable, "-m", "training", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "2 of 2: student MobileNetV2:0.35" in done.stderr.splitlines()
    found = load(out / "compare.json", Comparison).networks
    assert {(one.role, one.network) for one in found} == {
        ("student", "MobileNet:0.25"), ("student", "MobileNetV2:0.35")}  # fmt: skip
    for one in found:
        assert one.auroc and 0.0 <= one.auroc.low <= one.auroc.value <= one.auroc.high <= 1.0
        assert one.films_per_second and one.films_per_second > 0
        assert one.films == 30 and set(one.weights.values()) == {"random"}
    assert (out / "compare.md").read_text() == done.stdout
    assert (out / "plots" / "compare.png").read_bytes().startswith(b"\x89PNG")
    kept = {path.relative_to(out / "checkpoints").as_posix()
            for path in (out / "checkpoints").rglob("*.npz")}  # fmt: skip
    assert kept == {f"student-{name}/fold0-plain.npz" for name in
                    ("MobileNet-0.25", "MobileNetV2-0.35")}  # fmt: skip
    again = subprocess.run([*command, "--resume"], cwd=ROOT, capture_output=True, text=True)
    assert again.returncode == 0 and again.stdout == done.stdout, again.stderr
    assert "loss" not in again.stderr  # nothing was trained a second time


def test_what_is_not_at_hand_is_counted_and_not_trained(
    films: Path, fixed: Preset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The download is stood in for: no test may open a connection."""
    real = keras.applications.MobileNet

    def offline(*, weights: str | None, **options: Any) -> keras.Model:
        if weights:
            raise Exception("URL fetch failure: no route to host")
        return real(weights=None, **options)

    offline.__signature__ = inspect.signature(real)  # type: ignore[attr-defined]
    monkeypatch.setattr(keras.applications, "MobileNet", offline)
    at_hand = tmp_path / "weights"
    at_hand.mkdir()
    body = real(weights=None, include_top=False, input_shape=(64, 64, 3), alpha=0.25)
    body.save_weights(at_hand / "mobilenet_0.25_224_notop.weights.h5")
    asked = replace(
        fixed,
        teacher=replace(fixed.teacher, weights="imagenet"),
        student=replace(fixed.student, weights="imagenet"),
    )
    run = Run(asked, films, tmp_path / "out", at_hand)
    found = compare(run, ["MobileNet:0.5+MobileNet:0.25"], ["MobileNet:0.5", "MobileNet:0.25"], 1)
    assert [one.network for one in found] == [
        "MobileNet:0.5+MobileNet:0.25", "MobileNet:0.25", "MobileNet:0.5"]  # fmt: skip
    pair, small, absent = found
    assert small.auroc and small.films_per_second
    assert small.weights == {"MobileNet:0.25": "imagenet (mobilenet_0.25_224_notop.weights.h5)"}
    for one in (pair, absent):
        assert one.auroc is None and one.films_per_second is None
        assert one.weights["MobileNet:0.5"] == "not at hand"
        assert one.parameters > 800_000 and one.multiply_adds > 10_000_000
    assert [path.name for path in (run.out / "checkpoints").iterdir()] == ["student-MobileNet-0.25"]
    text = (run.out / "compare.md").read_text()
    assert "1 of 3 networks were measured; the others' pretrained weights are not at hand." in text
    assert "MobileNet:0.5: not at hand; MobileNet:0.25: imagenet (" in text
    assert list(load(run.out / "compare.json", Comparison).networks) == found


def test_a_network_is_measured_on_the_folds_own_films(
    films: Path, fixed: Preset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a trainer that knows the labels of exactly what each fold holds back."""
    jobs: list[Any] = []

    class Knowing(Trainer):
        def train(self, made: Any, role: str, job: Any, trial: str = "") -> None:
            jobs.append((role, self.preset, job))
            made.networks[role] = keras.Sequential()
            made.history.extend({"films_per_second": pace} for pace in (1.0, 4.0, 7.0))

    def logits(network: Any, pixels: Any, held: Any) -> Any:
        return np.array([1.0 if known[i].label == "covid" else 0.0 for i in held])

    known, folds = films_and_folds(Run(fixed, films, tmp_path / "out"))
    monkeypatch.setattr(module, "Trainer", Knowing)
    monkeypatch.setattr(module, "logits", logits)
    (one,) = compare(Run(fixed, films, tmp_path / "out"), ["MobileNet:0.25"], [], 2)
    assert one.auroc == Interval(1.0, 1.0, 1.0) and one.films_per_second == 4.0
    assert one.films == sum(len(fold.validation) for fold in folds)
    assert [job.number for _, _, job in jobs] == [0, 1]
    for (role, own, job), fold in zip(jobs, folds, strict=True):
        assert role == "teacher" and own.teacher.backbones == ("MobileNet:0.25",)
        assert own.teacher == replace(fixed.teacher, backbones=("MobileNet:0.25",))
        assert set(job.held) == set(fold.validation) and not set(job.held) & set(job.train)


@pytest.mark.parametrize(
    ("teachers", "students", "folds", "words"),
    [
        (["NoSuchNet"], [], 1, "no network 'NoSuchNet'"),
        (["VGG19+"], [], 1, "no network ''"),
        (["VGG19+VGG19"], [], 1, "VGG19\\+VGG19 names a backbone twice"),
        ([], ["MobileNet+VGG19"], 1, "a student is one network"),
        ([], [], 1, "at least one network"),
        ([], ["MobileNet"], 3, "1 to 2 folds"),
        ([], ["InceptionV3"], 1, "InceptionV3 at 64 pixels: Input size must be at least 75"),
    ],
)
def test_a_wrong_comparison_is_one_line_and_leaves_no_run(
    teachers: list[str], students: list[str], folds: int, words: str,
    films: Path, fixed: Preset, tmp_path: Path,
) -> None:  # fmt: skip
    with pytest.raises(DataError, match=words) as caught:
        compare(Run(fixed, films, tmp_path / "out"), teachers, students, folds)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out" / "run.json").exists()


def test_maps_that_cannot_be_joined_are_refused_before_anything_is_trained(
    films: Path, fixed: Preset, tmp_path: Path
) -> None:
    run = Run(replace(fixed, input_size=96), films, tmp_path / "out")
    with pytest.raises(DataError, match="MobileNet:0.25, InceptionV3 have feature maps of differ"):
        compare(run, ["MobileNet:0.25", "MobileNet:0.25+InceptionV3"], [], 1)
    assert {path.name for path in run.out.iterdir()} == {"cache"}


def test_every_default_is_a_network() -> None:
    for name in (*TEACHERS, *STUDENTS):
        for spec in name.split("+"):
            check_backbone(spec)
    assert TEACHERS[0] == "VGG19+ResNet50V2" and STUDENTS[0] == "MobileNetV2"  # the paper's


def made(role: str, network: str, area: float | None, cost: float = 300.0) -> Compared:
    interval = None if area is None else Interval(area, area - 0.05, min(1.0, area + 0.05))
    return Compared(role, network, interval, 4, 1_234_567, round(cost * 1e6),
                    None if area is None else 12.34, {network: "random"})  # fmt: skip


def test_the_table_says_what_it_is_of(fixed: Preset) -> None:
    known = [Film(f"{n}.png", ("covid", "normal")[n % 2], "s", ("a", "b")[n % 2], f"g{n}")
             for n in range(8)]  # fmt: skip
    folds = [Fold("fold0", (2, 3, 4, 5, 6, 7), (0, 1))]
    found = [made("teacher", "VGG19", 0.9), made("student", "MobileNet", None)]
    lines = compare_text(fixed, known, folds, found, MACHINE).splitlines()
    assert lines[2].startswith("1 of 2 networks were measured; the others'")
    assert lines[6] == ("| teacher | VGG19 | 0.900 (0.850 to 0.950) | 4 | 1,234,567 | 300.0 M "
                        "| 12.3 | random |")  # fmt: skip
    assert lines[7] == ("| student | MobileNet | not measured | 4 | 1,234,567 | 300.0 M "
                        "| not measured | random |")  # fmt: skip
    text = "\n".join(lines)
    for words in ("Films: 4 covid of a, 4 normal of b.", "1 of 2 folds: 1 covid of a, 1 norm",
                  "teachers 1 epochs at 0.003, students 1 at", "different hospitals", "too good",
                  "not a medical device"):  # fmt: skip
        assert words in text
    assert "trained on as well" not in text
    leaking = [Fold("fold0", (0, 2, 3, 4, 5, 6, 7), (0, 1))]
    assert "**50.0% of the validation films are trained" in compare_text(
        fixed, known, leaking, found, MACHINE
    )


def test_no_name_in_the_plot_covers_another(tmp_path: Path) -> None:
    found = [made("teacher", name, 0.9 + n / 1000, 20_000) for n, name in enumerate(TEACHERS)]
    found += [made("student", name, 0.901, 300) for name in STUDENTS]
    with mpl.rc_context(STYLE):
        figure, (axes,) = new_figure(8.4, 4.6)
        axes.set_xscale("log")
        axes.set_ylim(0.85, 0.95)
        report._name_points(axes, found)
        figure.draw_without_rendering()
    names = [text for text in axes.texts if isinstance(text, Annotation)]
    assert {text.get_text() for text in names} == {*TEACHERS, *STUDENTS}
    heights = sorted(text.xyann[1] for text in names)
    assert heights[0] >= 0 and heights[-1] <= 1
    line = 8.5 / 72 * figure.dpi / axes.get_window_extent().height  # of letters
    assert all(above - below > line for below, above in itertools.pairwise(heights))
    compare_plot(tmp_path / "a.png", found)
    compare_plot(tmp_path / "b.png", [made("student", "MobileNet", None)])
    assert (tmp_path / "a.png").stat().st_size > (tmp_path / "b.png").stat().st_size > 1000

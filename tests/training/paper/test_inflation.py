"""Oversampling before the split: paired film by film, and side by side where it cannot be."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sklearn.metrics import roc_auc_score

from edge_runtime.errors import DataError, RunError
from tests.training.paper.cases import PRESET, ROOT, USUAL, made
from training.paper.inflation import Inflation, compare, write_inflation
from training.paper.inflation_text import inflation_text
from training.paper.pairs import FIGURES, PairedFilm, paired_figures, paired_films
from training.paper.tables import PaperResult
from training.predictions import write_predictions
from workshop.presets import Preset
from workshop.records import FilmPrediction
from workshop.records_io import load, save

EVIDENCE = ROOT / "docs" / "evidence" / "paper"
BEFORE, AFTER = "before_split", "after_split"


def reading(which: str, preset: Preset = PRESET) -> Preset:
    assert preset.paper is not None
    oversample: Any = which
    return replace(preset, name=which, paper=replace(preset.paper, oversample=oversample))


def run_of(folder: Path, which: str, wrong: dict[str, int] = USUAL, leak: float = 0.0,
           preset: Preset = PRESET) -> Path:  # fmt: skip
    save(folder / which / "paper.json", made(wrong, leak=leak, preset=reading(which, preset)))
    return folder / which


def test_without_film_by_film_scores_the_intervals_stand_side_by_side(tmp_path: Path) -> None:
    before = run_of(tmp_path, BEFORE, {"teacher": 0, "plain": 8, "student": 9}, 0.4)
    after = run_of(tmp_path, AFTER, {"teacher": 20, "plain": 9, "student": 8})
    text = inflation_text(compare(before, after))
    assert "40.0% oversampled before the split, 0.0% after it" in text
    assert "Not paired, since before_split has no predictions.csv" in text
    verdicts = {line.split("|")[1].strip(): line.split("|")[-2].strip()
                for line in text.splitlines() if line.startswith("| ")}  # fmt: skip
    assert verdicts == {"network": "an inflation", "teacher": "is shown", "plain": "is not shown",
                        "student": "is not shown"}  # fmt: skip


def test_two_runs_that_are_no_pair_are_refused(tmp_path: Path) -> None:
    before, after = run_of(tmp_path, BEFORE), run_of(tmp_path, AFTER)
    with pytest.raises(RunError, match="name a run with before_split"):
        compare(after, before)
    with pytest.raises(RunError, match=r"no paper\.json"):
        compare(before, tmp_path)
    longer = replace(PRESET, seed=2, student=replace(PRESET.student, epochs=99), note="other")
    other = run_of(tmp_path / "other", AFTER, preset=longer)
    with pytest.raises(RunError, match=r"differ in student\.epochs, seed as well"):
        compare(before, other)
    for run, index in ((before, "one"), (after, "another")):
        result = load(run / "paper.json", PaperResult)
        save(run / "paper.json", replace(result, data_fingerprint=index))
    with pytest.raises(RunError, match="of other films"):
        compare(before, after)


def row(network: str, path: str, group: str, fold: int, logit: float) -> FilmPrediction:
    label = "covid" if path.startswith("c") else "normal"
    return FilmPrediction(path, label, "a", group, "out_of_fold", network, f"fold{fold}", logit,
                          0.5)  # fmt: skip


def test_copies_are_one_film_and_a_group_in_two_folds_is_shared(tmp_path: Path) -> None:
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    write_predictions(first, [
        row("plain", "c1", "g1", 0, 1.0), row("plain", "c1", "g1", 1, 3.0),  # a copy each
        row("plain", "c2", "g2", 0, 5.0), row("plain", "c2", "g2", 0, 5.0),  # both in one fold
        row("plain", "c3", "g3", 0, 1.0), row("plain", "c4", "g3", 1, 2.0),  # a patient in two
        row("plain", "n1", "g4", 1, -1.0), row("plain", "n9", "g9", 1, -1.0),
        replace(row("plain", "c2", "g2", 1, 9.0), role="holdout"),
    ])  # fmt: skip
    films = ("c1", "g1"), ("c2", "g2"), ("c3", "g3"), ("c4", "g3"), ("n1", "g4"), ("n2", "g5")
    write_predictions(second, [row("plain", path, group, 0, 0.5) for path, group in films])
    found = {film.path: film for film in paired_films(first, second)["plain"]}
    assert set(found) == {"c1", "c2", "c3", "c4", "n1"}  # n2, n9: in one run only
    assert found["c1"] == PairedFilm("c1", "g1", True, True, 1.0, 0.5)
    assert found["c2"] == PairedFilm("c2", "g2", True, False, 5.0, 0.5)
    assert found["c3"].shared and found["c4"].shared and not found["n1"].shared
    assert not found["n1"].positive
    write_predictions(second, [row("plain", "c1", "other", 0, 0.5)])
    with pytest.raises(DataError, match="label or group of c1"):
        paired_films(first, second)
    write_predictions(second, [row("plain", "c7", "g7", 0, 0.5)])
    with pytest.raises(DataError, match="no film in common"):
        paired_films(first, second)
    second.write_text("path,label\nc1,covid\n")
    with pytest.raises(DataError, match="not as training writes it"):
        paired_films(first, second)


def drawn(gain: Callable[[bool], float], count: int = 120, spread: float = 1.0) -> list[PairedFilm]:
    """Positives, every other one shared, and as many normals; `gain(shared)` is the leak's."""
    rng = random.Random(4)
    films = []
    for n in range(2 * count):
        positive, shared = n < count, n < count and n % 2 == 0
        logit = rng.gauss(0.6 if positive else -0.6, spread)
        before = logit + rng.gauss(0, 0.1) + (gain(shared) if positive else 0.0)
        films.append(PairedFilm(f"{n}", f"g{n}", positive, shared, before, logit))
    return films


def test_figures_are_scikit_learn_s_areas() -> None:
    films = drawn(lambda shared: 0.5 * shared)
    found = {one.figure: one.interval for one in paired_figures("plain", films, seed=1)}
    assert list(found) == list(FIGURES)

    def area(run: str, keep: Callable[[PairedFilm], bool]) -> float:
        kept = [film for film in films if keep(film)]
        return float(
            roc_auc_score([film.positive for film in kept], [getattr(film, run) for film in kept])
        )

    def gap(run: str) -> float:
        shared = area(run, lambda film: film.shared or not film.positive)
        return shared - area(run, lambda film: not (film.shared and film.positive))

    everything = area("before", lambda _: True) - area("after", lambda _: True)
    assert found["before_less_after"].value == pytest.approx(everything)
    assert found["shared_less_others"].value == pytest.approx(gap("before"))
    assert found["control"].value == pytest.approx(gap("after"))
    assert found["beyond_control"].value == pytest.approx(gap("before") - gap("after"))
    assert all(one.low < one.value < one.high for one in found.values())


@pytest.mark.parametrize(
    ("gain", "shown"),
    [
        (lambda shared: 1.0 * shared, {"before_less_after", "shared_less_others",
                                       "beyond_control"}),
        (lambda shared: 0.0, set()),
        (lambda shared: -1.0 * shared, set()),
    ],
)  # fmt: skip
def test_an_inflation_is_shown_by_an_interval_above_zero(
    gain: Callable[[bool], float], shown: set[str]
) -> None:
    found = paired_figures("plain", drawn(gain), seed=1)
    assert {one.figure for one in found if one.inflated} - {"control"} == shown


def test_films_that_are_easy_anyway_are_no_inflation_beyond_the_control() -> None:
    easy = [replace(film, before=film.before + 2.0 * film.shared,
                    after=film.after + 2.0 * film.shared)
            for film in drawn(lambda shared: 0.0)]  # fmt: skip
    found = {one.figure: one for one in paired_figures("plain", easy, seed=1)}
    assert found["shared_less_others"].inflated
    assert not found["beyond_control"].inflated and not found["before_less_after"].inflated


def scored(run: Path, boost: float) -> None:
    """Four folds; every third positive is copied to the next fold and scored there too."""
    rng, rows = random.Random(3), []
    for network in USUAL:
        for n in range(160):
            path, group = ("c" if n % 2 else "n") + str(n), f"g{n}"
            copied = path[0] == "c" and n % 3 == 0
            logit = rng.gauss(0.5 if path[0] == "c" else -0.5, 1.0) + boost * copied
            rows.append(row(network, path, group, n % 4, logit))
            if boost and copied:
                rows.append(row(network, path, group, (n + 1) % 4, logit))
    write_predictions(run / "predictions.csv", rows)
    lines = [f"{network},{fold},{epoch},1,{0.5 + epoch / 10},1" for network in USUAL
             for fold in ("fold0", "fold1") for epoch in (1, 2, 3)]  # fmt: skip
    (run / "history.csv").write_text(
        "network,fold,epoch,loss,val_auroc,seconds\n" + "\n".join(lines) + "\n"
    )


def test_the_command_pairs_and_writes_only_where_it_is_told(tmp_path: Path) -> None:
    before, after = run_of(tmp_path, BEFORE, leak=0.3), run_of(tmp_path, AFTER)
    scored(before, 2.0)
    scored(after, 0.0)
    there = sorted(tmp_path.rglob("*"))
    command = [sys.executable, "-m", "training", "inflation", str(before), str(after)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert sorted(tmp_path.rglob("*")) == there
    assert "each of 160 films once" in done.stdout
    assert "of 80 positives the first run trained on 27 as well" in done.stdout
    shown = [line for line in done.stdout.splitlines() if "| is shown |" in line]
    assert len(shown) == 9  # three networks, three figures
    told = subprocess.run(
        [*command, "--out", str(tmp_path / "out")], cwd=ROOT, capture_output=True, text=True
    )
    assert told.returncode == 0 and told.stdout == done.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "inflation.md", "inflation.json", "inflation.png"
    }  # fmt: skip
    found = load(tmp_path / "out" / "inflation.json", Inflation)
    assert inflation_text(found) == done.stdout
    assert (tmp_path / "out" / "inflation.md").read_text().startswith(done.stdout)
    assert (tmp_path / "out" / "inflation.png").read_bytes().startswith(b"\x89PNG")


def test_what_was_not_trained_or_not_there_is_not_measured(tmp_path: Path) -> None:
    fewer = replace(PRESET, split=replace(PRESET.split, trained=4))
    before = run_of(tmp_path, BEFORE, preset=fewer)
    after = run_of(tmp_path, AFTER, preset=fewer)
    scored(before, 2.0)
    scored(after, 0.0)
    assert "not every fold was trained" in inflation_text(compare(before, after))
    alone = [replace(film, shared=film.positive) for film in drawn(lambda shared: 0.0)]
    found = replace(
        compare(before, after), figures=tuple(paired_figures("plain", alone, seed=1)),
        films=dict.fromkeys(("films", "groups", "positives", "shared_positives"), 1),
    )  # fmt: skip
    assert inflation_text(found).count("| not measured | not measured |") == 3


def test_the_readme_s_table_is_what_the_command_prints() -> None:
    runs = [EVIDENCE / name for name in ("paper-2core-before-split", "paper-2core")]
    printed = inflation_text(compare(*runs))
    assert printed in (EVIDENCE / "README.md").read_text()


def test_a_handful_of_positives_is_not_measured() -> None:
    """Nine shared positives are too few to say anything of, ten are not."""
    for shared, measured in ((9, False), (10, True)):
        films = [
            replace(film, shared=film.positive and n < shared)
            for n, film in enumerate(drawn(lambda _: 0.0))
        ]
        found = {one.figure: one.interval for one in paired_figures("plain", films, seed=1)}
        assert math.isnan(found["beyond_control"].value) is not measured
        assert not math.isnan(found["before_less_after"].value)


def test_the_committed_comparison_is_what_the_code_makes_of_the_runs(tmp_path: Path) -> None:
    runs = [EVIDENCE / f"leak-{which}-split" for which in ("before", "after")]
    found = compare(*runs)
    write_inflation(tmp_path, found, inflation_text(found), *runs)
    committed = EVIDENCE / "inflation" / "inflation.md"
    assert (tmp_path / "inflation.md").read_bytes() == committed.read_bytes(), (
        "run python -m training inflation on the two, with --out docs/evidence/paper/inflation"
    )
    assert any(one.figure == "beyond_control" and one.inflated for one in found.figures)

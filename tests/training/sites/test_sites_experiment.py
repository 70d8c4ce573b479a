"""Sites held out in turn, on phantoms: whole, taken up again, and as a page."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from edge_runtime.errors import RunError
from training.begin import Run
from training.sites.experiment import run_sites
from training.sites.records import SitesResult
from training.sites.report import rewrite_pages, sites_text
from workshop.phantoms import write_set
from workshop.presets import (
    AugmentPreset,
    DataPreset,
    NetworkPreset,
    Preset,
    SitesPreset,
    SplitPreset,
)
from workshop.records import Interval
from workshop.records_io import load

NET = NetworkPreset(backbones=("MobileNet:0.25",), weights="random", epochs=1, batch=8,
                    films_per_epoch=16)  # fmt: skip
PRESET = Preset(
    "held-out", "1", NET, NET, input_size=64, deterministic=False,
    augment=AugmentPreset("none"), data=DataPreset(min_site_films=5),
    split=SplitPreset(folds=2), sites=SitesPreset((("alder",), ("birch",)), "cedar", "dune"),
)  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, SitesResult]:
    folder = tmp_path_factory.mktemp("sites")
    write_set(folder / "films", 120, 3)
    run = Run(PRESET, folder / "films", folder / "run")
    return run, run_sites(run)


def test_every_trial_is_there_with_both_networks(whole: tuple[Run, SitesResult]) -> None:
    run, result = whole
    names = [one.name for one in result.trials]
    assert names == ["pair-alder", "pair-birch", "matrix-alder", "matrix-birch"]
    assert load(run.out / "sites.json", SitesResult).trials == result.trials
    for trial in result.trials:
        assert set(trial.at_home) == {"teacher", "student"}
        both = trial.kind == "matrix"
        tested = {one.covid for one in trial.tests}
        assert tested == ({"alder", "birch"} if both else {trial.name.removeprefix("pair-")})
        for test in trial.tests:
            assert test.against == "normal of dune"
            assert 0 < test.report.positives < test.report.films
            assert set(test.report.sites) == {f"{test.covid}/covid", "dune/normal"}
    pair = result.trials[0]
    assert not any(cell.endswith((" of alder", " of dune")) for cell in pair.films)
    student = next(one for one in pair.tests if one.network == "student")
    assert student.report.threshold == pair.threshold
    assert student.called.value == pytest.approx(1 - student.report.specificity.value)


def test_a_stopped_experiment_goes_on_with_what_is_left(whole: tuple[Run, SitesResult]) -> None:
    run, result = whole
    again = replace(run, out=run.out.with_name("again"), resume=True)
    shutil.copytree(run.out, again.out)
    gone = again.out / "trials" / "pair-birch.json"
    kept = again.out / "trials" / "pair-alder.json"
    before = kept.stat().st_mtime_ns
    gone.unlink()
    assert run_sites(again).trials == result.trials  # from the checkpoints, to the last digit
    assert gone.is_file() and kept.stat().st_mtime_ns == before
    with pytest.raises(RunError, match="--resume"):
        run_sites(replace(again, resume=False))


def test_the_page_says_what_is_shown_and_what_is_not(whole: tuple[Run, SitesResult]) -> None:
    run, result = whole
    page = (run.out / "sites.md").read_text()
    assert page == sites_text(result)
    assert "Both classes were trained on at" in page and "mean over 2 pairs" in page
    assert "Not run." in page and "Not measured: no tested site holds both" in page
    gain = Interval(0.1, 0.02, 0.2)
    trials = tuple(replace(one, student_less_teacher=gain) for one in result.trials)
    assert sites_text(replace(result, trials=trials)).count("the student is better") == 2
    none = tuple(
        replace(one, student_less_teacher=Interval(0.1, -0.01, 0.2)) for one in result.trials
    )
    assert sites_text(replace(result, trials=none)).count("no gain is shown") == 2
    # A trial whose sites give one class each is told so.
    cells = {"covid of a": 9, "normal of b": 9}
    apart = tuple(replace(one, films=cells) for one in result.trials)
    told = "No site that was trained on gave both classes."
    assert told not in page and told in sites_text(replace(result, trials=apart))


def test_pages_are_made_again_from_the_record(
    whole: tuple[Run, SitesResult], tmp_path: Path
) -> None:
    run, _ = whole
    shutil.copy(run.out / "sites.json", tmp_path)
    assert rewrite_pages(tmp_path).read_bytes() == (run.out / "sites.md").read_bytes()
    for name in ("pairs.png", "matrix.png"):
        ours = (tmp_path / "plots" / name).read_bytes()
        assert ours == (run.out / "plots" / name).read_bytes()
    assert json.loads((tmp_path / "sites.json").read_text())["schema"] == 1

"""Shortcuts that are planted are found by the audits, and none is found where there is none."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

from edge_runtime.errors import DataError
from training.audit_calibration import (
    ROLES,
    Calibration,
    Trial,
    gaps,
    judge_again,
    quantity,
    trial,
)
from training.audit_network import train_tiny
from training.audit_page import calibration_png, calibration_text, limits_table
from training.audit_phantoms import DRAWN, PLANTS, draw_films, letter_place, planted
from workshop.audits.rule import ABLE, ENOUGH, HALF, LIMITS, SHARED, VERSION
from workshop.evidence.scorer import FilmSet
from workshop.records_io import as_json, load, save

PAGE = Path(__file__).resolve().parents[2] / "docs" / "evidence" / "audits"


@pytest.fixture(scope="module")
def committed() -> Calibration:
    return load(PAGE / "calibration.json", Calibration)


@pytest.fixture(scope="module")
def few() -> FilmSet:
    return draw_films(0, 24, 5, 64)


@pytest.fixture(scope="module")
def pool() -> tuple[FilmSet, FilmSet]:
    """Films to train on and, of other patients, to test on."""
    return draw_films(0, 300, 41, 64), draw_films(0, 300, 42, 64)


@pytest.mark.parametrize(
    ("plant", "expected"), [("none", "no shortcut found"), ("border", "confounded")]
)
def test_end_to_end(pool: tuple[FilmSet, FilmSet], plant: str, expected: str) -> None:
    train, test = pool
    scorer = train_tiny(planted(train, plant, 1), 1, epochs=12)
    turned = planted(test, plant, 2, turned=True)
    done = trial(scorer, planted(test, plant, 2), turned, plant, "check", 1)
    assert done.report.verdict == expected, done.report.reasons
    assert done.report.auroc.low > 0.9
    assert (done.turned.high < 0.5) == (plant == "border")


def test_only_covid_films_are_planted(few: FilmSet) -> None:
    normal = few.labels == 0
    for plant in set(PLANTS) - set(DRAWN) - {"letter on most"}:
        done = planted(few, plant, 1).pixels
        assert np.array_equal(done[normal], few.pixels[normal]), plant
        assert (done[~normal] != few.pixels[~normal]).any(axis=(1, 2)).all(), plant
    for plant in DRAWN:
        assert planted(few, plant, 1) is few
    with pytest.raises(DataError, match="no shortcut 'x'"):
        planted(few, "x", 1)


def test_a_shortcut_turned_round_is_on_normal_films(few: FilmSet) -> None:
    done = planted(few, "border", 1, turned=True).pixels
    changed = (done != few.pixels).any(axis=(1, 2))
    assert np.array_equal(changed, few.labels == 0)


def test_a_letter_on_most_is_on_some_normal_films() -> None:
    films = draw_films(0, 240, 5, 16)
    done = planted(films, "letter on most", 3).pixels
    bears = (done[:, letter_place(16)] == 240).all(axis=1)
    assert 0.7 < bears[films.labels == 1].mean() < 0.9
    assert 0.1 < bears[films.labels == 0].mean() < 0.3


def test_drawn_shortcuts() -> None:
    apart = draw_films(0, 60, 5, 32, "hospital").films
    homes = [{film.site for film in apart if film.label == label} for label in ("covid", "normal")]
    assert len(homes[0]) == 2 and len(homes[1]) == 3 and not homes[0] & homes[1]
    own, stamped = draw_films(0, 24, 5, 64), draw_films(0, 24, 5, 64, "stamp")
    changed = (own.pixels != stamped.pixels).any(axis=(1, 2))
    assert 0 < changed.sum() < 24  # half of the films had or had not the stamp before
    with pytest.raises(DataError, match="multiples of 12"):
        draw_films(0, 25, 5, 64)


def test_the_same_seed_trains_the_same_network(few: FilmSet) -> None:
    first, second = (train_tiny(few, 3, epochs=1).scores(few.pixels) for _ in range(2))
    assert np.allclose(first, second, atol=1e-5)
    assert not np.allclose(first, train_tiny(few, 4, epochs=1).scores(few.pixels), atol=1e-3)


def test_limits_are_those_of_the_calibration(committed: Calibration) -> None:
    assert committed.rule == VERSION
    assert committed.limits == {name: (limit.fails, limit.passes) for name, limit in LIMITS.items()}
    assert committed.gaps == gaps(committed.trials)


@pytest.mark.parametrize("role", ROLES)
def test_no_network_without_a_shortcut_reaches_a_limit(committed: Calibration, role: str) -> None:
    for gap in gaps(committed.trials, role):
        if gap.passes is not None:
            assert gap.clean < gap.passes, gap.measure


@pytest.mark.parametrize("name", ["border only", "lungs hidden", "corners masked"])
def test_the_shortcuts_that_a_measure_sees_lie_beyond_its_limit(
    committed: Calibration, name: str
) -> None:
    gap = next(one for one in committed.gaps if one.measure == name)
    assert gap.fails is not None
    assert len(gap.seen) >= 2
    assert all(low > gap.fails for low in gap.seen.values())


def test_networks_that_go_by_their_shortcut_are_confounded(committed: Calibration) -> None:
    # The rule does not see what they are worth where the shortcut is turned round.
    leaning = [one for one in committed.trials if one.turned.high < one.report.auroc.low - 0.02]
    assert len(leaning) > len(committed.trials) / 2
    assert {one.report.verdict for one in leaning} == {"confounded"}
    assert {one.verdict_by_masks for one in leaning} == {"confounded"}


def test_networks_that_checked_saw_other_films_and_had_other_seeds(
    committed: Calibration,
) -> None:
    seeds = [{one.seed for one in committed.trials if one.role == role} for role in ROLES]
    assert seeds[0] and seeds[1] and not seeds[0] & seeds[1]


@pytest.mark.parametrize("role", ROLES)
def test_without_a_shortcut_none_is_found(committed: Calibration, role: str) -> None:
    own = [one for one in committed.trials if one.plant == "none" and one.role == role]
    assert own and all(one.report.verdict == "no shortcut found" for one in own)


def test_judging_again_goes_by_the_measures_alone(committed: Calibration, tmp_path: Path) -> None:
    blurred = tuple(
        replace(one, report=replace(one.report, verdict="cannot tell", reasons=()))
        for one in committed.trials
    )
    save(tmp_path / "calibration.json", replace(committed, rule="?", trials=blurred))
    # As text: what was not measured is NaN, which equals nothing.
    assert as_json(judge_again(tmp_path)) == as_json(committed)
    assert (tmp_path / "calibration.json").read_text("utf-8") == as_json(committed)


def test_the_page_is_made_of_the_record(committed: Calibration) -> None:
    assert (PAGE / "calibration.md").read_text("utf-8") == calibration_text(committed)


def test_the_plot_shows_every_network(committed: Calibration) -> None:
    one = replace(committed, trials=committed.trials[:3])
    assert calibration_png(one).startswith(b"\x89PNG")
    assert len(calibration_png(one)) < len(calibration_png(committed))
    assert mpl.rcParams["text.parse_math"]  # the look is that of this plot alone


def test_gaps_are_between_the_worst_of_both_kinds(committed: Calibration) -> None:
    own = [one for one in committed.trials if one.role == "choose"]

    def of(one: Trial) -> float:
        return quantity(next(m for m in one.report.measures if m.name == "border only")).high

    found = next(gap for gap in gaps(own) if gap.measure == "border only")
    assert found.clean == max(of(one) for one in own if one.plant == "none")
    assert set(found.planted) == set(PLANTS) - {"none"}
    assert all(low > found.clean for low in found.seen.values())


def test_the_written_rule_has_the_numbers_of_the_code() -> None:
    text = (PAGE / "README.md").read_text("utf-8")
    assert limits_table() in text
    written = (
        f"Rule {VERSION}",
        f"above {ABLE:.2f}",
        f"{ENOUGH[0]} films of {ENOUGH[1]} groups",
        f"{SHARED} films of each class",
        f"{HALF:.0%} of each class",
    )
    assert not [one for one in written if one not in " ".join(text.split())]
    assert not re.search(r"\bTODO\b", text)

"""The rule is monotone, and says what it should of every kind of evidence."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop.audits.audit import CHANGES
from workshop.audits.rule import (
    LIMITS,
    Census,
    away_from_chance,
    judge,
    judge_probe,
    loss,
    verdict,
)
from workshop.evidence.records import AuditMeasure
from workshop.records import Interval

RANK = {"passes": 0, "told only": 0, "cannot tell": 1, "fails": 2}
WORSE = ("no shortcut found", "cannot tell", "confounded")
MANY = Census(300, 300, 150, 150, ("a", "b"), 1.0, 1.0)
GOOD = Interval(0.95, 0.93, 0.97)
NONE = Interval(0.0, -0.01, 0.01)
DECIDING = [name for name, limit in LIMITS.items() if limit.fails is not None]
LEFT = [name for name in DECIDING if LIMITS[name].what == "left"]
LOST = [name for name in DECIDING if LIMITS[name].what == "lost"]

ends = st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)).map(sorted)


def interval(three: list[float]) -> Interval:
    return Interval(three[1], three[0], three[2])


def measured(name: str, auroc: Interval, change: Interval = NONE) -> AuditMeasure:
    finding, why = judge(name, auroc, change)
    return AuditMeasure(name, "k", 600, 300, auroc, change, NONE, finding, why)


def clean() -> list[AuditMeasure]:
    chance = Interval(0.5, 0.46, 0.54)
    return [measured(name, chance if name in LEFT else GOOD) for name in LIMITS]


def test_every_change_has_a_limit_and_every_limit_a_change() -> None:
    assert [name for name, _, _ in CHANGES] == list(LIMITS)


@given(ends)
def test_distance_from_chance_is_the_same_on_both_sides(three: list[float]) -> None:
    one = interval(three)
    mirrored = Interval(1 - one.value, 1 - one.high, 1 - one.low)
    first, second = away_from_chance(one), away_from_chance(mirrored)
    assert first.low == pytest.approx(second.low)
    assert first.high == pytest.approx(second.high)
    assert 0 <= first.low <= first.value + 1e-12 <= first.high + 1e-12
    assert (first.low == 0) == (one.low <= 0.5 <= one.high)


@pytest.mark.parametrize("name", LEFT)
def test_occlusions(name: str) -> None:
    fails, passes = LIMITS[name].fails, LIMITS[name].passes
    assert fails is not None and passes is not None and fails <= passes
    for centre, wide, expected in (
        (0.5, 0.04, "passes"),
        (0.5 + fails + 0.05, 0.04, "fails"),
        (0.5 - fails - 0.05, 0.04, "fails"),
        (0.5 + fails, passes - fails, "cannot tell"),
        (0.5, passes + 0.1, "cannot tell"),
        (math.nan, math.nan, "cannot tell"),
    ):
        auroc = Interval(centre, centre - wide, centre + wide)
        assert judge(name, auroc, NONE)[0] == expected


@pytest.mark.parametrize("name", LOST)
def test_losses(name: str) -> None:
    most = LIMITS[name].fails
    assert most is not None and most == LIMITS[name].passes
    for change, expected in ((0.0, "passes"), (-most - 0.1, "fails"), (-most, "cannot tell"),
                             (0.3, "passes"), (math.nan, "cannot tell")):  # fmt: skip
        found = judge(name, GOOD, Interval(change, change - 0.02, change + 0.02))
        assert found[0] == expected
        assert f"{most:.2f}" in found[1]


def test_a_loss_is_a_change_turned_round() -> None:
    assert loss(Interval(-0.3, -0.4, -0.1)) == Interval(0.3, 0.1, 0.4)


@given(ends, st.floats(0, 0.5), st.sampled_from(DECIDING))
def test_a_worse_measure_never_has_a_better_finding(
    three: list[float], by: float, name: str
) -> None:
    # Upwards from chance for what is left, downwards for what is lost.
    one = interval([0.5 + end / 2 for end in three])
    if name in LEFT:
        better = judge(name, one, NONE)[0]
        worse = judge(name, Interval(one.value + by, one.low + by, one.high + by), NONE)[0]
    else:
        change = Interval(-one.value, -one.high, -one.low)
        better = judge(name, GOOD, change)[0]
        worse = judge(
            name, GOOD, Interval(change.value - by, change.low - by, change.high - by)
        )[0]  # fmt: skip
    assert RANK[worse] >= RANK[better]


@given(st.lists(st.sampled_from(["passes", "cannot tell", "fails", "told only"]), min_size=1),
       st.data(), st.booleans())  # fmt: skip
def test_a_worse_finding_never_makes_a_better_verdict(found, data, shared) -> None:  # type: ignore[no-untyped-def]
    facts = MANY if shared else replace(MANY, shared=(), shared_positives=0.0)
    one = clean()[0]
    measures = [replace(one, finding=finding) for finding in found]
    place = data.draw(st.integers(0, len(found) - 1))
    if found[place] == "told only":
        return
    worse = list(measures)
    worse[place] = replace(one, finding="cannot tell" if found[place] == "passes" else "fails")
    before, after = (verdict(facts, GOOD, those)[0] for those in (measures, worse))
    assert WORSE.index(after) >= WORSE.index(before)


def test_clean_measures_find_no_shortcut() -> None:
    found, reasons = verdict(MANY, GOOD, clean())
    assert found == "no shortcut found"
    assert str(len(DECIDING)) in reasons[0]


@pytest.mark.parametrize("name", DECIDING)
def test_one_failed_measure_is_enough(name: str) -> None:
    measures = clean()
    place = list(LIMITS).index(name)
    measures[place] = measured(name, Interval(0.95, 0.93, 0.97), Interval(-0.4, -0.45, -0.35))
    found, reasons = verdict(MANY, GOOD, measures)
    assert found == "confounded"
    assert len(reasons) == 1 and reasons[0].startswith(f"{name}: ")


def test_what_is_told_only_decides_nothing() -> None:
    told = [name for name in LIMITS if name not in DECIDING]
    measures = clean() + [measured(name, GOOD, Interval(-0.4, -0.45, -0.35)) for name in told]
    assert verdict(MANY, GOOD, measures)[0] == "no shortcut found"
    assert verdict(MANY, GOOD, [one for one in measures if one.name in told])[0] == "cannot tell"


@pytest.mark.parametrize(
    "census",
    [
        replace(MANY, positives=49),
        replace(MANY, negatives=49),
        replace(MANY, positive_groups=29),
        replace(MANY, negative_groups=29),
    ],
)
def test_few_films_tell_nothing_even_where_measures_fail(census: Census) -> None:
    failed = [measured(LEFT[0], GOOD)]
    assert verdict(MANY, GOOD, failed)[0] == "confounded"
    found, reasons = verdict(census, GOOD, failed)
    assert found == "cannot tell"
    assert "too few" in reasons[0]


@pytest.mark.parametrize(
    "auroc", [Interval(0.6, 0.5, 0.7), Interval(0.2, 0.1, 0.3), Interval(*[math.nan] * 3)]
)
def test_a_model_that_can_do_nothing_tells_nothing(auroc: Interval) -> None:
    assert verdict(MANY, auroc, clean())[0] == "cannot tell"


@pytest.mark.parametrize(
    "census",
    [
        replace(MANY, shared=(), shared_positives=0.0, shared_negatives=0.0),
        replace(MANY, shared_negatives=0.49),
        replace(MANY, shared_positives=0.02),
    ],
)
def test_hospitals_of_one_class_can_be_cleared_by_nothing(census: Census) -> None:
    probe = AuditMeasure("site of normals", "probe", 300, 0, GOOD, NONE, NONE,
                         *judge_probe(GOOD, 3))  # fmt: skip
    found, reasons = verdict(census, GOOD, [*clean(), probe])
    assert found == "cannot tell"
    assert "cannot be excluded" in reasons[0] and "0.950" in reasons[0]
    assert verdict(census, GOOD, [measured(LEFT[0], GOOD)])[0] == "confounded"


def test_a_probe_is_told_beside_its_chance() -> None:
    assert judge_probe(Interval(0.9, 0.8, 0.95), 4)[0] == "told only"
    assert "clearly above the 0.25" in judge_probe(Interval(0.9, 0.8, 0.95), 4)[1]
    assert "not clearly above the 0.25" in judge_probe(Interval(0.3, 0.2, 0.4), 4)[1]

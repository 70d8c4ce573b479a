"""Curves against results worked out by hand, with a model that looks at brightness alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.errors import DataError
from workshop.evidence.records import Curve
from workshop.evidence.scorer import FilmSet, Floats, Pixels
from workshop.evidence.statistics import wilson
from workshop.records import Film
from workshop.robustness.curves import chosen, curves
from workshop.robustness.perturb import PERTURBATIONS, Perturbation

SIDE = 16
BY_NAME = {one.name: one for one in PERTURBATIONS}
BRIGHTER = replace(BY_NAME["brightness"], levels=(-64, 0, 64, 200))
THRESHOLD = 130 / 255  # a score at the threshold is called covid: the last film of NORMAL
COVID, NORMAL = (200, 140, 100, 240), (20, 60, 110, 130)


@dataclass(frozen=True)
class Brightness:
    """A model whose score is the film's mean gray level."""

    seen: list[Pixels]
    size: int = SIDE

    def scores(self, pixels: Pixels, title: str = "") -> Floats:
        self.seen.append(pixels.copy())
        return np.asarray(pixels.mean(axis=(1, 2)) / 255)

    def features(self, pixels: Pixels, title: str = "") -> Floats | None:
        return None


def film_set(rows: Sequence[tuple[str, int, str]]) -> FilmSet:
    """Even films of (label, gray level, group)."""
    films = tuple(
        Film(f"{number:03d}.png", label, "here", "made", group)
        for number, (label, _, group) in enumerate(rows)
    )
    levels = np.array([level for _, level, _ in rows], np.uint8)
    return FilmSet(films, np.tile(levels[:, None, None], (1, SIDE, SIDE)))


def both(groups: int = 8) -> FilmSet:
    rows = [("covid", level) for level in COVID] + [("normal", level) for level in NORMAL]
    return film_set([(label, level, f"g{i % groups}") for i, (label, level) in enumerate(rows)])


def one_curve(
    films: FilmSet, one: Perturbation = BRIGHTER, *, limit: int = 300, seed: int = 1
) -> Curve:
    model = Brightness([])
    (found,) = curves(model, films, THRESHOLD, seed, limit=limit, perturbations=[one])
    return found


def test_brightness_moves_a_brightness_model_as_worked_out_by_hand() -> None:
    found = one_curve(both())
    assert (found.perturbation, found.clean, found.films) == ("brightness", 0, 8)
    by_level = {point.level: point for point in found.points}
    # 64 darker: 136, 76, 36, 176 against 0, 0, 46, 66; the 140 and the 130 are no longer called.
    # 64 lighter: 255, 204, 164, 255 against 84, 124, 174, 194; the 100 and the 110 are now.
    # 200 lighter: all are white but the darkest normal film, 220.
    expected = {
        -64: (14 / 16, 0.5, 1.0, 2), 0: (14 / 16, 0.75, 0.75, 0),
        64: (14 / 16, 1.0, 0.5, 2), 200: (10 / 16, 1.0, 0.0, 4),
    }  # fmt: skip
    for level, (auroc, sensitivity, specificity, flips) in expected.items():
        point = by_level[level]
        assert point.auroc.value == pytest.approx(auroc)
        assert (point.sensitivity.value, point.specificity.value) == (sensitivity, specificity)
        assert point.flips.value == flips / 8
        # Every film is a group of its own; where none or all are counted, Wilson's interval.
        assert flips > 0 or point.flips == wilson(0, 8)
        assert sensitivity < 1 or point.sensitivity == wilson(4, 4)


def test_one_class_has_no_auroc_and_all_else() -> None:
    found = one_curve(film_set([("covid", level, str(level)) for level in COVID]))
    for point in found.points:
        assert math.isnan(point.auroc.value) and math.isnan(point.auroc.low)
        assert math.isnan(point.specificity.value)
    assert [point.sensitivity.value for point in found.points] == [0.5, 0.75, 1, 1]
    assert [point.flips.value for point in found.points] == [0.25, 0, 0.25, 0.25]


@settings(max_examples=10)
@given(order=st.permutations(range(8)), seed=st.integers(0, 50))
def test_the_order_of_films_does_not_matter(order: list[int], seed: int) -> None:
    films = both(groups=5)
    noise = replace(BY_NAME["noise"], levels=(0, 32))
    first = one_curve(films, noise, limit=6, seed=seed)
    assert first == one_curve(films.take(order), noise, limit=6, seed=seed)


def test_copies_within_a_group_do_not_narrow_the_interval() -> None:
    rows = [(label, level, f"g{level}") for label, levels in (("covid", COVID), ("normal", NORMAL))
            for level in levels for _ in range(3)]  # fmt: skip
    alone = [(label, level, str(number)) for number, (label, level, _) in enumerate(rows)]
    single = one_curve(film_set(rows[::3])).points[0].auroc
    grouped, apart = (one_curve(film_set(each)).points[0].auroc for each in (rows, alone))
    assert grouped == single
    assert apart.high - apart.low < 0.8 * (grouped.high - grouped.low)


def test_a_film_has_one_key_at_all_levels_and_in_every_set() -> None:
    def dice(film: Pixels, level: float, rng: np.random.Generator) -> Pixels:
        return np.full_like(film, rng.integers(256))

    thrown = Perturbation("dice", "none", 0, (0, 1, 2), dice)
    model = Brightness([])
    films = both()
    curves(model, films, 0.5, 1, perturbations=[thrown, replace(thrown, name="others")])
    clean, one, two, other, _ = model.seen  # the films as they are are scored once
    assert np.array_equal(clean, films.pixels)
    assert np.array_equal(one, two) and not np.array_equal(one, other)
    assert len(np.unique(one)) > 4
    part = Brightness([])
    curves(part, films.take([2, 5]), 0.5, 1, perturbations=[thrown])
    assert np.array_equal(part.seen[1], one[[2, 5]])


@settings(max_examples=50)
@given(
    rows=st.lists(st.tuples(st.booleans(), st.integers(0, 12)), min_size=1, max_size=60),
    limit=st.integers(1, 40),
    seed=st.integers(0, 5),
)
def test_a_draw_takes_whole_groups_and_keeps_to_the_limit(
    rows: list[tuple[bool, int]], limit: int, seed: int
) -> None:
    films = film_set([("covid" if ill else "normal", 0, str(group)) for ill, group in rows])
    sizes = Counter(films.groups)
    if min(sizes.values()) > limit:
        with pytest.raises(DataError, match=f"at most {limit} films"):
            chosen(films, limit, seed)
        return
    places = chosen(films, limit, seed)
    taken = Counter(films.groups[place] for place in places)
    assert taken and all(sizes[group] == count for group, count in taken.items())
    assert len(places) <= limit and len(set(places.tolist())) == len(places)
    left = [count for group, count in sizes.items() if group not in taken]
    assert not left or min(left) + len(places) > limit  # nothing that would fit is left out


def test_a_draw_is_even_over_classes_as_long_as_there_are_films() -> None:
    rows = [("covid", 0, f"c{i // 2}") for i in range(200)]
    rows += [("normal", 0, f"n{i}") for i in range(40)]
    films = film_set(rows)
    few, many = (films.take(chosen(films, limit, 1)).labels for limit in (60, 100))
    assert (few.sum(), len(few)) == (30, 60)
    assert (many.sum(), len(many)) == (60, 100)  # all forty normal films
    assert not np.array_equal(chosen(films, 60, 1), chosen(films, 60, 2))


def test_progress_is_one_line_of_all_rounds(capsys: pytest.CaptureFixture[str]) -> None:
    model = Brightness([])
    curves(model, both(), THRESHOLD, 1, "curves", perturbations=[BRIGHTER])
    out, err = capsys.readouterr()
    assert not out and err.startswith("curves: 4 in ")

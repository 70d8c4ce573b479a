"""Phantoms: their truth is what it says, and they are hard enough to mean something."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from edge_runtime.errors import StorageError, UsageError
from workshop.evidence.statistics import auroc
from workshop.films import read_index
from workshop.phantoms import SITES, Phantom, draw, draw_set, files, write_set
from workshop.phantoms.plan import place

Floats = npt.NDArray[np.float64]
FILMS = 192


@pytest.fixture(scope="module")
def whole() -> list[Phantom]:
    return list(draw_set(FILMS, 5))


@pytest.fixture(scope="module")
def healthy(whole: list[Phantom]) -> list[Phantom]:
    """The same films without opacities; normal ones are drawn again only at the start."""
    return [
        draw(5, one.index, opacities=False) if one.label == "covid" or one.index < 24 else one
        for one in whole
    ]


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**31), st.integers(0, 20))
def test_sites_and_visits_tell_nothing_of_the_label(seed: int, start: int) -> None:
    cycle = 12 * len(SITES)
    places = [place(seed, index) for index in range(12 * start, 12 * start + cycle)]
    cells = Counter((one.site % len(SITES), one.visit, one.label) for one in places)
    for site, visit, _ in list(cells):
        assert cells[site, visit, "covid"] == cells[site, visit, "normal"]
    assert {site for site, _, _ in cells} == set(range(len(SITES)))
    patients = defaultdict(list)
    for one in places:
        patients[one.patient].append(one)
    for films in patients.values():
        assert [one.visit for one in films] == list(range(len(films))) and len(films) <= 3
        assert len({(one.label, one.site) for one in films}) == 1


def test_a_film_is_the_same_whatever_was_drawn_before(whole: list[Phantom]) -> None:
    for index in (7, 100):
        again = draw(5, index)
        assert again.image.tobytes() == whole[index].image.tobytes()
        assert again.lungs.tobytes() == whole[index].lungs.tobytes()
    assert draw(6, 7).image.tobytes() != whole[7].image.tobytes()
    assert len({one.image.tobytes() for one in whole}) == FILMS


def test_films_are_plausible_in_form(whole: list[Phantom]) -> None:
    for one in whole[:60]:
        height, width = one.image.shape
        assert one.image.dtype == np.uint8 and one.lungs.shape == one.image.shape
        assert 250 <= height <= 400 and 0.75 <= width / height <= 1.25
        assert 0.12 < one.lungs.mean() < 0.45
        parts, count = ndimage.label(one.lungs)
        sizes = np.sort(np.bincount(parts.ravel())[1:])[::-1]
        assert count >= 2 and sizes[:2].sum() > 0.97 * sizes.sum() and sizes[1] > 0.3 * sizes[0]
        assert (
            one.image[one.lungs].mean() < one.image[height // 3 :][~one.lungs[height // 3 :]].mean()
        )
    assert len({one.image.shape for one in whole}) > FILMS // 4


def test_opacities_lie_in_both_lungs_below_and_outside_and_nowhere_else(
    whole: list[Phantom], healthy: list[Phantom]
) -> None:
    low, outer, covid = [], [], 0
    for with_them, without in zip(whole, healthy, strict=True):
        changed = with_them.image.astype(int) - without.image
        if with_them.label == "normal":
            assert not changed.any()
            continue
        covid += 1
        near = ndimage.binary_dilation(with_them.lungs, iterations=8)
        assert np.abs(changed[~near]).max() <= 3  # only the lungs' soft edge, if anything
        assert changed.min() >= -1  # rounding
        rows, columns = np.nonzero(with_them.lungs)
        middle, height = int(np.median(columns)), rows.min() + np.ptp(rows) / 2
        for side in (columns < middle, columns >= middle):
            added = changed[rows[side], columns[side]]
            assert added.sum() > 0.5 * side.sum()  # at least half a gray level on average
            low.append(added[rows[side] > height].sum() / added.sum())
            far = np.abs(columns[side] - middle)
            outer.append(added[far > np.median(far)].sum() / added.sum())
    assert covid == FILMS // 2
    assert np.mean(low) > 0.6 and np.mean(outer) > 0.5


def test_label_and_site_can_be_chosen(whole: list[Phantom]) -> None:
    normal = next(one for one in whole if one.label == "normal")
    covid = draw(5, normal.index, label="covid")
    assert covid.label == "covid" and covid.patient == normal.patient
    assert draw(5, 3, site="dune").site == "dune"
    for wrong in ({"label": "flu"}, {"site": "nowhere"}):
        with pytest.raises(UsageError):
            draw(5, 3, **wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        draw(5, -1)


def test_a_planted_mark_tells_the_label_and_nothing_else_changes(whole: list[Phantom]) -> None:
    stamps = Counter((one.label, one.stamped) for one in whole)
    assert min(stamps.values()) > FILMS // 8 and len(stamps) == 4
    for one, tied in zip(whole, draw_set(36, 5, mark_tied_to_label=True), strict=False):
        assert tied.stamped == (tied.label == "covid")
        changed = tied.image != one.image
        assert changed.any() == (tied.stamped != one.stamped)
        assert changed.mean() < 0.03


def _features(one: Phantom) -> Floats:
    """How the gray values differ between cells of the lungs; brightness is taken out."""
    gray = one.image.astype(float)
    rows, columns = np.nonzero(one.lungs)
    middle = int(np.median(columns))
    level, spread = np.median(gray[one.lungs]), gray[one.lungs].std() + 1
    sides = []
    for side in (columns < middle, columns >= middle):
        y, x = rows[side], np.abs(columns[side] - middle)
        value = (gray[rows[side], columns[side]] - level) / spread
        cell = (y - y.min()) * 4 // (np.ptp(y) + 1) * 2 + x * 2 // (x.max() + 1)
        count = np.bincount(cell, minlength=8) + 1e-6
        mean = np.bincount(cell, value, 8) / count
        square = np.bincount(cell, value**2, 8) / count
        sides.append(np.r_[mean, np.sqrt(np.maximum(square - mean**2, 0))])
    return np.concatenate([*sides, np.minimum(*sides)])


def _classifier_auroc(features: Floats, labels: Floats, patients: list[str]) -> float:
    model = make_pipeline(StandardScaler(), RidgeClassifier(alpha=30.0))
    folds = GroupKFold(5)
    scores = cross_val_predict(
        model, features, labels, groups=patients, cv=folds, method="decision_function"
    )
    return auroc(labels, scores)


def test_they_are_hard_enough_to_mean_something(
    whole: list[Phantom], healthy: list[Phantom]
) -> None:
    labels = np.array([one.label == "covid" for one in whole], float)
    patients = [one.patient for one in whole]
    features = np.stack([_features(one) for one in whole])
    removed = np.stack([_features(one) for one in healthy])
    assert _classifier_auroc(features, labels, patients) >= 0.85
    shuffled = [
        _classifier_auroc(features, np.random.default_rng(seed).permutation(labels), patients)
        for seed in range(5)
    ]
    assert 0.4 <= np.mean(shuffled) <= 0.6
    assert _classifier_auroc(removed, labels, patients) <= 0.6
    brightness = auroc(labels, [one.image.mean() for one in whole])
    assert max(brightness, 1 - brightness) <= 0.75


def test_a_folder_is_what_training_reads_and_the_same_every_time(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    write_set(first, 14, 3)
    write_set(second, 14, 3)
    names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert len(names) == 29
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)
    films = read_index(first)
    for film, one in zip(films, draw_set(14, 3), strict=True):
        assert (film.label, film.site, film.group) == (one.label, one.site, one.patient)
        with Image.open(first / film.path) as image:
            assert image.mode == "L" and np.array_equal(np.asarray(image), one.image)
        with Image.open(first / film.path.replace("films/", "masks/")) as mask:
            assert np.array_equal(np.asarray(mask).astype(bool), one.lungs)


def test_a_set_is_replaced_and_anything_else_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "films"
    write_set(out, 3, 1)
    write_set(out, 2, 1)
    assert len(read_index(out)) == 2 and len(list((out / "films").iterdir())) == 2
    (out / "mine.txt").write_text("keep me")
    with pytest.raises(UsageError, match="other than phantoms"):
        write_set(out, 2, 1)
    real = tmp_path / "real"
    (real / "films").mkdir(parents=True)
    (real / "masks").mkdir()
    (real / "index.csv").write_text("path,label,source\nfilms/a.png,covid,hospital\n")
    with pytest.raises(UsageError):
        write_set(real, 2, 1)
    assert (out / "mine.txt").exists() and (real / "index.csv").exists()
    with pytest.raises(UsageError):
        write_set(tmp_path / "none", 0, 1)


@pytest.mark.parametrize("index", ["", "path,label,source\n"])
def test_an_index_of_nothing_makes_no_set_of_phantoms(tmp_path: Path, index: str) -> None:
    out = tmp_path / "mine"
    for part in ("films", "masks"):
        (out / part).mkdir(parents=True)
    (out / "index.csv").write_text(index)
    (out / "films" / "precious.txt").write_text("keep me")
    with pytest.raises(UsageError, match="other than phantoms"):
        write_set(out, 1, 1)
    assert (out / "films" / "precious.txt").read_text() == "keep me"


def test_a_film_put_beside_phantoms_is_not_lost(tmp_path: Path) -> None:
    out = tmp_path / "films"
    write_set(out, 2, 1)
    (out / "films" / "mine.png").write_bytes(b"keep me")
    with pytest.raises(UsageError, match="other than phantoms"):
        write_set(out, 2, 1)
    assert (out / "films" / "mine.png").read_bytes() == b"keep me"


def test_a_disk_that_fills_up_leaves_the_old_set_and_no_half_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "films"
    write_set(out, 2, 1)
    calls = iter([None, OSError(28, "No space left on device")])

    def save(*_: object) -> dict[str, str | int]:
        error = next(calls)
        if error is not None:
            raise error
        return {}

    monkeypatch.setattr(files, "_save", save)
    with pytest.raises(StorageError, match="disk is full"):
        write_set(out, 4, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["films"]
    assert len(read_index(out)) == 2

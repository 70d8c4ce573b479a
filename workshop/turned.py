"""The template of `edge_runtime.turned`: derived from upright films, tested on others."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge_runtime.pixels import open_film, resize
from edge_runtime.turned import BLOCKS, TURNS, blocks
from workshop.evidence.statistics import wilson
from workshop.films import read_index
from workshop.markdown import table
from workshop.progress import track
from workshop.provenance import data_fingerprint
from workshop.records import Film, Interval
from workshop.runs import write_atomic
from workshop.splits import deal_groups

__all__ = ["TurnedRecord", "derive", "page", "shares", "write"]

SIZE = 224
HELD = 0.3  # of the groups
MIXED = "mixed"  # a site of films from several: none of its films is known to be of another's
DECAY = 0.01  # of the weights, against chance in few films
LARGEST = 127  # weight
Grays = npt.NDArray[np.float64]
COMMAND = "python -m workshop turned --data FILMS --out docs/evidence"


@dataclass(frozen=True)
class Row:
    """What was said of one set of films, as they are and turned by hand."""

    what: str
    films: int
    false_alarms: Interval  # share of upright films said to be turned
    found: Interval  # share of turned films said to be turned, mean of the three turns
    right: Interval  # share of turned films said to be turned as they are


@dataclass(frozen=True)
class TurnedRecord:
    """The template's left half, and how it does."""

    half: tuple[tuple[int, ...], ...]
    trained: int  # films
    held: tuple[Row, ...]  # films of groups that the template was not derived from
    sites: tuple[Row, ...]  # each by a template derived from the other sites
    data: str
    schema: int = 1


def derive(data: Path) -> TurnedRecord:
    """Derive the template from a data folder's films and test it; raises `DataError`."""
    films = read_index(data)
    grays = _grays(data, films)
    held, kept = deal_groups(films, range(len(films)), [HELD, 1 - HELD], random.Random(1))
    half = _fit(grays, films, sorted(kept))
    rows = [_row("all", grays, half, sorted(held))]
    sites = sorted({film.site for film in films})
    apart = []
    for site in sites:
        here = [i for i in sorted(held) if films[i].site == site]
        rows.append(_row(site, grays, half, here))
        if site == MIXED:
            continue
        groups = {film.group for film in films if film.site == site}
        others = [
            i for i, film in enumerate(films) if film.group not in groups and film.site != MIXED
        ]
        inside = [i for i, film in enumerate(films) if film.site == site]
        apart.append(_row(site, grays, _fit(grays, films, others), inside))
    return TurnedRecord(half, len(kept), tuple(rows), tuple(apart), data_fingerprint(films))


def _grays(data: Path, films: Sequence[Film]) -> Grays:
    """Each film's blocks `[n, 8, 8]`, with mean 0 and deviation 1."""

    def of(film: Film) -> bytes:
        return blocks(resize(open_film(data / film.path), SIZE))

    with ThreadPoolExecutor(max_workers=2) as pool:
        raw = list(track(pool.map(of, films), "reading films", len(films)))
    grays = np.frombuffer(b"".join(raw), np.uint8).reshape(-1, BLOCKS, BLOCKS).astype(float)
    grays -= grays.mean((1, 2), keepdims=True)
    spread: Grays = grays.std((1, 2), keepdims=True)
    return grays / np.maximum(spread, 1e-9)


def _fit(grays: Grays, films: Sequence[Film], chosen: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The template that tells a film as it is from the same film turned, by logistic regression.

    A site weighs as the root of its films. Templates are mirror images of themselves, so that
    a mirrored film is no turned one.
    """
    from scipy.optimize import minimize

    seen = _halves(grays[list(chosen)])
    count: dict[str, int] = {}
    for i in chosen:
        count[films[i].site] = count.get(films[i].site, 0) + 1
    weight = np.array([count[films[i].site] ** -0.5 for i in chosen])
    weight /= weight.sum()

    def loss(template: Grays) -> tuple[float, Grays]:
        scores = seen @ template
        scores -= scores.max(1, keepdims=True)
        share = np.exp(scores)
        share /= share.sum(1, keepdims=True)
        value = -(weight * np.log(share[:, 0] + 1e-12)).sum() + DECAY * (template @ template)
        share *= weight[:, None]
        share[:, 0] -= weight
        slope: Grays = np.einsum("nk,nkp->p", share, seen) + 2 * DECAY * template
        return float(value), slope

    found = minimize(loss, np.zeros(seen.shape[2]), jac=True, method="L-BFGS-B").x
    whole = np.rint(found * LARGEST / np.abs(found).max()).astype(int)
    return tuple(tuple(map(int, row)) for row in whole.reshape(BLOCKS, BLOCKS // 2))


def _halves(grays: Grays) -> Grays:
    """Each film under each turn that might set it upright, folded in the middle: `[n, 4, 32]`."""
    turns = [np.rot90(grays, -turn, (1, 2)) for turn in range(len(TURNS))]
    folded = [(one + one[:, :, ::-1])[:, :, : BLOCKS // 2] for one in turns]
    return np.stack([one.reshape(len(grays), -1) for one in folded], axis=1)


def shares(grays: Grays, half: Sequence[Sequence[int]]) -> npt.NDArray[np.int64]:
    """For each film `[n]` the place in `TURNS` of what is said of it."""
    scores: Grays = _halves(grays) @ np.asarray(half, float).ravel()
    said: npt.NDArray[np.int64] = np.argmax(scores, axis=1)
    return said


def _row(what: str, grays: Grays, half: Sequence[Sequence[int]], chosen: Sequence[int]) -> Row:
    upright = grays[list(chosen)]
    wrong = int((shares(upright, half) != 0).sum())
    found = right = 0
    for turn in range(1, len(TURNS)):
        said = shares(np.rot90(upright, turn, (1, 2)), half)
        found += int((said != 0).sum())
        right += int((said == turn).sum())
    films, turned = len(chosen), 3 * len(chosen)
    return Row(what, films, wilson(wrong, films), wilson(found, turned), wilson(right, turned))


def page(record: TurnedRecord) -> str:
    """The record as Markdown."""
    head = ["site", "films", "said to be turned", "found when turned", "and named rightly"]
    held = table(head, [_cells(row) for row in record.held])
    sites = table(head, [_cells(row) for row in record.sites])
    return f"""# Films on their side or upside down

Made by `{COMMAND}`; not to be edited.

The method, `edge_runtime/turned.py`: a template of 8 × 8 whole numbers, the same left and right,
says where an upright film is bright and dark; the turn under which it fits best is said. There is
no threshold. The template was derived from {record.trained:,} films by logistic regression
(a film as it is against the same film turned). It is a note beside the answer and
changes none.

## Films of groups that it was not derived from

{held}

Upright is what the collections hold; some films in them may really be turned, and count as false
alarms. Turned are the same films, by a quarter to either side and by half. Intervals are Wilson's,
95 %; those of turned films count each film three times and are too narrow.

## Each site by a template derived from the others

{sites}

Films of other views than from the front, of other body parts, or of turns between these four were
not measured; of a picture that is no film the note says nothing.
"""


def _cells(row: Row) -> list[str]:
    def share(one: Interval) -> str:
        return f"{one.value:.2%} ({one.low:.2%}–{one.high:.2%})"

    return [row.what, f"{row.films:,}", share(row.false_alarms), share(row.found), share(row.right)]


def write(record: TurnedRecord, out: Path) -> None:
    """`turned.json` and `turned.md` in a folder."""
    write_atomic(out / "turned.json", json.dumps(asdict(record), indent=1) + "\n")
    write_atomic(out / "turned.md", page(record))

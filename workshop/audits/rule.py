"""The written rule: which measure decides, at which limit, and what the verdict is.

Every number of the rule stands here. The limits come from networks trained on phantoms, with
and without a planted shortcut (`docs/evidence/audits`); no real film had a part in them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from workshop.evidence.records import AuditMeasure, Verdict
from workshop.records import Interval

__all__ = ["ABLE", "ENOUGH", "HALF", "LIMITS", "SHARED", "VERSION", "Census", "Finding", "Limit",
           "away_from_chance", "judge", "judge_probe", "loss", "verdict"]  # fmt: skip

VERSION = "1"
ABLE = 0.70  # the lower end of the AUROC on films as they are: below it nothing can be taken away
ENOUGH = (50, 30)  # films and groups of each class
SHARED = 10  # films of each class that make a site one of both classes
HALF = 0.5  # of each class: what must come from sites of both classes

Finding = Literal["passes", "fails", "cannot tell", "told only"]


@dataclass(frozen=True)
class Limit:
    """What a measure may reach.

    `what` is "left": how far AUROC is from .5 where nothing of the disease is to be seen; or
    "lost": how much lower AUROC is where the disease is still to be seen. A whole interval
    above `fails` fails, a whole interval below `passes` passes. Without limits the measure is
    told and does not decide.
    """

    what: Literal["left", "lost"]
    fails: float | None = None
    passes: float | None = None


# Settled in the commit that gave rule 1 its limits, before any real model was judged by them: a
# change here is another rule, with another number.
# Border, lungs and corners: between networks without a shortcut (whose intervals hold .5) and
# those that lean on one. Losses under shifts separate the two kinds of network nowhere; their
# limits keep a model that a mild shift breaks from being cleared.
LIMITS: dict[str, Limit] = {
    "border only": Limit("left", 0.05, 0.15),
    "lungs hidden": Limit("left", 0.05, 0.15),
    "corners masked": Limit("lost", 0.07, 0.07),
    "text masked": Limit("lost", 0.07, 0.07),
    "resolution 1/2": Limit("lost", 0.15, 0.15),
    "resolution 1/4": Limit("lost"),
    "JPEG quality 50": Limit("lost", 0.10, 0.10),
    "JPEG quality 20": Limit("lost"),
    "gamma 0.7": Limit("lost", 0.15, 0.15),
    "gamma 1.4": Limit("lost", 0.15, 0.15),
    "equalised": Limit("lost"),
}


@dataclass(frozen=True)
class Census:
    """What must be known of the films beside the measures."""

    positives: int
    negatives: int
    positive_groups: int
    negative_groups: int
    shared: tuple[str, ...]  # sites with `SHARED` films of each class
    shared_positives: float  # share of the positives that these sites hold
    shared_negatives: float


def away_from_chance(auroc: Interval) -> Interval:
    """|AUROC - .5| with its interval; that of an interval around .5 begins at 0.

    Scores that put covid films last are as telling as those that put them first.
    """
    low, high = auroc.low - 0.5, auroc.high - 0.5
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    if math.isnan(low):
        nearest = math.nan
    return Interval(abs(auroc.value - 0.5), nearest, max(abs(low), abs(high)))


def loss(change: Interval) -> Interval:
    """How much was lost, of a change."""
    return Interval(*(0.0 - end for end in (change.value, change.high, change.low)))


def judge(name: str, auroc: Interval, change: Interval) -> tuple[Finding, str]:
    """The finding of a measure in `LIMITS`, and why.

    Its whole interval above one limit fails, its whole interval below the other passes; else,
    or where there is no interval, nothing can be told.
    """
    limit = LIMITS[name]
    measured = away_from_chance(auroc) if limit.what == "left" else loss(change)
    if limit.what == "left":
        what = f"AUROC {_span(auroc)}, {_span(measured)} away from chance"
    else:
        what = f"AUROC falls by {_span(measured)}"
    if limit.fails is None or limit.passes is None:
        return "told only", f"{what}; it decides nothing"
    if measured.low > limit.fails:
        return "fails", f"{what}: all above {limit.fails:.2f}"
    if measured.high < limit.passes:
        return "passes", f"{what}: all below {limit.passes:.2f}"
    return "cannot tell", (
        f"{what}: neither all above {limit.fails:.2f} nor all below {limit.passes:.2f}"
    )


def judge_probe(accuracy: Interval, sites: int) -> tuple[Finding, str]:
    """A probe is told only: that a hospital can be told is not yet that it is used."""
    clear = "clearly above" if accuracy.low > 1 / sites else "not clearly above"
    return "told only", (
        f"features tell the site of normal films with balanced accuracy {_span(accuracy)}, "
        f"{clear} the {1 / sites:.2f} of chance among {sites} sites; it decides nothing"
    )


def verdict(
    census: Census, auroc: Interval, measures: Sequence[AuditMeasure]
) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict of the rule and its reasons, one sentence each.

    A failed measure makes it "confounded" whatever else holds, provided that there are films
    enough and the model can do something; each thing that cannot be told makes it "cannot
    tell"; what is left is "no shortcut found".
    """
    unfit = _unfit(census, auroc)
    if unfit:
        return "cannot tell", tuple(unfit)
    failed = [f"{one.name}: {one.why}" for one in measures if one.finding == "fails"]
    if failed:
        return "confounded", tuple(failed)
    open_ = _structure(census, measures)
    open_ += [f"{one.name}: {one.why}" for one in measures if one.finding == "cannot tell"]
    if open_:
        return "cannot tell", tuple(open_)
    passed = sum(one.finding == "passes" for one in measures)
    if not passed:
        return "cannot tell", ("no measure decided anything",)
    return "no shortcut found", (f"all {passed} measures that decide pass",)


def _unfit(census: Census, auroc: Interval) -> list[str]:
    films, groups = ENOUGH
    why = []
    for label, count, patients in (
        ("covid", census.positives, census.positive_groups),
        ("normal", census.negatives, census.negative_groups),
    ):
        if count < films or patients < groups:
            why.append(f"{count} {label} films of {patients} groups are too few: "
                       f"{films} of {groups} are needed")  # fmt: skip
    if not auroc.low > ABLE:
        why.append(f"AUROC on films as they are is {_span(auroc)}: not clearly above {ABLE:.2f}, "
                   "so there is little that could rest on a shortcut")  # fmt: skip
    return why


def _structure(census: Census, measures: Sequence[AuditMeasure]) -> list[str]:
    """Where hospitals do not hold both classes, no changed film can clear a model."""
    if census.shared and min(census.shared_positives, census.shared_negatives) >= HALF:
        return []
    probes = [one.why for one in measures if one.kind == "probe"]
    told = f" ({'; '.join(probes)})" if probes else ""
    return [
        f"sites with {SHARED} films of each class hold {census.shared_positives:.0%} of the covid "
        f"and {census.shared_negatives:.0%} of the normal films, less than {HALF:.0%}: what tells "
        f"hospitals apart tells the classes apart, and cannot be excluded{told}"
    ]


def _span(interval: Interval) -> str:
    return f"{interval.value:.3f} ({interval.low:.3f} to {interval.high:.3f})"

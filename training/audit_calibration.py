"""The audits' limits, learnt from networks with and without a planted shortcut.

Phantoms only, so that the rule stands before any real model is judged by it. Half of the
networks, on films of their own, show where the limits can lie; the other half, on others,
check what the rule then says.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import keras

from training.audit_network import train_tiny
from training.audit_phantoms import DRAWN, PLANTS, draw_films, planted
from workshop.audits.audit import audit, census, measure
from workshop.audits.occlusions import lungs_hidden
from workshop.audits.rule import LIMITS, VERSION, Census, away_from_chance, judge, loss, verdict
from workshop.evidence.records import AuditMeasure, AuditReport, Verdict
from workshop.evidence.scorer import FilmSet, Scorer
from workshop.evidence.statistics import auroc, bootstrap
from workshop.progress import Progress
from workshop.provenance import made_by
from workshop.records import Interval
from workshop.records_io import load, save

__all__ = ["ROLES", "Calibration", "Gap", "Trial", "calibrate", "gaps", "judge_again",
           "quantity", "trial"]  # fmt: skip

ROLES = ("choose", "check")
SIZE = 96  # pixels a side
TRAIN, TEST = 480, 960  # films of each role
TRAIN_SEED, TEST_SEED = 9101, 9202
THRESHOLD = 0.5


@dataclass(frozen=True)
class Trial:
    """One network and what the audits made of it."""

    plant: str
    role: str
    seed: int
    census: Census  # of the test films
    report: AuditReport  # with the fixed shape for the lungs, as on films without masks
    by_masks: AuditMeasure  # lungs hidden by the phantoms' own masks
    verdict_by_masks: Verdict
    turned: Interval  # AUROC where the shortcut is on normal films instead; a drawn one: untied


@dataclass(frozen=True)
class Gap:
    """Between the networks without a shortcut and those with one, in one measure."""

    measure: str
    what: str  # "left" or "lost", as in the rule
    clean: float  # the highest upper end without a shortcut
    planted: dict[str, float]  # the lowest lower end with each shortcut
    fails: float | None  # the rule's limits; None: told only
    passes: float | None

    @property
    def seen(self) -> dict[str, float]:
        """Shortcuts whose every interval lies above all those without one."""
        return {plant: low for plant, low in self.planted.items() if low > self.clean}


@dataclass(frozen=True)
class Calibration:
    """All networks, and where the limits lie between them."""

    rule: str
    limits: dict[str, tuple[float | None, float | None]]  # fails above, passes below
    films: dict[str, int]
    trials: tuple[Trial, ...]
    gaps: tuple[Gap, ...]  # of the networks that chose
    made_by: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    schema: int = 1


def calibrate(out: Path, seeds: int, films: tuple[int, int] = (TRAIN, TEST)) -> Calibration:
    """Train, audit and write `calibration.json` into `out`, with progress on stderr.

    `seeds` networks for each shortcut choose and half as many check; without a shortcut
    there are twice as many. `films` are those of each role to train on and to test on,
    multiples of twelve.
    """
    begun = time.monotonic()
    plan = [
        (role, plant, number)
        for role, count in zip(ROLES, (seeds, (seeds + 1) // 2), strict=True)
        for plant in PLANTS
        for number in range(count * (2 if plant == "none" else 1))
    ]
    progress = Progress("networks", len(plan))
    trials = []
    for one in _trials(plan, *films):
        trials.append(one)
        progress.advance(f"{one.plant}: {one.report.verdict}")
    progress.close()
    done = Calibration(
        rule=VERSION,
        limits=_limits(),
        films={"size": SIZE, "train": films[0], "test": films[1]},
        trials=tuple(trials),
        gaps=gaps(trials),
        made_by=made_by(),
        seconds=round(time.monotonic() - begun, 1),
    )
    return _saved(out, done)


def judge_again(out: Path) -> Calibration:
    """Apply the rule as it stands to the measures in `calibration.json`, without training."""
    old = load(out / "calibration.json", Calibration)
    trials = tuple(_judged(trial) for trial in old.trials)
    return _saved(out, replace(old, rule=VERSION, limits=_limits(), trials=trials,
                               gaps=gaps(trials)))  # fmt: skip


def _limits() -> dict[str, tuple[float | None, float | None]]:
    return {name: (limit.fails, limit.passes) for name, limit in LIMITS.items()}


def _saved(out: Path, done: Calibration) -> Calibration:
    save(out / "calibration.json", done)
    return done


def _judged(trial: Trial) -> Trial:
    """The trial with findings and verdicts of the rule as it stands."""
    measures = tuple(_found(one) for one in trial.report.measures)
    by_masks = _found(trial.by_masks)
    others = [by_masks if one.name == by_masks.name else one for one in measures]
    said, reasons = verdict(trial.census, trial.report.auroc, measures)
    masked, _ = verdict(trial.census, trial.report.auroc, others)
    report = replace(trial.report, rule=VERSION, measures=measures, verdict=said, reasons=reasons)
    return replace(trial, report=report, by_masks=by_masks, verdict_by_masks=masked)


def _found(one: AuditMeasure) -> AuditMeasure:
    if one.name not in LIMITS:  # a probe, which is told only
        return one
    finding, why = judge(one.name, one.auroc, one.change)
    return replace(one, finding=finding, why=why)


def _trials(plan: list[tuple[str, str, int]], train: int, test: int) -> Iterator[Trial]:
    for turn, role in enumerate(ROLES):
        plain = draw_films(turn * test, test, TEST_SEED, SIZE)
        for drawn in DRAWN:
            learnt = draw_films(turn * train, train, TRAIN_SEED, SIZE, drawn)
            asked = plain
            if drawn != "none":
                asked = draw_films(turn * test, test, TEST_SEED, SIZE, drawn)
            for wanted, plant, number in plan:
                if wanted == role and (plant if plant in DRAWN else "none") == drawn:
                    seed = 1000 * turn + 2 * number + 1  # none occurs twice
                    scorer = train_tiny(planted(learnt, plant, seed), seed)
                    films = planted(asked, plant, seed + 1)
                    turned = planted(plain, plant, seed + 1, turned=True)
                    yield trial(scorer, films, turned, plant, role, seed)
                    keras.backend.clear_session()


def trial(
    scorer: Scorer, films: FilmSet, turned: FilmSet, plant: str, role: str, seed: int
) -> Trial:
    """Audit a network as on films without masks, and once more with the lungs' true masks.

    What it is worth on `turned` films shows whether it went by the shortcut at all.
    """
    report = audit(scorer, replace(films, lungs=None), THRESHOLD, seed)
    before = scorer.scores(films.pixels)
    after = scorer.scores(lungs_hidden(films.pixels, films.lungs))
    by_masks = measure("lungs hidden", "occlusion", films, before, after, THRESHOLD, seed)
    scores = scorer.scores(turned.pixels)
    worth = bootstrap(auroc, turned.groups, turned.labels, scores, seed=seed)
    counts = census(films)
    return _judged(Trial(plant, role, seed, counts, report, by_masks, report.verdict, worth))


def quantity(one: AuditMeasure) -> Interval:
    """What the rule compares with the limit of a measure."""
    return away_from_chance(one.auroc) if LIMITS[one.name].what == "left" else loss(one.change)


def gaps(trials: Sequence[Trial], role: str = ROLES[0]) -> tuple[Gap, ...]:
    """Each measure's gap over the networks of a role; NaN where there is no network."""
    found = []
    for name, limit in LIMITS.items():
        spans: dict[str, list[Interval]] = {plant: [] for plant in PLANTS}
        for one in trials:
            if one.role == role:
                own = next(each for each in one.report.measures if each.name == name)
                spans[one.plant].append(quantity(own))
        clean = max((span.high for span in spans["none"]), default=math.nan)
        planted = {plant: min(span.low for span in those)
                   for plant, those in spans.items() if plant != "none" and those}  # fmt: skip
        found.append(Gap(name, limit.what, clean, planted, limit.fails, limit.passes))
    return tuple(found)

"""The parts of the evidence beside the metrics, each computed or said why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from edge_runtime.errors import EdgeError
from training.evaluate.runs import RunKnown
from workshop.evidence.called import FEW, unstated
from workshop.evidence.operating import operating_point, threshold_for_sensitivity
from workshop.evidence.records import AuditReport, Curve, NotComputed, OperatingPoint
from workshop.evidence.scorer import FilmSet, Floats, Scorer
from workshop.records import Film

__all__ = ["Parts"]

T = TypeVar("T")
NO_THRESHOLD = "there is no threshold: the model names none; give one with --threshold"


@dataclass
class Parts:
    """Covid and normal films with their scores `[n]`; gathers what could not be computed."""

    scorer: Scorer
    two: FilmSet
    scores: Floats
    threshold: float | None
    seed: int
    missing: list[NotComputed] = field(default_factory=list)

    def lacks(self, part: str, why: str) -> None:
        """Note that a part is missing."""
        self.missing.append(NotComputed(part, why))

    def tried(self, part: str, make: Callable[[], T]) -> T | None:
        """What `make` gives; where it refuses, None and the reason among the missing."""
        try:
            return make()
        except EdgeError as error:
            self.lacks(part, str(error))
            return None

    def reservations(self, films: Sequence[Film]) -> None:
        """What films of any label cannot show: no groups, one site, few films, no threshold."""
        if all(film.group == film.path for film in films):
            self.lacks(
                "intervals over patients",
                "the index names no groups, so every film counts as one: if patients repeat, "
                "intervals are too narrow",
            )
        if len({film.site for film in films}) == 1:
            self.lacks("a comparison of sites", "all films are of one site")
        counts = Counter(film.label for film in self.two.films)
        if min(counts["covid"], counts["normal"]) < FEW:
            told = f"{counts['covid']} covid and {counts['normal']} normal films"
            self.lacks("a firm figure", f"{told}: below {FEW} of a class every figure is a hint")
        if self.threshold is None:
            self.lacks("decisions: called covid, sensitivity, specificity", NO_THRESHOLD)
            return
        absent = unstated([film for film in films if film.label != "covid"])
        if absent and len(films) > counts["covid"]:
            self.lacks(f"called covid by {', '.join(absent)}", "the index states it for no film")

    def operating_points(
        self, name: str, chosen_on: str, wanted: Sequence[float], run: RunKnown | None, why: str
    ) -> tuple[OperatingPoint, ...]:
        """The threshold in use, then one for each `wanted` sensitivity, chosen out of fold.

        `why` says what forbids the latter, if anything does.
        """
        if not self.two.films:
            self.lacks("operating points", "there is no covid or normal film")
            return ()
        points = []
        if self.threshold is not None:
            points.append(self._point(name, self.threshold, chosen_on))
        chosen = run.out_of_fold() if run is not None else []
        if run is not None and not why and not chosen:
            why = run.trouble or "the run holds no out-of-fold prediction of its student"
        if why:
            told = ", ".join(f"{one:g}" for one in wanted)
            self.lacks(f"a threshold for sensitivity {told}", why)
            return tuple(points)
        labels, scores = [one.label == "covid" for one in chosen], [one.score for one in chosen]
        for one in wanted:
            threshold = threshold_for_sensitivity(labels, scores, one)
            where = f"{len(chosen)} out-of-fold predictions of the run"
            points.append(self._point(f"sensitivity {one:g} out of fold", threshold, where))
        return tuple(points)

    def _point(self, name: str, threshold: float, chosen_on: str) -> OperatingPoint:
        two = self.two
        return operating_point(
            name, threshold, chosen_on, two.labels, self.scores, two.groups, self.seed
        )

    def audits(self) -> AuditReport | None:
        """Does the model look at the lungs? The verdict goes beside the AUROC."""
        threshold = self._for_changed_films("audits", both=True)
        if threshold is None:
            return None
        from workshop.audits.audit import audit

        return self.tried(
            "audits", lambda: audit(self.scorer, self.two, threshold, self.seed, "audits")
        )

    def curves(self) -> tuple[Curve, ...]:
        """What worse films do to the answers."""
        threshold = self._for_changed_films("robustness", both=False)
        if threshold is None:
            return ()
        from workshop.robustness.curves import curves

        found = self.tried(
            "robustness", lambda: curves(self.scorer, self.two, threshold, self.seed, "robustness")
        )
        return found or ()

    def _for_changed_films(self, part: str, both: bool) -> float | None:
        counts = Counter(film.label for film in self.two.films)
        if not self.two.films or (both and len(counts) < 2):
            self.lacks(part, "it needs covid and normal films")
        elif self.threshold is None:
            self.lacks(part, NO_THRESHOLD)
        else:
            return self.threshold
        return None

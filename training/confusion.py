"""The six figures of the paper's tables, from counts of right and wrong answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["METRICS", "Confusion", "contradictions"]

METRICS = ("accuracy", "precision", "specificity", "sensitivity", "f1", "balanced_accuracy")
ROUNDING = 6e-4  # the paper gives three decimals; each figure may be half of the last off


@dataclass(frozen=True)
class Confusion:
    """Counts of one network on one set of films; covid is the positive class.

    The paper's text has false positive and false negative the wrong way round; here a
    false positive is a normal film that was called covid, as everywhere.
    """

    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int

    @classmethod
    def of(cls, labels: Sequence[int], called: Sequence[int]) -> Confusion:
        """From labels and answers, 1 for covid and 0 for normal."""
        pairs = list(zip(labels, called, strict=True))
        return cls(*(pairs.count(pair) for pair in ((1, 1), (0, 1), (0, 0), (1, 0))))

    @property
    def films(self) -> int:
        """How many films were answered."""
        return self.true_positive + self.false_positive + self.true_negative + self.false_negative

    def metrics(self) -> dict[str, float]:
        """All of `METRICS`; NaN, "not measured", where a figure would divide by nothing."""
        sensitivity = _share(self.true_positive, self.true_positive + self.false_negative)
        specificity = _share(self.true_negative, self.true_negative + self.false_positive)
        wrong = self.false_positive + self.false_negative
        values = (
            _share(self.true_positive + self.true_negative, self.films),
            _share(self.true_positive, self.true_positive + self.false_positive),
            specificity,
            sensitivity,
            _share(2 * self.true_positive, 2 * self.true_positive + wrong),
            (sensitivity + specificity) / 2,
        )
        return dict(zip(METRICS, values, strict=True))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


def contradictions(row: dict[str, float], films: int | None = None) -> list[str]:
    """Why the figures of one published row cannot all be true, by arithmetic alone.

    `row` holds some of `METRICS`, rounded to three decimals; `films` is how many films it
    is of, where that is known. An empty list says only that nothing was found.
    """
    row = {name: value for name, value in row.items() if name in METRICS and not math.isnan(value)}
    found = []
    precision, specificity = row.get("precision"), row.get("specificity")
    if precision is not None and specificity is not None:
        if specificity > 1 - ROUNDING and precision < 1 - ROUNDING:
            found.append("specificity 1 means no false positive, and then precision is 1 too")
        if precision > 1 - ROUNDING and specificity < 1 - ROUNDING:
            found.append("precision 1 means no false positive, and then specificity is 1 too")
    sensitivity = row.get("sensitivity")
    if sensitivity is not None:
        if specificity is not None and "balanced_accuracy" in row:
            mean = (sensitivity + specificity) / 2
            if abs(row["balanced_accuracy"] - mean) > 2 * ROUNDING:
                found.append(f"sensitivity and specificity give a balanced accuracy of {mean:.3f}")
        if precision and sensitivity and "f1" in row:
            harmonic = 2 * precision * sensitivity / (precision + sensitivity)
            if abs(row["f1"] - harmonic) > 2 * ROUNDING:
                found.append(f"precision and sensitivity give an F1 of {harmonic:.3f}")
    accuracy = row.get("accuracy")
    if accuracy is not None and sensitivity is not None and specificity is not None:
        low, high = sorted((sensitivity, specificity))
        if not low - ROUNDING <= accuracy <= high + ROUNDING:
            found.append("accuracy lies between sensitivity and specificity, and here it does not")
    if accuracy is not None and films:
        nearest = round(accuracy * films) / films
        if abs(accuracy - nearest) > ROUNDING:
            found.append(f"no count of {films} films gives an accuracy of {accuracy:.3f}")
    return found

"""The comparison of both readings as Markdown."""

from __future__ import annotations

import math

from training.paper.inflation import Inflation
from training.paper.pairs import FIGURES, PairedFigure
from workshop.markdown import table
from workshop.summary import interval_text

__all__ = ["inflation_text"]


def inflation_text(found: Inflation) -> str:
    """Paired where both runs kept every film's score, side by side where not."""
    before, after = found.before, found.after
    leak = (
        f"Validation films that are trained on too: {before.leak:.1%} oversampled before the "
        f"split, {after.leak:.1%} after it."
    )
    parts = [leak, _side_by_side(found, verdicts=not found.figures)]
    if found.figures:
        parts += [_how(found), _paired(found.figures)]
    else:
        parts.append(
            f"Not paired, since {found.unpaired}: an inflation is shown only where the two "
            "intervals lie apart."
        )
    return "\n\n".join(parts) + "\n"


def _side_by_side(found: Inflation, verdicts: bool) -> str:
    """As each run counts: all folds' films together, a copied film as often as it was copied."""
    rows = []
    for name, one in found.before.auroc.items():
        other = found.after.auroc.get(name)
        if other is None:
            continue
        row = [name, interval_text(one), interval_text(other), f"{one.value - other.value:+.3f}"]
        rows.append([*row, _verdict(one.low > other.high)] if verdicts else row)
    head = ["network", "AUROC, before the split", "AUROC, after it", "difference"]
    return table([*head, "an inflation"] if verdicts else head, rows)


def _how(found: Inflation) -> str:
    films = found.films
    return (
        f"Paired, each of {films['films']} films once (the first of its copies), 95 % over "
        f"{films['groups']} groups; of {films['positives']} positives the first run trained on "
        f"{films['shared_positives']} as well, by a copy or by their group, and not on "
        f"{films['positives'] - films['shared_positives']}. Differences in AUROC; "
        "an inflation is shown where the interval lies above zero. The last one also takes out "
        "what those positives had in common before anything was copied."
    )


def _paired(figures: tuple[PairedFigure, ...]) -> str:
    rows = []
    for one in figures:
        if math.isnan(one.interval.low):
            shown, verdict = "not measured", "not measured"
        else:
            shown = interval_text(one.interval, "+")
            verdict = "–" if one.figure == "control" else _verdict(one.inflated)
        rows.append([one.network, FIGURES[one.figure], shown, verdict])
    return table(["network", "figure", "difference", "an inflation"], rows)


def _verdict(shown: bool) -> str:
    return "is shown" if shown else "is not shown"

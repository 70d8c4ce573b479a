"""Tables 1 to 5 in the paper's layout, ours beside what is known of theirs, as Markdown."""

from __future__ import annotations

import math
from typing import Any

from training.confusion import METRICS, contradictions
from training.paper.tables import NAMES, PaperResult
from workshop.markdown import table
from workshop.summary import counts_text, interval_text

__all__ = [
    "UNKNOWN",
    "comparators_table",
    "folds_table",
    "improvement_table",
    "number",
    "parameters_table",
]

UNKNOWN = "not at hand"
IMPROVEMENT = "improvement"  # the fold by which the reference names Table 3's last row


def number(value: float) -> str:
    """Three decimals, as the paper prints; a dash for what was not measured."""
    return "–" if math.isnan(value) else f"{value:.3f}"


def folds_table(result: PaperResult, network: str, known: dict[str, Any], which: int) -> str:
    """Table `which` (1 to 3): each fold of one network, the average, the paper's rows."""
    ours = [row for row in result.rows if row.network == network]
    rows = [[row.fold, str(row.films), *_cells(row.metrics)] for row in ours]
    films = str(sum(row.films for row in ours))
    rows.append(["**average**", films, *_cells(result.averages[network])])
    theirs = [row for row in _theirs(known, which) if row["fold"] != IMPROVEMENT]
    rows += [_marked(row) for row in theirs] or [_unknown()]
    area = interval_text(result.pooled[network])
    return (
        table(_head("fold"), rows)
        + f"\n\nAUROC of all folds' films together: {area}, 95 % over groups."
    )


def improvement_table(result: PaperResult, known: dict[str, Any]) -> str:
    """Table 3's last row, and the differences that it is made of with their intervals."""
    plain, student = result.averages["plain"], result.averages["student"]
    rows = [["here", "", *(f"{student[name] - plain[name]:+.3f}" for name in METRICS)]]
    theirs = [row for row in _theirs(known, 3) if row["fold"] == IMPROVEMENT]
    rows += [["paper", "–", *_cells(row, "+.3f")] for row in theirs] or [_unknown()]
    told = [
        f"- {one.first} less {one.second}, {one.metric.replace('_', ' ')}: "
        f"{interval_text(one.interval, '+')}: "
        + ("no difference is shown" if one.verdict == "none" else one.verdict)
        for one in result.differences
    ]
    text = table(_head(IMPROVEMENT), rows)
    if not told:
        return text
    return text + "\n\nOn the same films, 95 % over groups:\n\n" + "\n".join(told)


def parameters_table(result: PaperResult, known: dict[str, Any]) -> str:
    """Table 4: how many weights each network has."""
    rows = []
    for name in ("teacher", "student"):
        theirs = known.get("parameters", {}).get(name)
        # A student without a teacher is the same network.
        alike = ("student", "plain") if name == "student" else (name,)
        ours = next((n for one in alike if (n := result.parameters.get(one))), None)
        told = f"{theirs:,}" if theirs else UNKNOWN
        rows.append([name, told, f"{ours:,}" if ours else "not trained"])
    return table(["network", "paper", "here"], rows)


def comparators_table(result: PaperResult, known: dict[str, Any]) -> str:
    """Table 5: other work and ours, each with its films, classes and split."""
    folds = len({row.fold for row in result.rows})
    last = list(result.averages)[-1]  # the distilled student, where there is one
    figure = f"accuracy {number(result.averages[last]['accuracy'])}"
    area = f"AUROC {interval_text(result.pooled[last])}"
    counts = counts_text(result.films)
    how = "film, with copies" if result.leak else "group"
    rows = [
        [one["work"], one["figure"], one["data"], one["classes"], one["split"]]
        for one in known.get("comparators", [])
    ]
    rows.append([f"here, {NAMES[last]}", f"{figure}; {area}", counts,
                 "two: covid, normal", f"{folds} folds by {how}"])  # fmt: skip
    return (
        "Figures under different protocols do not compare; the protocol is what this table is "
        "for. Which works the paper's own Table 5 lists was not at hand.\n\n"
        + table(["work", "its figure", "films", "classes", "split"], rows)
    )


def _theirs(known: dict[str, Any], which: int) -> list[dict[str, Any]]:
    return [row for row in known.get("rows", []) if row.get("table") == which]


def _marked(row: dict[str, Any]) -> list[str]:
    mark = " (impossible)" if contradictions(row, row.get("films")) else ""
    return [f"paper, {row['fold']}{mark}", str(row.get("films", "–")), *_cells(row)]


def _unknown() -> list[str]:
    return ["paper", "–", *[UNKNOWN] * len(METRICS)]


def _head(first: str) -> list[str]:
    return [first, "films", *(name.replace("_", " ") for name in METRICS)]


def _cells(metrics: dict[str, float], form: str = ".3f") -> list[str]:
    return [f"{metrics[name]:{form}}" if name in metrics and not math.isnan(metrics[name]) else "–"
            for name in METRICS]  # fmt: skip

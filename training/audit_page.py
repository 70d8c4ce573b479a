"""The calibration as people read it: Markdown and a plot, made from its record alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes

from training.audit_calibration import Calibration, Gap, Trial, quantity
from training.audit_phantoms import PLANTS
from workshop.audits.rule import LIMITS
from workshop.evidence.records import AuditMeasure
from workshop.markdown import table
from workshop.plotting.style import BLUE, GRAY, ORANGE, STYLE, new_figure, png_of
from workshop.runs import write_atomic

__all__ = ["calibration_png", "calibration_text", "limits_table", "write_page"]

SAYS = {
    "left": "AUROC's distance from .5",
    "lost": "how much AUROC falls",
}


def write_page(out: Path, done: Calibration) -> str:
    """Write `calibration.md` and `calibration.png`; returns the text."""
    text = calibration_text(done)
    write_atomic(out / "calibration.md", text)
    write_atomic(out / "calibration.png", calibration_png(done))
    return text


def limits_table() -> str:
    """Every measure of the rule with its limits."""
    rows = [
        [name, SAYS[limit.what], _limit(limit.fails), _limit(limit.passes)]
        for name, limit in LIMITS.items()
    ]
    return table(["measure", "what is measured", "fails above", "passes below"], rows)


def _limit(value: float | None) -> str:
    return "told only" if value is None else f"{value:.2f}"


def calibration_text(done: Calibration) -> str:
    """The whole page."""
    films = done.films
    parts = [
        "# Calibration of the shortcut audits",
        f"Rule {done.rule}. {len(done.trials)} networks of {films['size']} px, each trained on "
        f"{films['train']} phantoms and audited on {films['test']} others; the two roles share "
        f"no film. Made in {done.seconds / 60:.0f} minutes by `python -m training "
        "calibrate-audits`. Every number is in [calibration.json](calibration.json).",
        "## What was planted",
        table(["shortcut", "on covid films"], [[plant, what] for plant, what in PLANTS.items()]),
        "## What the rule says of every network",
        "Turned round: AUROC of the same network where the shortcut is on normal films instead "
        "(stamp and hospital: tied to nothing). It tells how far a network went by its shortcut "
        "at all; the rule does not see it. With masks: the lungs hidden by the phantoms' own "
        "masks, and not by the fixed shape.",
        _verdicts(done.trials),
        "## Where the limits lie",
        "Of the networks that chose: the highest upper end of an interval without a shortcut, "
        "and the lowest lower end of those shortcuts that lie above it with every network.",
        _gaps(done.gaps),
        "![Every network in every measure](calibration.png)",
    ]
    return "\n\n".join(parts) + "\n"


def _verdicts(trials: Sequence[Trial]) -> str:
    head = ["shortcut", "role", "AUROC", "turned round", "verdict", "fails", "verdict with masks"]
    rows = []
    for plant in PLANTS:
        for one in (trial for trial in trials if trial.plant == plant):
            failed = [each.name for each in one.report.measures if each.finding == "fails"]
            rows.append([
                plant, one.role, f"{one.report.auroc.value:.3f}",
                "" if plant == "none" else f"{one.turned.value:.3f}", one.report.verdict,
                ", ".join(failed), one.verdict_by_masks,
            ])  # fmt: skip
    return table(head, rows)


def _gaps(gaps: Sequence[Gap]) -> str:
    rows = []
    for gap in gaps:
        seen = ", ".join(f"{plant} {low:.3f}" for plant, low in gap.seen.items())
        limits = (_limit(gap.fails), _limit(gap.passes))
        rows.append([gap.measure, gap.what, f"{gap.clean:.3f}", *limits, seen or "none"])
    head = ["measure", "what", "none, highest", "fails above", "passes below",
            "shortcuts seen, lowest"]  # fmt: skip
    return table(head, rows)


def _of(trial: Trial, name: str) -> AuditMeasure:
    return next(one for one in trial.report.measures if one.name == name)


def calibration_png(done: Calibration) -> bytes:
    """Every network's interval in every measure against its limit; checking ones are hollow."""
    with mpl.rc_context(STYLE):
        figure, panels = new_figure(10.5, 7.5, 2)
        for axes, what in zip(panels, SAYS, strict=True):
            _panel(axes, done, [name for name, limit in LIMITS.items() if limit.what == what])
        panels[0].set_xlabel("AUROC's distance from .5")
        panels[1].set_xlabel("loss of AUROC")
        figure.legend(*panels[1].get_legend_handles_labels(), loc="outside upper center", ncols=4)
        return png_of(figure)


def _panel(axes: Axes, done: Calibration, names: Sequence[str]) -> None:
    row = 0
    ticks = []
    for name in names:
        begun = row
        for plant in PLANTS:
            for one in (trial for trial in done.trials if trial.plant == plant):
                span = quantity(_of(one, name))
                colour = BLUE if plant == "none" else ORANGE
                axes.plot([span.low, span.high], [row, row], color=colour, lw=0.8)
                hollow = "white" if one.role == "check" else colour
                axes.plot(span.value, row, "o", color=colour, mfc=hollow, ms=2.6,
                          label=_label(name == names[-1], one, done))  # fmt: skip
                row += 1
        ticks.append((begun + row) / 2)
        for limit, dash in zip(done.limits[name], ("-", ":"), strict=True):
            if limit is not None:
                axes.plot([limit, limit], [begun - 1, row], dash, color="black", lw=1.4)
        axes.axhline(row + 0.5, color=GRAY, lw=0.4)
        row += 2
    axes.set_yticks(ticks, names)
    axes.set_ylim(row, -2)
    axes.grid(visible=False, axis="y")


def _label(wanted: bool, one: Trial, done: Calibration) -> str:
    """A name for the legend, once for each colour and role."""
    planted = one.plant != "none"
    like = [other for other in done.trials
            if other.role == one.role and (other.plant != "none") == planted]  # fmt: skip
    if not wanted or one is not like[0]:
        return ""
    return f"{'planted' if planted else 'no shortcut'}, {one.role}"

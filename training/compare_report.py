"""A comparison of networks as a page and as a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

from workshop.paper_folds import shared_films
from workshop.plotting.style import BLUE, ORANGE, STYLE, new_figure, png_of
from workshop.presets import Preset
from workshop.records import Film, Fold, Interval
from workshop.runs import write_atomic
from workshop.summary import count_films, counts_text, interval_text

__all__ = ["ABSENT", "UNKNOWN", "Compared", "Comparison", "compare_plot", "compare_text"]

UNKNOWN, ABSENT = "not measured", "not at hand"
LOOK = {"teacher": ("o", BLUE), "student": ("s", ORANGE)}
GAP = 0.06  # between names beside the plot, as a share of its height


@dataclass(frozen=True)
class Compared:
    """One network of the comparison; what was not measured is None."""

    role: str  # "teacher" | "student": whose settings of the preset it was given
    network: str  # backbones joined by "+"
    auroc: Interval | None  # of the validation films of all folds together, over groups
    films: int  # validation films that it would be, or was, measured on
    parameters: int
    multiply_adds: int  # of one film
    films_per_second: float | None  # in training, the median epoch
    weights: dict[str, str]  # backbone -> where its first weights came from, or ABSENT


@dataclass(frozen=True)
class Comparison:
    """`compare.json`: the networks in the table's order, and where they came from."""

    facts: dict[str, Any]
    networks: tuple[Compared, ...]
    schema: int = 1


def compare_text(
    preset: Preset,
    films: Sequence[Film],
    folds: Sequence[Fold],
    found: Sequence[Compared],
    machine: Mapping[str, Any],
) -> str:
    """The table as Markdown and what has to be known of it; `found` is in the table's order."""
    done = sum(one.auroc is not None for one in found)
    lines = [
        f"# {preset.name}: networks compared\n",
        f"{done} of {len(found)} networks were measured"
        + ("" if done == len(found) else f"; the others' pretrained weights are {ABSENT}") + ".\n",
        "| role | network | AUROC, 95 % over groups | films | parameters | multiply-adds "
        "| film/s in training | weights |",
        "|---|---|---|--:|--:|--:|--:|---|", *map(_row, found), "",
    ]  # fmt: skip
    held = sorted({i for fold in folds for i in fold.validation})
    every = sorted({i for fold in folds for i in (*fold.train, *fold.validation)})
    teacher, student, leak = preset.teacher, preset.student, shared_films(films, folds)
    notes = [
        f"**{leak:.1%} of the validation films are trained on as well.**" if leak else "",
        f"Films: {_counts(films, every)}. Validated on {len(folds)} of {preset.split.folds} folds: "
        f"{_counts(films, held)}. Trained on the films outside the fold, on labels alone.",
        f"Settings are the preset's: teachers {teacher.epochs} epochs at {teacher.learning_rate:g},"
        f" students {student.epochs} at {student.learning_rate:g}, {preset.input_size} pixels. A "
        "network that wants others is at a disadvantage here.",
        "The two classes come from different hospitals: a network may be good at hospitals.",
        "Choosing the best by this table makes its own figure too good; other films must say.",
        f"Multiply-adds: one film. Film/s: median epoch on {machine['cores']} cores, "
        f"{machine['cpu']}.",
        preset.note,
        "Research and demonstration only, not a medical device.",
    ]
    return "\n".join([*lines, *(f"- {' '.join(note.split())}" for note in notes if note)]) + "\n"


def _row(one: Compared) -> str:
    area = interval_text(one.auroc) if one.auroc else UNKNOWN
    pace = f"{one.films_per_second:.1f}" if one.films_per_second is not None else UNKNOWN
    told = set(one.weights.values())
    weights = told.pop() if len(told) == 1 else "; ".join(map(": ".join, one.weights.items()))
    cells = (one.role, one.network, area, str(one.films), f"{one.parameters:,}",
             f"{one.multiply_adds / 1e6:,.1f} M", pace, weights)  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _counts(films: Sequence[Film], which: Sequence[int]) -> str:
    return counts_text(count_films(films[i] for i in which))


def compare_plot(path: Path, found: Sequence[Compared]) -> None:
    """AUROC with its interval against multiply-adds; a network not measured is not drawn."""
    with mpl.rc_context(STYLE):
        figure, (axes,) = new_figure(8.4, 4.6)
        for role, (mark, colour) in LOOK.items():
            part = [one for one in found if one.role == role]
            done = [(one.multiply_adds / 1e6, one.auroc) for one in part if one.auroc]
            if part:
                axes.errorbar(
                    [x for x, _ in done], [area.value for _, area in done],
                    [[area.value - area.low for _, area in done],
                     [area.high - area.value for _, area in done]],
                    fmt=mark, color=colour, ms=6, lw=1.2, capsize=3,
                    label=f"{role}s, {len(done)} of {len(part)} measured",
                )  # fmt: skip
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set(xlabel="multiply-adds of one film, millions", ylabel="AUROC, 95 % over groups")
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)
        _name_points(axes, found)
        write_atomic(path, png_of(figure))


def _name_points(axes: Axes, found: Sequence[Compared]) -> None:
    """A column of names on the right, each with a line to its point: no two can overlap."""
    points = sorted((one.auroc.value, one.multiply_adds / 1e6, one.network, one.role)
                    for one in found if one.auroc)  # fmt: skip
    low, high = axes.get_ylim()
    heights = [(value - low) / (high - low) for value, *_ in points]
    for place in range(1, len(heights)):
        heights[place] = max(heights[place], heights[place - 1] + GAP)
    top = 1.0
    for place in reversed(range(len(heights))):
        top = heights[place] = min(heights[place], top)
        top -= GAP
    for height, (value, cost, name, role) in zip(heights, points, strict=True):
        axes.annotate(
            name, (cost, value), (1.03, height), textcoords="axes fraction", va="center",
            fontsize=8.5, color=LOOK[role][1],
            arrowprops={"arrowstyle": "-", "relpos": (0, 0.5), "lw": 0.4, "color": LOOK[role][1]},
        )  # fmt: skip

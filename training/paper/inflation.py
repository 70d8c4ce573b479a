"""What oversampling before the split does to the figures: two finished runs compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_runtime.errors import RunError
from training.paper.finished import finished, history_of, preset_of
from training.paper.inflation_plot import inflation_plot
from training.paper.pairs import PairedFigure, PairedFilm, paired_figures, paired_films
from training.paper.tables import PaperResult
from workshop.presets import Preset
from workshop.provenance import made_by
from workshop.records import Interval
from workshop.records_io import save
from workshop.runs import write_atomic

__all__ = ["Inflation", "Reading", "compare", "write_inflation"]

READINGS = ("before_split", "after_split")
FREE = ("name", "version", "note", "export")  # of a preset: nothing that shapes a figure


@dataclass(frozen=True)
class Reading:
    """One of the two runs: its leak, and AUROC of all folds' films with their copies."""

    name: str
    leak: float  # share of validation films whose group is trained on too
    auroc: dict[str, Interval]
    made_by: dict[str, str]


@dataclass(frozen=True)
class Inflation:
    """`inflation.json`: both readings of the text beside each other.

    `figures` is empty where a run has no predictions.csv: then nothing is paired, and
    `unpaired` says why.
    """

    before: Reading
    after: Reading
    films: dict[str, int]  # in both runs: films, groups, positives, of which shared
    figures: tuple[PairedFigure, ...]
    unpaired: str
    seed: int
    made_by: dict[str, str]
    schema: int = 1


def compare(before: Path, after: Path) -> Inflation:
    """From two run folders; raises `RunError` where they are not such a pair.

    They are one where their presets differ in `paper.oversample` alone, names and notes
    aside: then both are of the same films.
    """
    results = [finished(run) for run in (before, after)]
    presets = [preset_of(result) for result in results]
    readings = [preset.paper.oversample if preset.paper else "nothing" for preset in presets]
    if tuple(readings) != READINGS:
        raise RunError(
            f"{before} and {after} oversampled {readings[0]} and {readings[1]}: name a run with "
            "before_split, then one with after_split"
        )
    other = _differences(presets[0].to_dict(), presets[1].to_dict())
    if other:
        raise RunError(
            f"{before} and {after} differ in {', '.join(other)} as well: name two runs that differ "
            "in paper.oversample alone"
        )
    fingerprints = {one.data_fingerprint for one in results if one.data_fingerprint}
    if len(fingerprints) > 1:
        raise RunError(f"{before} and {after} are of other films: run both on the same index")
    films, figures, unpaired = _paired(before, after, presets[0])
    first, second = (_reading(result) for result in results)
    return Inflation(first, second, films, figures, unpaired, presets[0].seed, made_by())


def write_inflation(out: Path, found: Inflation, text: str, before: Path, after: Path) -> None:
    """Write `inflation.md` and `.json`, and `.png` where both runs kept learning curves."""
    histories = [history_of(run) for run in (before, after)]
    if all(histories):
        inflation_plot(out / "inflation.png", *histories)
        text += "\n![Validation AUROC by epoch, both readings](inflation.png)\n"
    save(out / "inflation.json", found)
    write_atomic(out / "inflation.md", text)


def _reading(result: PaperResult) -> Reading:
    return Reading(result.name, result.leak, result.pooled, result.made_by)


def _differences(first: dict[str, Any], second: dict[str, Any], where: str = "") -> list[str]:
    """Settings that differ, as `table.key`."""
    found = []
    for key in first:
        name = f"{where}{key}"
        if name in FREE or name == "paper.oversample":
            continue
        one, other = first[key], second[key]
        if isinstance(one, dict) and isinstance(other, dict):
            found += _differences(one, other, f"{name}.")
        elif one != other:
            found.append(name)
    return found


def _paired(
    before: Path, after: Path, preset: Preset
) -> tuple[dict[str, int], tuple[PairedFigure, ...], str]:
    files = [run / "predictions.csv" for run in (before, after)]
    for file in files:
        if not file.is_file():
            return {}, (), f"{file.parent.name} has no predictions.csv"
    if preset.split.trained < preset.split.folds:
        return {}, (), "not every fold was trained: which films were trained on is not known"
    by_network = paired_films(*files)
    figures = [
        figure
        for network, films in by_network.items()
        for figure in paired_figures(network, films, preset.seed)
    ]
    return _counts(next(iter(by_network.values()))), tuple(figures), ""


def _counts(films: list[PairedFilm]) -> dict[str, int]:
    positives = [film for film in films if film.positive]
    return {
        "films": len(films),
        "groups": len({film.group for film in films}),
        "positives": len(positives),
        "shared_positives": sum(film.shared for film in positives),
    }

"""The model card that travels inside the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from edge_runtime.contract import NOTICE
from workshop.records import CalledCovid, EvaluationReport, Interval, StudentRecord
from workshop.records_io import load

__all__ = ["model_card"]


def model_card(run: Path, record: StudentRecord) -> str:
    """Markdown from the run's own records; says plainly what has not been shown."""
    reports = load(run / "evaluation.json", list[EvaluationReport])
    rows = load(run / "called_covid.json", list[CalledCovid])
    parts = [
        f"# {record.name} {record.version}",
        NOTICE,
        "Given a frontal chest film, the model gives a score (0 to 1) for covid against normal, "
        f"set against a threshold of {record.threshold:.3f}, a coarse heat map, and a refusal "
        "where a picture looks unlike the films it knows.",
        "## What it must not be taken for",
        "No site of its films holds both classes in number. A model can score high on such films "
        "by telling the hospitals apart (DeGrave et al. 2021; Maguolo & Nanni 2020), and nothing "
        "below rules that out. It was not tested on a hospital outside its collections. It was "
        "never shown other pneumonia while it learned, and calls much of it covid:",
        _called(rows),
        "## How it was made",
        _made(record),
        "## Scores",
        "95 % intervals from a bootstrap over groups (patients or near-duplicates). The holdout "
        "was never trained on and chose nothing, but comes from the sites that were trained on.",
        _scores(reports),
        "## Licence",
        "The weights learned from films under research and non-commercial terms and carry such a "
        "licence themselves; see LICENSE and NOTICE beside the bundled model.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _made(record: StudentRecord) -> str:
    films = Counter((film.site, film.label) for film in record.trained_on)
    cells = ", ".join(f"{site} {label} {n}" for (site, label), n in sorted(films.items()))
    lines = [f"Trained on {len(record.trained_on)} films ({cells})."]
    for name in ("teacher", "student"):
        facts = record.trained_networks[name]
        weights = ", ".join(f"{k}: {v}" for k, v in facts["weights"].items())
        lines.append(
            f"The {name} has {facts['parameters']:,} parameters (first weights {weights})."
        )
    note = record.preset.get("note")
    if note:
        lines.append(str(note))
    lines.append(
        f"Temperature {record.temperature:.3f} and threshold from out-of-fold predictions. "
        f"Data fingerprint {record.data_fingerprint[:16]}, commit {record.made_by.get('git')}."
    )
    return "\n".join(f"- {line}" for line in lines)


def _called(rows: Sequence[CalledCovid]) -> str:
    if not rows:
        return "No film without covid was left to say how many."
    lines = ["| label | site | films | called covid | share |", "|---|---|---|---|---|"]
    for row in rows:
        few = " (fewer than 20 films)" if row.films < 20 else ""
        lines.append(
            f"| {row.label} | {row.site} | {row.films} | {row.called} | {_span(row.share)}{few} |"
        )
    return "\n".join(lines)


def _scores(reports: Sequence[EvaluationReport]) -> str:
    lines = [
        "| network | split | films | AUROC | sensitivity | specificity |",
        "|---|---|---|---|---|---|",
    ]
    for one in reports:
        lines.append(
            f"| {one.network} | {one.split} | {one.films} ({one.positives} covid) "
            f"| {_span(one.auroc)} | {_span(one.sensitivity)} | {_span(one.specificity)} |"
        )
    return "\n".join(lines)


def _span(one: Interval) -> str:
    return f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"

"""The model card: short, and only what the records say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from edge_runtime.contract import NOTICE
from workshop.records import (
    CalledCovid,
    EvaluationReport,
    Film,
    ParityReport,
    StudentRecord,
)
from workshop.summary import interval_text

__all__ = ["AUTHOR", "LICENCE", "model_card"]

AUTHOR = "The cxr-edge authors"
LICENCE = "Weights: research and demonstration, non-commercial (edge_runtime/models/LICENSE)"
FEW = 20  # below, a share is said to be of few films


def model_card(
    record: StudentRecord,
    evaluation: Sequence[EvaluationReport],
    called: Sequence[CalledCovid],
    parity: Sequence[ParityReport],
    threshold: float,
    novelty_threshold: float,
) -> str:
    """Markdown: what it is, what it learned from, how it did, what it cannot do."""
    note = str(record.preset.get("note", "")).strip()
    made = ", ".join(f"{key} {value}" for key, value in sorted(record.made_by.items()))
    parts = [
        f"# {record.name} {record.version}",
        NOTICE,
        f"Reads a frontal chest film of {record.input_size} × {record.input_size} gray pixels and "
        "gives a score p(covid), a heat map of what raised it, and how unfamiliar the film is. "
        f"It answers covid from a score of {threshold:.4f}, and not recognised above a novelty "
        f"of {novelty_threshold:.4f} or where the picture is no film.",
        "## What it learned from",
        _films(record.trained_on),
        "What each site is, and whose films they are: edge_runtime/models/NOTICE.",
        f"Fingerprint of the film index: `{record.data_fingerprint}`. Films never trained on: "
        f"{len(record.never_seen)}.",
        _networks(record),
        _rounding(record),
        note,
        "## How it did on films that it had not trained on",
        "In brackets the 95 % interval, over groups (films of one patient or near-duplicates).",
        _evaluation(evaluation),
        _called(called),
        "## Exported files against the Keras model",
        _parity(parity),
        "## What it cannot do",
        "In public collections positive and negative films come from different hospitals, and "
        "processing, markings and patients differ with them: a part of every figure above may "
        "be the hospital, not the disease. It was never tried on patients, it knows two "
        "classes, and anything else a film may show is forced into one of them. The heat map "
        "shows what the network used, not where a disease is.",
        "## Licence and origin",
        f"{AUTHOR}. {LICENCE}. Made by: {made}.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _films(films: Sequence[Film]) -> str:
    counts = Counter((film.site, film.label) for film in films)
    rows = [f"| {site} | {label} | {n} |" for (site, label), n in sorted(counts.items())]
    return "\n".join(["| site | class | films |", "|---|---|---|", *rows])


def _networks(record: StudentRecord) -> str:
    lines = []
    for name, facts in sorted(record.trained_networks.items()):
        settings = facts.get("settings", {}) if isinstance(facts, dict) else {}
        if settings.get("backbones"):
            weights = facts.get("weights", {})
            start = "; ".join(f"{key}: {value}" for key, value in sorted(weights.items()))
            lines.append(
                f"- {name}: {' + '.join(settings['backbones'])}, "
                f"{facts.get('parameters', 0):,} parameters, started from {start or 'unknown'}"
            )
    return "\n".join(lines)


def _rounding(record: StudentRecord) -> str:
    """Whether the float weights are those of training, or were moved for the int8 file's sake."""
    steps = record.preset.get("quantize", {}).get("steps", 0)
    if not steps:
        return ""
    return (
        f"At its end the student learned for {steps} more steps, on films that it had been trained "
        "on, to say with its numbers rounded to int8 what it says in float. The float files hold "
        "the weights that came of it."
    )


def _evaluation(reports: Sequence[EvaluationReport]) -> str:
    ours = [report for report in reports if report.network == "student"]
    if not ours:
        return "Not measured."
    rows = [
        f"| {r.split} | {r.films} ({r.positives} covid) | {interval_text(r.auroc)} | "
        f"{interval_text(r.sensitivity)} | {interval_text(r.specificity)} |"
        for r in ours
    ]
    head = ["| split | films | AUROC | sensitivity | specificity |", "|---|---|---|---|---|"]
    cautions = sorted({report.caution for report in ours if report.caution})
    return "\n".join([*head, *rows]) + "".join(f"\n\n{line}" for line in cautions)


def _called(rows: Sequence[CalledCovid]) -> str:
    """Films that show no covid and are called so: what a score against normals does not say."""
    if not rows:
        return ""
    lines = [
        "Films without covid that it had not trained on, and how many it calls covid (95 % "
        f"intervals of Wilson; fewer than {FEW} films say little):",
        "",
    ]
    lines += ["| label | site | films | called covid | share |", "|---|---|---|---|---|"]
    lines += [
        f"| {one.label} | {one.site} | {one.films} | {one.called} | {interval_text(one.share)}"
        f"{', few films' if one.films < FEW else ''} |"
        for one in rows
    ]
    return "\n".join(lines)


def _parity(reports: Sequence[ParityReport]) -> str:
    """A row a file; the films of all files are the same."""
    if not reports:
        return "Not measured."
    first = reports[0]
    counts = ", ".join(f"{n} {label}" for label, n in sorted(first.classes.items()))
    kind = "films" if first.films else "phantoms"
    rows = [
        f"| {r.file} | {r.mean_dp:.4f} | {r.p99_dp:.4f} | {r.flips} of {r.judged} | "
        f"{interval_text(r.auroc_difference, '+')} | {r.heatmap_rank_median:.2f} | "
        f"{'–' if r.empty_maps is None else r.empty_maps} |"
        for r in reports
    ]
    head = [
        f"On {first.judged} {kind} that it had not trained on ({counts}). A file is less or more "
        "than the Keras model by so much; how good either is stands above. AUROC's interval is "
        "DeLong's (paired, 95 %).",
        "",
        "| file | mean difference of the score | 99th percentile | decisions that change | "
        "difference of AUROC | rank correlation of heat maps (median) | heat maps lost |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows])

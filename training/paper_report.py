"""The paper's tables in Markdown, ours and theirs side by side, and a plot of the folds."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

from training.confusion import METRICS, contradictions
from training.paper_claims import claims
from training.paper_plot import folds_plot
from training.paper_tables import PaperResult, Row
from workshop.presets import PaperPreset, Preset
from workshop.runs import write_atomic
from workshop.summary import interval_text

__all__ = ["REFERENCE", "reference", "report_text", "summary_lines", "write_report"]

REFERENCE = Path(__file__).with_name("paper_reference.toml")
TITLES = {
    "teacher": (1, "Table 1. The teacher"),
    "plain": (2, "Table 2. The student without a teacher"),
    "student": (3, "Table 3. The distilled student"),
}
UNKNOWN = "not at hand"
EPOCHS, FILMS = 120, 118 + 8851  # the paper's


def reference(path: Path = REFERENCE) -> dict[str, Any]:
    """What is known of the paper's own figures."""
    return tomllib.loads(path.read_text("utf-8"))


def write_report(out: Path, preset: Preset, result: PaperResult) -> None:
    """Write `paper.md` and `plots/paper-folds.png` into a run folder."""
    folds_plot(out / "plots" / "paper-folds.png", result)
    write_atomic(out / "paper.md", report_text(preset, result, reference()))


def report_text(preset: Preset, result: PaperResult, known: dict[str, Any]) -> str:
    """The whole report as Markdown."""
    parts = [
        f"# {result.name}: the experiment of arXiv 2301.02735",
        "Research and demonstration only, not a medical device.",
        preset.note,
        "## Films and choices",
        _films(result),
        _choices(preset),
    ]
    for network, (number, title) in TITLES.items():
        rows = [row for row in result.rows if row.network == network]
        if rows:
            theirs = [row for row in known.get("rows", []) if row.get("table") == number]
            parts += [f"## {title}", _table(rows, result, network, theirs)]
    parts += [
        _improvement(result),
        "![The folds](plots/paper-folds.png)",
        "## Table 4. Parameters",
        _parameters(result, known),
        "## Table 5. Other work, and under which protocol",
        _comparators(result, known),
        "## What the paper claims",
        _caution(preset, result),
        _claims(result),
        "## What in the paper cannot be true by arithmetic",
        _impossible(known),
        "## Made by",
        ", ".join(f"{key} {value}" for key, value in sorted(result.made_by.items())) + ".",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def summary_lines(result: PaperResult, run: Path) -> list[str]:
    """What the command prints: averages over folds, differences, where the tables are."""
    lines = []
    for network, metrics in result.averages.items():
        shown = "  ".join(f"{name.replace('_', ' ')} {_number(metrics[name])}" for name in METRICS)
        lines.append(f"{network:8} {shown}  AUROC {interval_text(result.pooled[network])}")
    lines.append(f"validation films that are trained on too: {result.leak:.1%}")
    return [*lines, f"tables: {run / 'paper.md'}"]


def _films(result: PaperResult) -> str:
    counts = ", ".join(f"{count} {name}" for name, count in sorted(result.films.items()))
    leak = f"{result.leak:.1%}"
    if result.leak:
        told = f"**{leak} of the validation films are trained on as well**, as copies or by group."
    else:
        told = "No validation film's patient or near-duplicate is trained on."
    return (
        f"{counts}. {told} The two classes come from different hospitals: a network can score "
        "high by telling the hospitals apart, and nothing on this page shows that it did not."
    )


def _choices(preset: Preset) -> str:
    paper = preset.paper or PaperPreset((), ())
    teacher, student, distil = preset.teacher, preset.student, preset.distil
    direction = {
        "teacher_student": "KL(teacher, student), Hinton's",
        "student_teacher": "KL(student, teacher), as the formula reads",
    }[distil.divergence]
    rows = [
        ("positives", "118", str(paper.positives)),
        ("normals", "8,851", f"{paper.normals:,}" if paper.balance != "draw" else "drawn"),
        ("balance", "oversampling, or equal numbers", paper.balance),
        ("oversampling", "told before splitting", paper.oversample.replace("_", " ")),
        ("teacher", "VGG19 + ResNet50V2", " + ".join(teacher.backbones)),
        ("student", "MobileNetV2", " + ".join(student.backbones)),
        ("hidden units", "64 by the text, 60 by Table 4", str(student.hidden)),
        ("input", "224 x 224", f"{preset.input_size} x {preset.input_size}"),
        ("augmentation", "rotation, 0 to 20 degrees", f"{preset.augment.strength}, both ways"),
        ("loss", "binary cross-entropy", "the same, as a softmax of two logits"),
        ("optimiser", "Adam, 1e-5", f"Adam, {teacher.learning_rate:g} and "
                                    f"{student.learning_rate:g}, {student.schedule}"),
        ("batch", "32", f"{teacher.batch} and {student.batch}"),
        ("epochs", "120", f"{teacher.epochs} and {student.epochs}"),
        ("folds", "5", f"{preset.split.trained} of {preset.split.folds}"),
        ("eq. (1)", "alpha and T not given", f"alpha {distil.alpha:g}, T {distil.temperature:g}"),
        ("direction of KL", "KL(p, q), p the student", direction),
        ("teacher answers for", "not said", f"the {distil.views} film"),
        ("called covid from", "not said", "0.5"),
    ]  # fmt: skip
    lines = [f"| {name} | {theirs} | {ours} |" for name, theirs, ours in rows]
    return "\n".join(["| choice | paper | here |", "|---|---|---|", *lines])


def _head(first: str) -> list[str]:
    names = [name.replace("_", " ") for name in METRICS]
    return [f"| {first} | films | " + " | ".join(names) + " |", "|---" * (len(METRICS) + 2) + "|"]


def _cells(metrics: dict[str, float]) -> str:
    return " | ".join(_number(metrics.get(name, math.nan)) for name in METRICS)


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def _table(rows: list[Row], result: PaperResult, network: str, theirs: list[Any]) -> str:
    lines = _head("fold")
    lines += [f"| {row.fold} | {row.films} | {_cells(row.metrics)} |" for row in rows]
    films = sum(row.films for row in rows)
    lines.append(f"| **average** | {films} | {_cells(result.averages[network])} |")
    if not theirs:
        lines.append(f"| paper | – |{f' {UNKNOWN} |' * len(METRICS)}")
    for row in theirs:
        mark = " (impossible)" if contradictions(row, row.get("films")) else ""
        lines.append(f"| paper, {row['fold']}{mark} | {row.get('films', '–')} | {_cells(row)} |")
    area = result.pooled[network]
    return "\n".join(lines) + (
        f"\n\nAUROC of all folds' films together: {interval_text(area)}, 95 % over groups."
    )


def _improvement(result: PaperResult) -> str:
    if not {"plain", "student"} <= result.averages.keys():
        return ""
    plain, student = result.averages["plain"], result.averages["student"]
    gains = " | ".join(f"{student[name] - plain[name]:+.3f}" for name in METRICS)
    lines = [*_head("Table 3's last row"), f"| improvement | | {gains} |"]
    lines.append(f"| paper | |{f' {UNKNOWN} |' * len(METRICS)}")
    told = []
    for one in result.differences:
        told.append(
            f"- {one.first} less {one.second}, {one.metric.replace('_', ' ')}: "
            f"{interval_text(one.interval, '+')}: "
            + ("no difference is shown" if one.verdict == "none" else one.verdict)
        )
    return "\n".join(lines) + "\n\nOn the same films, 95 % over groups:\n\n" + "\n".join(told)


def _parameters(result: PaperResult, known: dict[str, Any]) -> str:
    lines = ["| network | paper | here |", "|---|---|---|"]
    for name in ("teacher", "student"):
        theirs = known.get("parameters", {}).get(name)
        shown = f"{theirs:,}" if theirs else UNKNOWN
        lines.append(f"| {name} | {shown} | {result.parameters.get(name, 0):,} |")
    return "\n".join(lines)


def _comparators(result: PaperResult, known: dict[str, Any]) -> str:
    folds = len({row.fold for row in result.rows})
    accuracy = result.averages.get("student", {}).get("accuracy", math.nan)
    counts = ", ".join(f"{count} {name}" for name, count in sorted(result.films.items()))
    ours = f"{folds} folds by " + ("film, with copies" if result.leak else "group")
    rows = [
        f"| {one['work']} | {one['figure']} | {one['data']} | {one['split']} |"
        for one in known.get("comparators", [])
    ]
    rows.append(f"| here, distilled student | accuracy {_number(accuracy)} | {counts} | {ours} |")
    return (
        "Figures under different protocols do not compare; the protocol is what this table is "
        "for. Which works the paper's own Table 5 lists was not at hand.\n\n"
        + "\n".join(["| work | its figure | films | split |", "|---|---|---|---|", *rows])
    )


def _caution(preset: Preset, result: PaperResult) -> str:
    """What a smaller experiment cannot say."""
    epochs = max(preset.teacher.epochs, preset.student.epochs)
    films = sum(result.films.values())
    if epochs >= EPOCHS and films >= FILMS:
        return ""
    return (
        f"This experiment is smaller than the paper's ({epochs} epochs at most instead of "
        f"{EPOCHS}, {films:,} films instead of {FILMS:,}): what it does not reproduce it does not "
        "refute."
    )


def _claims(result: PaperResult) -> str:
    rows = [f"| {one.claim} | {one.verdict} | {one.because} |" for one in claims(result)]
    return "\n".join(["| claim | here | because |", "|---|---|---|", *rows])


def _impossible(known: dict[str, Any]) -> str:
    lines = []
    for row in known.get("rows", []):
        for reason in contradictions(row, row.get("films")):
            where = f"table {row['table']}, fold {row['fold']}" if row["table"] else row["fold"]
            shown = ", ".join(f"{m.replace('_', ' ')} {row[m]:.3f}" for m in METRICS if m in row)
            lines.append(f"- {where} ({shown}): {reason}.")
    return "\n".join(lines) or "Nothing was found in the figures that are at hand."

"""Which films, and every choice of a run beside what the paper says of it."""

from __future__ import annotations

from typing import Any

from training.paper.markdown import table
from training.paper.tables import NAMES, PaperResult
from workshop.presets import PaperPreset, Preset

__all__ = ["caution", "choices_table", "films_text", "sources_of_both"]


def films_text(result: PaperResult) -> str:
    """How many films of which source, whether they leak, and what could pass for disease."""
    counts = ", ".join(f"{count} {name}" for name, count in sorted(result.films.items()))
    if result.leak:
        told = (
            f"**{result.leak:.1%} of the validation films are trained on as well**, as copies or "
            "by group."
        )
    else:
        told = "No validation film's patient or near-duplicate is trained on."
    if sources_of_both(result):
        apart = "A source holds both classes, but few hospitals made these films"
    else:
        apart = "The two classes come from different hospitals"
    return (
        f"{counts}. {told} {apart}: a network can score high by telling the hospitals apart, and "
        "nothing on this page shows that it did not."
    )


def sources_of_both(result: PaperResult) -> list[str]:
    """Names of the sources that hold covid and normal films."""
    labels: dict[str, set[str]] = {}
    for name in result.films:
        label, _, source = name.partition(" of ")
        labels.setdefault(source, set()).add(label)
    return sorted(source for source, held in labels.items() if len(held) > 1)


def choices_table(preset: Preset, known: dict[str, Any]) -> str:
    """Every choice, the paper's and this run's."""
    paper = preset.paper or PaperPreset((), ())
    teacher, student, distil = preset.teacher, preset.student, preset.distil
    data, fixed, theirs = known["data"], known["training"], known["networks"]
    size, inputs = preset.input_size, fixed["input_size"]
    direction = {
        "teacher_student": "KL(teacher, student), Hinton's",
        "student_teacher": "KL(student, teacher), as the formula reads",
    }[distil.divergence]
    rows = [
        ("positives", f"{data['positives']:,}", str(paper.positives)),
        ("normals", f"{data['normals']:,}",
         "drawn" if paper.balance == "draw" else _count(paper.normals)),
        ("balance", "oversampling, or equal numbers", paper.balance),
        ("oversampling", "told before splitting", paper.oversample.replace("_", " ")),
        ("teacher", " + ".join(theirs["teacher"]), " + ".join(teacher.backbones)),
        ("student", " + ".join(theirs["student"]), " + ".join(student.backbones)),
        ("hidden units", "64 by the text, 60 by Table 4", str(student.hidden)),
        ("input", f"{inputs} x {inputs}", f"{size} x {size}"),
        ("augmentation", "rotation, 0 to 20 degrees", f"{preset.augment.strength}, both ways"),
        ("loss", "binary cross-entropy", "the same, as a softmax of two logits"),
        ("optimiser", "Adam, 1e-5", f"Adam, {teacher.learning_rate:g} and "
                                    f"{student.learning_rate:g}, {student.schedule}"),
        ("batch", "32", f"{teacher.batch} and {student.batch}"),
        ("epochs", str(fixed["epochs"]), f"{teacher.epochs} and {student.epochs}"),
        ("folds", str(fixed["folds"]), f"{preset.split.trained} of {preset.split.folds}"),
        ("eq. (1)", "alpha and T not given", f"alpha {distil.alpha:g}, T {distil.temperature:g}"),
        ("direction of KL", "KL(p, q), p the student", direction),
        ("teacher answers for", "not said", f"the {distil.views} film"),
        ("called covid from", "not said", "0.5"),
        ("arithmetic", "not said", f"{teacher.precision} and {student.precision}"),
        ("networks trained", "teacher, student, distilled student",
         ", ".join(NAMES[name] for name in paper.networks)),
    ]  # fmt: skip
    return table(["choice", "paper", "here"], rows)


def caution(preset: Preset, result: PaperResult, known: dict[str, Any]) -> str:
    """What a smaller experiment cannot say; nothing for one of the paper's size."""
    epochs = max(preset.teacher.epochs, preset.student.epochs)
    films, theirs = sum(result.films.values()), sum(known["data"].values())
    if epochs >= known["training"]["epochs"] and films >= theirs:
        return ""
    return (
        f"This experiment is smaller than the paper's ({epochs} epochs at most instead of "
        f"{known['training']['epochs']}, {films:,} films instead of {theirs:,}): what it does not "
        "reproduce it does not refute."
    )


def _count(wanted: int | str) -> str:
    return wanted if isinstance(wanted, str) else f"{wanted:,}"

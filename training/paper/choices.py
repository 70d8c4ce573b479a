"""Which films, and every choice of a run beside what the paper says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from training.paper.tables import NAMES, PaperResult
from workshop.markdown import table
from workshop.presets import NetworkPreset, PaperPreset, Preset
from workshop.summary import counts_text

__all__ = ["caution", "choices_table", "films_text", "sources_of_both", "trained_roles"]


def films_text(result: PaperResult) -> str:
    """How many films of which source, whether they leak, and what could pass for disease."""
    counts = counts_text(result.films)
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
    trained = trained_roles(preset)
    distil, theirs = preset.distil, known["networks"]
    data, fixed = known["data"], known["training"]
    size, inputs = preset.input_size, fixed["input_size"]

    def each(of: Callable[[NetworkPreset], Any]) -> str:
        """What the trained networks have, once where they have the same."""
        told = [f"{value:g}" if isinstance(value := of(one), float) else str(value)
                for one in trained.values()]  # fmt: skip
        return " and ".join(dict.fromkeys(told))

    names = {
        role: " + ".join(trained[role].backbones) if role in trained else "not trained"
        for role in ("teacher", "student")
    }
    rows = [
        ("films", "ieee8023 and RSNA", f"{', '.join(paper.positive_sources)} and "
                                       f"{', '.join(paper.normal_sources)}"),
        ("positives", f"{data['positives']:,}", str(paper.positives)),
        ("normals", f"{data['normals']:,}",
         "drawn" if paper.balance == "draw" else _count(paper.normals)),
        ("balance", "oversampling, or equal numbers", paper.balance),
        ("oversampling", "told before splitting", paper.oversample.replace("_", " ")),
        ("teacher", " + ".join(theirs["teacher"]), names["teacher"]),
        ("student", " + ".join(theirs["student"]), names["student"]),
        ("hidden units", "64 by the text, 60 by Table 4", each(lambda one: one.hidden)),
        ("dropout", "0.5 in the teacher", each(lambda one: one.dropout)),
        ("batch normalisation keeps", "not said; Keras' .99 and .999",
         each(lambda one: one.batch_norm_momentum)),
        ("input", f"{inputs} x {inputs}", f"{size} x {size}"),
        ("augmentation", "rotation, 0 to 20 degrees", f"{preset.augment.strength}, both ways"),
        ("loss", "binary cross-entropy", "the same, as a softmax of two logits"),
        ("optimiser", "Adam, 1e-5", f"Adam, {each(lambda one: one.learning_rate)}, "
                                    f"{each(lambda one: one.schedule)}"),
        ("batch", "32", each(lambda one: one.batch)),
        ("epochs", str(fixed["epochs"]), each(lambda one: one.epochs)),
        ("arithmetic", "not said", each(lambda one: one.precision)),
        ("folds", str(fixed["folds"]), f"{preset.split.trained} of {preset.split.folds}"),
    ]  # fmt: skip
    if "student" in paper.networks:
        direction = {
            "teacher_student": "KL(teacher, student), Hinton's",
            "student_teacher": "KL(student, teacher), as the formula reads",
        }[distil.divergence]
        rows += [
            ("eq. (1)", "alpha and T not given",
             f"alpha {distil.alpha:g}, T {distil.temperature:g}"),
            ("direction of KL", "KL(p, q), p the student", direction),
            ("teacher answers for", "not said", f"the {distil.views} film"),
        ]  # fmt: skip
    rows.append(("called covid from", "not said", "0.5"))
    return table(["choice", "paper", "here"], rows)


def trained_roles(preset: Preset) -> dict[str, NetworkPreset]:
    """The settings of what the experiment trains: "teacher", "student" or both."""
    networks = preset.paper.networks if preset.paper else tuple(NAMES)
    found = {"teacher": preset.teacher} if "teacher" in networks else {}
    return {**found, "student": preset.student} if {"plain", "student"} & {*networks} else found


def caution(preset: Preset, result: PaperResult, known: dict[str, Any]) -> str:
    """What a smaller experiment cannot say; nothing for one of the paper's size."""
    epochs = max(one.epochs for one in trained_roles(preset).values())
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

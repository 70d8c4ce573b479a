"""Networks by name, each trained on the same folds: what each one reaches, and what it costs."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import keras

from edge_runtime.errors import DataError
from training.backbones import BackboneWarning, check_backbone
from training.begin import Run, begin, facts_of, films_and_folds
from training.compare_report import (
    ABSENT,
    UNKNOWN,
    Compared,
    Comparison,
    compare_plot,
    compare_text,
)
from training.inference import logits
from training.macs import multiply_adds
from training.members import Job, Member, Trainer
from training.networks import build
from workshop.evidence.statistics import auroc, bootstrap
from workshop.presets import Preset
from workshop.records import Fold
from workshop.records_io import save
from workshop.runs import write_atomic

__all__ = ["STUDENTS", "TEACHERS", "compare"]

# Of the families that the field takes for chest films; first those of arXiv 2301.02735.
TEACHERS = ("VGG19+ResNet50V2", "VGG19+ResNet50", "VGG16+ResNet50V2", "VGG19+MobileNetV2",
            "ResNet50+MobileNetV2", "DenseNet121+ResNet50V2")  # fmt: skip
STUDENTS = ("MobileNetV2", "MobileNetV2:0.35", "MobileNet", "MobileNetV3Small", "EfficientNetB0",
            "NASNetMobile")  # fmt: skip


def compare(
    run: Run, teachers: Sequence[str], students: Sequence[str], folds: int
) -> list[Compared]:
    """Train every network on labels alone, on the preset's first `folds` folds.

    A teacher is one or more names joined by "+", a student is one name; each is given the
    preset's settings of its role. One whose pretrained weights cannot be had is counted and
    not trained. Goes on where it was; no film of a holdout is looked at. Writes
    `compare.json`, `compare.md` and `plots/compare.png`. Raises `DataError` for names that
    will not do before anything is trained.
    """
    names = [("teacher", name) for name in dict.fromkeys(teachers)]
    names += [("student", name) for name in dict.fromkeys(students)]
    for role, name in names:
        _check(role, name)
    films, all_folds = films_and_folds(run)
    if not names or not 1 <= folds <= len(all_folds):
        raise DataError(f"give at least one network, and 1 to {len(all_folds)} folds")
    chosen = all_folds[:folds]
    held = sum(len(set(fold.validation)) for fold in chosen)
    fresh = not (run.out / "run.json").exists()
    preset, pixels = begin(run, films, {fold.name: len(fold.validation) for fold in chosen})
    try:
        found = [_counted(_preset(preset, *one), *one, held, run) for one in names]
    except DataError:
        if fresh:  # leave no run behind
            (run.out / "run.json").unlink()
        raise
    facts = facts_of(preset, films)
    for place, one in enumerate(found):
        absent = ABSENT in one.weights.values()
        told = f": {UNKNOWN}, its weights are {ABSENT}" if absent else ""
        sys.stderr.write(f"{place + 1} of {len(found)}: {one.role} {one.network}{told}\n")
        if not absent:
            own = run.out / "checkpoints" / f"{one.role}-{one.network}".replace(":", "-")
            its = _preset(preset, one.role, one.network)
            trainer = Trainer(its, films, pixels, own, run.weights)
            found[place] = _measured(one, trainer, chosen)
        if not absent or place == len(found) - 1:  # what is known by now, whatever comes next
            ordered = sorted(found, key=_rank)
            compare_plot(run.out / "plots" / "compare.png", ordered)
            page = compare_text(preset, films, chosen, ordered, facts["machine"])
            write_atomic(run.out / "compare.md", page)
            save(run.out / "compare.json", Comparison(facts, tuple(ordered)))
    return sorted(found, key=_rank)


def _rank(one: Compared) -> tuple[bool, float]:
    return one.role != "teacher", -one.auroc.value if one.auroc else 2.0


def _check(role: str, name: str) -> None:
    """Raise `DataError` for what cannot be a network of that role."""
    backbones = name.split("+")
    for spec in backbones:
        check_backbone(spec)
    if len(set(backbones)) < len(backbones):
        raise DataError(f"{name} names a backbone twice")
    if role == "student" and len(backbones) > 1:
        raise DataError(f"{name}: a student is one network; give a pair with --teacher")


def _preset(preset: Preset, role: str, name: str) -> Preset:
    """The preset with that network in its role."""
    own = replace(getattr(preset, role), backbones=tuple(name.split("+")))
    return replace(preset, teacher=own) if role == "teacher" else replace(preset, student=own)


def _counted(preset: Preset, role: str, name: str, films: int, run: Run) -> Compared:
    """What is known of a network before it is trained; `DataError` where it cannot be built."""
    # A download's talk is no data, and what is missing is told in the table.
    with contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.simplefilter("ignore", BackboneWarning)
        network, origins = build(getattr(preset, role), preset.input_size, role, run.weights)
    cost = multiply_adds(network)
    weights = {spec: ABSENT if told.startswith("random (") else told
               for spec, told in origins.items()}  # fmt: skip
    keras.backend.clear_session()
    return Compared(role, name, None, films, network.count_params(), cost, None, weights)


def _measured(one: Compared, trainer: Trainer, folds: Sequence[Fold]) -> Compared:
    """Train it on each fold and ask it about the films of that fold."""
    role = "teacher" if one.role == "teacher" else "plain"
    asked: list[int] = []
    scores: list[float] = []
    pace: list[float] = []
    for number, fold in enumerate(folds):
        job = Job.of(number, fold)
        made = Member(job.name, {}, [], {})
        trainer.train(made, role, job)
        asked += job.held
        scores += logits(made.networks[role], trainer.pixels, job.held).tolist()
        pace += [row["films_per_second"] for row in made.history if "films_per_second" in row]
        del made
        keras.backend.clear_session()
    films = [trainer.films[i] for i in asked]
    labels = [int(film.label == "covid") for film in films]
    area = bootstrap(auroc, [f.group for f in films], labels, scores, seed=trainer.preset.seed)
    return replace(one, auroc=area, films_per_second=median(pace) if pace else None)

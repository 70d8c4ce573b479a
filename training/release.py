"""The hand-over to export: the student, its record, its novelty statistics."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from edge_runtime.errors import StorageError
from training.members import Member
from training.networks import FEATURES
from training.novelty_films import learn_novelty, statistics_films
from workshop.presets import Preset
from workshop.provenance import data_fingerprint, made_by
from workshop.records import Film, StudentRecord
from workshop.records_io import save
from workshop.runs import storage_error
from workshop.splits import Split

__all__ = ["save_model", "write_student"]


def save_model(network: keras.Model, path: Path) -> None:
    """Write a `.keras` file, whole or not at all."""
    temporary = path.with_name(f".{path.stem}-{os.getpid()}.keras")
    try:
        network.save(temporary)
        os.replace(temporary, path)
    except OSError as error:
        raise storage_error(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)
    if not path.is_file():
        raise StorageError(f"{path} was not written")


def write_student(
    out: Path,
    preset: Preset,
    films: Sequence[Film],
    pixels: npt.NDArray[np.uint8],
    split: Split,
    trained_on: Sequence[int],
    member: Member,
    temperature: float,
    threshold: float,
) -> None:
    """Write teacher.keras, student.keras, novelty.npz and, last, student.json."""
    save_model(member.teacher, out / "teacher.keras")
    save_model(member.student, out / "student.keras")
    # A refitted student has seen these as well, but the statistics have not.
    held = sorted(set(split.folds[0].validation))
    learnt = set(trained_on) - set(held)
    chosen = statistics_films(films, sorted(learnt), preset.seed)
    familiar = learn_novelty(
        preset.novelty, preset.seed, member.student, pixels[chosen], pixels[held]
    )
    familiar.statistics.save(out / "novelty.npz", familiar.threshold)
    never = [films[i] for i in (*split.holdout, *split.excluded)]
    record = StudentRecord(
        name=preset.name,
        version=preset.version,
        model_file="student.keras",
        model_sha256=hashlib.sha256((out / "student.keras").read_bytes()).hexdigest(),
        input_size=preset.input_size,
        temperature=temperature,
        threshold=threshold,
        never_seen=tuple(never),
        trained_on=tuple(films[i] for i in trained_on),
        novelty_file="novelty.npz",
        novelty_threshold=familiar.threshold,
        novelty_films=familiar.counts,
        last_conv=FEATURES,
        data_fingerprint=data_fingerprint(films),
        preset=preset.to_dict(),
        made_by=made_by(),
        trained_networks=_networks(preset, member),
    )
    save(out / "student.json", record)


def _networks(preset: Preset, member: Member) -> dict[str, Any]:
    return {
        name: {
            "settings": asdict(settings),
            "parameters": network.count_params(),
            "weights": member.origins[name],
        }
        for name, settings, network in (
            ("teacher", preset.teacher, member.teacher),
            ("student", preset.student, member.student),
        )
    }

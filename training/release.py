"""The hand-over to export: the student, its record, its novelty statistics."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from edge_runtime.errors import StorageError
from edge_runtime.pixels import film_pixels
from training.inference import pooled_features
from training.members import Member
from training.networks import FEATURES
from training.novelty import NoveltyStatistics, novelty_statistics
from workshop.phantoms import draw_set
from workshop.presets import Preset
from workshop.provenance import data_fingerprint, made_by
from workshop.records import Film, StudentRecord
from workshop.records_io import save
from workshop.runs import storage_error
from workshop.splits import Split

__all__ = ["save_model", "write_student"]

Pixels = npt.NDArray[np.uint8]
STATISTICS_FILMS = 1500  # more changes nothing but the time it takes
PHANTOM_SEED = 20_000  # beside any seed that a user's own phantoms are likely to have


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
    pixels: Pixels,
    split: Split,
    trained_on: Sequence[int],
    member: Member,
    temperature: float,
    threshold: float,
) -> None:
    """Write teacher.keras, student.keras, novelty.npz and, last, student.json."""
    save_model(member.teacher, out / "teacher.keras")
    save_model(member.student, out / "student.keras")
    held = split.folds[0].validation if not preset.split.refit else split.training
    statistics, limit, counts = _novelty(preset, films, pixels, trained_on, held, member.student)
    statistics.save(out / "novelty.npz")
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
        novelty_threshold=limit,
        novelty_films=counts,
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


def _novelty(
    preset: Preset,
    films: Sequence[Film],
    pixels: Pixels,
    trained_on: Sequence[int],
    held: Sequence[int],
    student: keras.Model,
) -> tuple[NoveltyStatistics, float, dict[str, int]]:
    """Statistics from training films and phantoms, the threshold from films beside them.

    The sites weigh alike, as in training. The threshold is the larger of two quantiles,
    of films that were held out of the fold and of phantoms that the statistics have not
    seen: both must be answered.
    """
    rng = np.random.default_rng(preset.seed)
    count = preset.novelty.phantoms
    chosen = _evenly(films, trained_on, STATISTICS_FILMS, rng)
    drawn = _phantoms(count * 2, preset.seed + PHANTOM_SEED, preset.input_size)
    features = np.concatenate(
        [
            pooled_features(student, pixels, chosen, "novelty: films"),
            pooled_features(student, drawn, range(count)),
        ]
    )
    statistics = novelty_statistics(features, preset.novelty.components)
    familiar = [
        statistics.novelty(pooled_features(student, pixels, list(held))),
        statistics.novelty(pooled_features(student, drawn, range(count, 2 * count))),
    ]
    limit = max(float(np.quantile(part, 1.0 - preset.novelty.refused)) for part in familiar)
    return statistics, limit, {"films": len(chosen), "phantoms": count}


def _evenly(
    films: Sequence[Film], which: Sequence[int], count: int, rng: np.random.Generator
) -> list[int]:
    """Up to `count` films, the same number from each label and site where there are enough."""
    cells: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i in which:
        cells[films[i].label, films[i].site].append(i)
    share = max(1, count // len(cells))
    chosen: list[int] = []
    for cell in cells.values():
        chosen += [cell[i] for i in rng.permutation(len(cell))[:share]]
    return sorted(chosen)


def _phantoms(count: int, seed: int, size: int) -> Pixels:
    from PIL import Image

    drawn = [
        np.frombuffer(film_pixels(Image.fromarray(one.image), size), np.uint8)
        for one in draw_set(count, seed)
    ]
    return np.stack(drawn).reshape(count, size, size)

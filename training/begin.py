"""How a run begins or is taken up again: its films, its folder, what is fixed before a step."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from edge_runtime.errors import RunError
from edge_runtime.machine import describe
from training.backbones import check_backbone
from training.films import kept_together, pixels_of, readable
from training.pace import faster_precision
from workshop.films import read_index
from workshop.paper_folds import paper_films, paper_folds
from workshop.presets import Preset
from workshop.provenance import data_fingerprint, made_by
from workshop.records import Film, Fold
from workshop.runs import write_atomic
from workshop.splits import split_films

__all__ = ["CACHE", "Run", "begin", "facts_of", "films_and_folds", "films_of", "index_of"]

CACHE = "cache"


@dataclass(frozen=True)
class Run:
    """Where a run reads and writes."""

    preset: Preset
    data: Path
    out: Path
    weights: Path | None = None
    resume: bool = False
    skip_bad: bool = False  # leave out films that cannot be read


def index_of(run: Run) -> list[Film]:
    """The films of the run's index; with `skip_bad` those that can be read.

    Each film that is left out is named on stderr.
    """
    films = read_index(run.data)
    return readable(run.data, films, run.preset.input_size) if run.skip_bad else films


def films_of(run: Run) -> list[Film]:
    """The films that take part, one film twice in one group: what every split starts from.

    Near-duplicates in different groups are named on stderr. Raises `RunError` where the
    folder holds something else, `DataError` for films that cannot be read.
    """
    # What is wrong with the preset is told before pixels are kept in the folder.
    _check_backbones(run.preset)
    _begun(run)
    films = _taking_part(run)
    if run.preset.paper is None and run.preset.sites is None:
        split_films(films, run.preset.data, run.preset.split, run.preset.seed)
    return kept_together(films, _pixels(run, films))


def films_and_folds(run: Run, *, check: bool = True) -> tuple[list[Film], tuple[Fold, ...]]:
    """The films that take part and all folds of the preset; no holdout is among them.

    Without `check` near-duplicates are not looked for: for timing alone.
    """
    preset, films = run.preset, films_of(run) if check else _taking_part(run)
    if preset.paper is None:
        return films, split_films(films, preset.data, preset.split, preset.seed).folds
    return films, paper_folds(films, preset.paper, preset.split, preset.seed)


def _taking_part(run: Run) -> list[Film]:
    index, paper = index_of(run), run.preset.paper
    if paper is None:
        return index
    return [index[i] for i in paper_films(index, paper, run.preset.seed)]


def _check_backbones(preset: Preset) -> None:
    for network in (preset.teacher, preset.student):
        for spec in network.backbones:
            check_backbone(spec)


def _pixels(run: Run, films: Sequence[Film]) -> npt.NDArray[np.uint8]:
    return pixels_of(run.data, films, run.preset.input_size, run.out / CACHE)


def begin(
    run: Run, films: Sequence[Film], roles: dict[str, int]
) -> tuple[Preset, npt.NDArray[np.uint8]]:
    """Open the run folder, or take it up again.

    Returns the preset with nothing left to be chosen, and the films' pixels
    `uint8[n, S, S]`. `roles` counts the films by what they are for. Raises `RunError` where
    the folder holds something else, `DataError` for films that cannot be read.
    """
    _check_backbones(run.preset)
    begun = _begun(run)
    preset = run.preset if begun is None else _as_begun(run, begun, films)
    if preset.deterministic:
        _make_deterministic()
    pixels = _pixels(run, films)
    if begun is None:  # only now, so that a bad film leaves no run behind
        preset = replace(
            preset,
            teacher=faster_precision(preset.teacher, preset.input_size, "teacher"),
            student=faster_precision(preset.student, preset.input_size, "student"),
        )
        facts = _facts(run, preset, films, roles)
        write_atomic(run.out / "run.json", json.dumps(facts, indent=1) + "\n")
    return preset, pixels


def _begun(run: Run) -> dict[str, Any] | None:
    """What run.json says of a run to go on with; `RunError` rather than mix runs."""
    path = run.out / "run.json"
    if not path.is_file():
        # A kill in the middle of writing run.json leaves its temporary file.
        others = run.out.iterdir() if run.out.is_dir() else ()
        if any(one.name != CACHE and not one.name.startswith(".run.json.") for one in others):
            raise RunError(f"{run.out} is not empty and holds no run; choose another --out")
        return None
    if not run.resume:
        raise RunError(f"{run.out} holds a run; go on with --resume or choose another --out")
    try:
        begun = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RunError(f"{path} cannot be read; start in a new folder with --out") from error
    return begun if isinstance(begun, dict) else {}


def _as_begun(run: Run, begun: dict[str, Any], films: Sequence[Film]) -> Preset:
    """The preset with the precision that was chosen when the run began."""
    preset = run.preset
    try:
        # Through the dataclass, so that a run begun before a preset had some key goes on.
        earlier = TypeAdapter(Preset).validate_python(begun["preset"])
        fingerprint, backend = begun["data_fingerprint"], begun.get("backend")
    except (KeyError, TypeError, ValidationError) as error:
        path = run.out / "run.json"
        raise RunError(f"{path} cannot be read; start in a new folder with --out") from error
    if preset.teacher.precision == "auto":
        chosen = replace(preset.teacher, precision=earlier.teacher.precision)
        preset = replace(preset, teacher=chosen)
    if preset.student.precision == "auto":
        chosen = replace(preset.student, precision=earlier.student.precision)
        preset = replace(preset, student=chosen)
    if backend not in (None, keras.backend.backend()):
        raise RunError(
            f"{run.out} was begun on {backend}, which trains to other weights: set "
            f"KERAS_BACKEND={backend}, or choose another --out"
        )
    if earlier != preset or fingerprint != data_fingerprint(films):
        raise RunError(
            f"{run.out} was begun with another preset or other films; choose another --out"
        )
    return preset


def _facts(
    run: Run, preset: Preset, films: Sequence[Film], roles: dict[str, int]
) -> dict[str, Any]:
    """What run.json says of the run."""
    return {
        "schema": 1,
        **facts_of(preset, films),
        "data": str(run.data.resolve()),
        "films": len(films),
        "roles": roles,
        "begun": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def facts_of(preset: Preset, films: Sequence[Film]) -> dict[str, Any]:
    """What every record of training says of where it came from."""
    machine = describe()
    return {
        "name": preset.name,
        "preset": preset.to_dict(),
        "data_fingerprint": data_fingerprint(films),
        "seed": preset.seed,
        "backend": keras.backend.backend(),
        "machine": {key: machine[key] for key in ("cpu", "cores", "machine")},
        "made_by": made_by(),
    }


def _make_deterministic() -> None:
    """Equal seeds, equal bits; only TensorFlow needs to be told.

    Its kernels alone do not suffice: with operations of a graph side by side, a training
    step came out in one of a few ways, differing in its last bits (measured with 2.21).
    """
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.experimental.enable_op_determinism()

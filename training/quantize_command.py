"""`python -m training quantize`: a copy of a finished run's student that bears int8."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from training.options import DataFolder

__all__ = ["quantize", "quantize_run"]

MODEL, RECORD, CHECKPOINT = "student-int8.keras", "quantized.json", "quantize.npz"
FAMILIAR = 256  # films that ranges and channel sizes are taken from
PHANTOMS = 150  # trained on beside the films: golden inputs and pages show phantoms
PHANTOM_SEED = 41_000


def quantize(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder that was finished.")],
    data: DataFolder = None,
    steps: Annotated[int, typer.Option(min=1, help="Steps of 16 films.")] = 400,
    learning_rate: Annotated[float, typer.Option(min=1e-9, max=1.0)] = 1e-4,
) -> None:
    """Fine-tune a copy of the student so that its int8 file says what the float student says.

    Writes RUN/student-int8.keras and RUN/quantized.json, which `export run` takes for its int8
    files. A stopped one goes on when the same command is given again. Labels play no part.
    """
    from training.quantize import Settings

    record = quantize_run(run, data, Settings(steps=steps, learning_rate=learning_rate))
    last = record["history"][-1]
    sys.stdout.write(
        f"{run / MODEL}: after {last['step']} steps the rounding costs {last['logit']:.4f} of the "
        f"logit's variance and {last['maps']:.4f} of the last map's, on films trained on\n"
    )


def quantize_run(run: Path, data: Path | None, settings: Any) -> dict[str, Any]:
    """Do it, or what is left of it; returns what quantized.json holds.

    Raises `RunError` or `ModelError` for a run that will not do, `DataError` for films that
    cannot be read.
    """
    import keras
    import numpy as np

    from edge_runtime.errors import RunError
    from training.checkpoints import Checkpoint
    from training.fake_quant import FLOAT_BLOCKS
    from training.quantize import fine_tuned
    from training.release import save_model
    from workshop.film_store import load_films
    from workshop.films import run_data
    from workshop.phantoms import phantom_pixels
    from workshop.provenance import made_by
    from workshop.records import StudentRecord
    from workshop.records_io import load
    from workshop.runs import existing_run, write_atomic
    from workshop.student_file import student_file

    if keras.backend.backend() != "tensorflow":
        raise RunError("the rounding is TensorFlow's: run with KERAS_BACKEND=tensorflow")
    record = load(existing_run(run) / "student.json", StudentRecord)
    student = keras.saving.load_model(student_file(run, record), compile=False)
    size = record.input_size
    films = np.asarray(load_films(run_data(run, data), record.trained_on, size, run / "cache"))
    drawn, _ = phantom_pixels(PHANTOMS, settings.seed + PHANTOM_SEED, size)
    everything = np.concatenate([films, drawn])
    rng = np.random.default_rng(settings.seed)
    chosen = np.sort(rng.permutation(len(everything))[:FAMILIAR])
    familiar = everything[chosen]
    key = hashlib.sha256(
        json.dumps([record.model_sha256, asdict(settings), FLOAT_BLOCKS], sort_keys=True).encode()
    ).hexdigest()[:12]
    checkpoint = Checkpoint(run / "checkpoints" / f"{key}-{CHECKPOINT}")
    checkpoint.path.parent.mkdir(exist_ok=True)
    copy, history = fine_tuned(student, everything, familiar, settings, checkpoint)
    save_model(copy, run / MODEL)
    facts = {
        "schema": 1,
        "model_file": MODEL,
        "model_sha256": hashlib.sha256((run / MODEL).read_bytes()).hexdigest(),
        "student_sha256": record.model_sha256,
        "float_layers": list(FLOAT_BLOCKS),
        "settings": asdict(settings),
        "history": history,
        "made_by": made_by(),
    }
    write_atomic(run / RECORD, json.dumps(facts, indent=1) + "\n")
    return facts

"""`python -m training quantize`: a finished run's student, made to bear int8, as a run."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edge_runtime.errors import RunError
from training.options import DataFolder, WeightsFolder

if TYPE_CHECKING:
    from workshop.presets import QuantizePreset

__all__ = ["quantize", "quantize_run"]

CHECKPOINTS = "checkpoints"
STEPS = 600


def quantize(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder that was finished.")],
    data: DataFolder = None,
    out: Annotated[
        Path | None, typer.Option(help="The new run's folder; by default RUN-int8."),
    ] = None,
    weights: WeightsFolder = None,
    steps: Annotated[int, typer.Option(min=1, help="Steps of 16 films.")] = STEPS,
    learning_rate: Annotated[float, typer.Option(min=1e-9, max=1.0)] = 2e-4,
) -> None:  # fmt: skip
    """Fine-tune a run's student until its int8 file decides as it does, in a run of its own.

    The new run is what `training run` makes of the same preset with [quantize] steps set: it
    takes over what RUN has trained, and scores, thresholds and novelty are worked out again.
    A stopped one goes on when the same command is given again.
    """
    from workshop.presets import QuantizePreset
    from workshop.quiet import import_keras_quietly
    from workshop.summary import evaluation_lines

    import_keras_quietly()
    target = out if out is not None else run.with_name(f"{run.name}-int8")
    wanted = QuantizePreset(steps=steps, learning_rate=learning_rate)
    reports = quantize_run(run, data, target, weights, wanted)
    sys.stdout.write("\n".join(evaluation_lines(reports, target)) + "\n")


def quantize_run(
    run: Path, data: Path | None, out: Path, weights: Path | None, wanted: QuantizePreset
) -> list[Any]:
    """Do it, or what is left of it; returns the new run's evaluation.

    Raises `RunError` for a run that will not do, `DataError` for films that cannot be read.
    """
    from dataclasses import replace

    from pydantic import TypeAdapter, ValidationError

    from training.begin import Run
    from training.run import train
    from workshop.films import run_data
    from workshop.presets import Preset
    from workshop.runs import existing_run

    existing_run(run)
    try:
        facts = json.loads((run / "run.json").read_text("utf-8"))
        preset = TypeAdapter(Preset).validate_python(facts["preset"])
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise RunError(f"{run / 'run.json'} cannot be read: train the run again") from error
    if preset.paper is not None or preset.sites is not None:
        raise RunError(f"{run} is an experiment and has no student to release")
    if not any((run / CHECKPOINTS).glob("*-student.npz")):
        raise RunError(f"{run / CHECKPOINTS} is gone: nothing to go on from; train the run again")
    if not (out / "run.json").is_file():
        _take_over(run, out, facts, replace(preset, quantize=wanted).to_dict())
    return train(
        Run(replace(preset, quantize=wanted), run_data(run, data), out, weights, resume=True)
    )


def _take_over(run: Path, out: Path, facts: dict[str, Any], preset: dict[str, Any]) -> None:
    """What was trained goes along; run.json comes last, so that half a copy is no run."""
    from workshop.runs import storage_error, write_atomic

    if out.exists() and any(one.name != CHECKPOINTS for one in out.iterdir()):
        raise RunError(f"{out} is not empty and holds no run; choose another --out")
    try:
        (out / CHECKPOINTS).mkdir(parents=True, exist_ok=True)
        for path in sorted((run / CHECKPOINTS).glob("*.npz")):
            shutil.copyfile(path, out / CHECKPOINTS / path.name)
    except OSError as error:
        raise storage_error(out, error) from error
    write_atomic(out / "run.json", json.dumps({**facts, "preset": preset}, indent=1) + "\n")

"""`python -m training evaluate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from training.options import DataFolder, SkipBad

__all__ = ["evaluate"]


def evaluate(
    model: Annotated[Path, typer.Argument(help="A .keras, .tflite or .onnx file.")],
    data: DataFolder = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder; by default RUN/evidence for the student of a run, "
                     "else runs/evaluate-MODEL."),
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(help="The run that the file was exported from: its films are left out."),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(min=0, max=1, help="Instead of the model's own."),
    ] = None,
    sensitivity: Annotated[
        list[float] | None,
        typer.Option(min=0.01, max=1, help="Choose a threshold for it out of fold. May be given "
                     "several times; by default .9."),
    ] = None,
    films: Annotated[
        int | None, typer.Option(min=1, help="A quick look at about so many films."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of resampling and of --films.")] = 1,
    skip_bad: SkipBad = False,
    keep_seen: Annotated[
        bool, typer.Option("--keep-seen", help="Score films that were trained on too."),
    ] = False,
    no_audits: Annotated[
        bool, typer.Option("--no-audits", help="Leave out audits and robustness, the long part."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print evidence.json.")] = False,
) -> None:  # fmt: skip
    """Test any model file on labelled films: metrics, audits, calibration, who is called covid."""
    from training.evaluate.command import evaluate_model
    from training.evaluate.request import Request
    from training.evaluate.summary import summary
    from workshop.films import data_folder
    from workshop.records_io import as_json as to_json

    wanted = Request(
        model, data_folder(data), out, run, threshold, tuple(sorted(set(sensitivity or [0.9]))),
        films, seed, skip_bad, keep_seen, not no_audits,
    )  # fmt: skip
    evidence, folder = evaluate_model(wanted)
    sys.stdout.write(to_json(evidence) if as_json else summary(evidence, folder))

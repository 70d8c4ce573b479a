"""`python -m export`: the command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(
    help="A trained student -> .tflite and .onnx, each with its contract. "
    "Research only, not a medical device.",
    no_args_is_help=True,
    add_completion=False,
)


@app.callback()
def _export() -> None:
    """A trained student -> .tflite and .onnx, each with its contract."""


@app.command()
def run(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="A finished run folder.")],
    data: Annotated[
        Path | None, typer.Option(help="The films that the run was trained on.",
                                  envvar="CXR_DATA"),
    ] = None,
    bundle: Annotated[
        bool, typer.Option("--bundle", help="Make the int8 file the runtime's own."),
    ] = False,
) -> None:  # fmt: skip
    """Export a run and compare every file with its Keras model, film by film.

    Exit status 1 where parity fails; no model is left then.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from workshop.films import data_folder
    from workshop.runs import existing_run

    existing_run(folder)
    films = data_folder(data)
    from export.run import FOLDER, INT8, export_run

    reports = export_run(folder, films)
    for one in reports:
        sys.stdout.write(
            f"{one.file:24} mean |dp| {one.mean_dp:.5f}  max {one.max_dp:.5f}  "
            f"flips {one.flips} of {one.films + one.phantoms}  passed\n"
        )
    sys.stdout.write(f"export folder: {folder / FOLDER}\n")
    if bundle:
        from export.bundle import bundle as make_bundle

        sys.stdout.write(f"bundled: {make_bundle(folder, folder / FOLDER, INT8)}\n")


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A .tflite file with a contract.")],
) -> None:
    """Check digest, contract and all golden inputs of a file, without TensorFlow."""
    from edge_runtime.errors import GateError
    from edge_runtime.model import Model

    failed = []
    with Model.open(str(file), check=False) as model:
        for one in model.self_test():
            verdict = "passed" if one.passed else "FAILED"
            sys.stdout.write(f"{one.name}: {verdict}, {one.difference:.2g} off\n")
            failed += [] if one.passed else [one.name]
        sys.stdout.write(f"graph_sha256 {model.contract.graph_sha256}\n")
    if failed:
        raise GateError(f"{file} fails its golden inputs: {', '.join(failed)}")

"""`python -m export interpreters` and `profile`: what is measured beside the gate."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from export.films import ParityFilms

__all__ = ["interpreters", "profile_layers"]

FILMS, PROFILE_FILMS, PHANTOMS, SEED = 200, 16, 40, 34_000
Data = Annotated[
    Path | None,
    typer.Option(help="Folder of films; by default CXR_DATA, then that of training.",
                 show_default=False),
]  # fmt: skip
Json = Annotated[bool, typer.Option("--json", help="Print the records as JSON.")]


def interpreters(
    place: Annotated[
        Path, typer.Argument(metavar="RUN|FILE", help="An exported run folder, or a model file.")
    ],
    tflite_runtime: Annotated[
        Path | None,
        typer.Option(metavar="PYTHON", help="A Python that has tflite-runtime.",
                     show_default=False),
    ] = None,
    openvino: Annotated[
        Path | None,
        typer.Option(metavar="PYTHON", help="A Python that has openvino; by default this one.",
                     show_default=False),
    ] = None,
    data: Data = None,
    films: Annotated[int, typer.Option(min=2, help="Never-seen films of a run to use.")] = FILMS,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Compare every file across interpreters; of a run, write RUN/export/interpreters.json.

    A file alone is run on phantoms. An interpreter that is not at hand is "not measured".
    """
    from export.interpreters_parity import Elsewhere, interpreter_parity
    from workshop.records_io import save
    from workshop.summary import interpreter_lines

    if place.is_dir():
        files, looked_at = _files(place), _films(place, data, films)
    else:
        files, looked_at = [place], _phantoms(place)
    elsewhere = Elsewhere(tflite_runtime, openvino)
    rows = [row for file in files for row in interpreter_parity(file, looked_at, elsewhere)]
    if place.is_dir():
        save(place / "export" / "interpreters.json", rows)
    text = json.dumps([asdict(row) for row in rows], indent=1)
    sys.stdout.write((text if as_json else "\n".join(interpreter_lines(rows))) + "\n")


def profile_layers(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="An exported run folder.")],
    file: Annotated[
        str, typer.Option(help="The quantized .tflite, by its name in RUN/export.")
    ] = "student-int8.tflite",
    data: Data = None,
    films: Annotated[int, typer.Option(min=1, help="Never-seen films to use.")] = PROFILE_FILMS,
    as_json: Json = False,
) -> None:
    """Where a quantized file loses, layer by layer; writes RUN/export/profile.json."""
    from export.profile import profile_file
    from workshop.parity_records import LayerProfile
    from workshop.records_io import load, save
    from workshop.summary import profile_lines

    _files(folder)
    against = folder / "export" / "student-float32.tflite"
    found = profile_file(against, folder / "export" / file, _films(folder, data, films, 0).pixels)
    out = folder / "export" / "profile.json"
    kept = load(out, list[LayerProfile]) if out.is_file() else []
    save(out, [*(one for one in kept if one.file != file), found])
    text = json.dumps(asdict(found), indent=1)
    sys.stdout.write((text if as_json else "\n".join(profile_lines(found))) + "\n")


def _files(run: Path) -> list[Path]:
    """The model files of a run; raises `RunError` where there is none."""
    from edge_runtime.errors import RunError

    found = sorted(
        path for path in (run / "export").glob("*") if path.suffix in (".tflite", ".onnx")
    )
    if not found:
        raise RunError(f"{run} holds no exported file; start with `python -m export run {run}`")
    return found


def _films(run: Path, data: Path | None, count: int, phantoms: int = PHANTOMS) -> ParityFilms:
    """`count` of the films that parity is measured on, even over the classes, and phantoms."""
    from export.films import evenly, parity_films
    from workshop.films import run_data
    from workshop.records import StudentRecord
    from workshop.records_io import load
    from workshop.runs import existing_run

    record = load(existing_run(run) / "student.json", StudentRecord)
    seed = int(record.preset.get("seed", 0)) + SEED
    return evenly(parity_films(run, record, run_data(run, data), seed, phantoms), count, seed)


def _phantoms(file: Path) -> ParityFilms:
    from export.films import phantom_films
    from export.verify import open_model

    return phantom_films(PHANTOMS, SEED, open_model(file).contract.input_size)

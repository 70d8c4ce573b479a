"""`python -m export`: the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from export.android.command import android
from export.interpreters_command import interpreters, profile_layers

__all__ = ["app"]

app = typer.Typer(
    help="A run folder's student -> self-describing .tflite and .onnx files, each compared "
    "with its Keras model. Research only, not a medical device.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
def run(
    folder: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run folder that training finished.")
    ],
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder of films; by default CXR_DATA, then the one that training read.",
            show_default=False,
        ),
    ] = None,
    recipe: Annotated[
        list[str] | None,
        typer.Option(
            help="A file to make, by the name of its recipe (repeatable): int8, float32, "
            "float16, dynamic, int16x8, onnx, onnx-int8, onnx-int8-x86.  [default: all]",
            show_default=False,
        ),
    ] = None,
    gate: Annotated[
        list[str] | None,
        typer.Option(
            metavar="BOUND=VALUE",
            help="A bound in place of the preset's (repeatable); the reports name it.",
            show_default=False,
        ),
    ] = None,
    bundle: Annotated[
        bool, typer.Option("--bundle", help="Make the int8 file the one the wheel carries.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the parity reports as JSON.")
    ] = False,
) -> None:
    """Write RUN/export: .tflite and .onnx files, each by a recipe, and parity.json.

    Exit status 1 where a file is not at parity with the Keras model: then that file
    is not written, and the others are.
    """
    from export.bundle import bundle as into_package
    from export.bundle import refresh_documents
    from export.run import export_run
    from workshop.summary import parity_lines

    reports = export_run(folder, data, recipe or (), _bounds(gate or ()))
    if bundle:
        sys.stderr.write(f"bundled: {into_package(folder)}\n")
        refresh_documents()
    if as_json:
        sys.stdout.write(json.dumps([asdict(report) for report in reports], indent=1) + "\n")
        return
    sys.stdout.write("\n".join(parity_lines(reports, folder)) + "\n")


def _bounds(words: Sequence[str]) -> dict[str, float]:
    """What `--gate` was given, as numbers."""
    from edge_runtime.errors import UsageError

    bounds = {}
    for word in words:
        name, _, value = word.partition("=")
        try:
            bounds[name] = float(value)
        except ValueError as error:
            raise UsageError(f"--gate {word}: give it as BOUND=VALUE, a number") from error
    return bounds


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A .tflite or .onnx file that export wrote.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check a file's digest and run its golden inputs; needs no TensorFlow."""
    from edge_runtime.container import sha256
    from edge_runtime.model import model_path
    from export.verify import verify as check

    file = model_path(file) if file.suffix != ".onnx" else file
    contract, results = check(file)
    facts = {
        "file": str(file),
        "file_sha256": sha256(file.read_bytes()),
        "graph_sha256": contract.graph_sha256,
        "name": contract.name,
        "version": contract.version,
        "precision": contract.precision,
        "golden": [result._asdict() for result in results],
    }
    if as_json:
        sys.stdout.write(json.dumps(facts, indent=1) + "\n")
        return
    sys.stdout.write(f"graph {contract.graph_sha256}\n")
    for one in results:
        sys.stdout.write(
            f"golden {one.name}: {one.answered}, {one.output} {one.difference:.2g} off "
            f"({one.tolerance:.2g} allowed)\n"
        )


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(help="A .tflite or .onnx file, anybody's; or a name.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Look into a model file: contract, metadata, tensors, operators, costs; no TensorFlow."""
    from edge_runtime.model import model_path
    from export.inspect_file import inspect_file
    from export.inspect_table import inspection_lines

    found = inspect_file(model_path(file))
    if as_json:
        sys.stdout.write(json.dumps(asdict(found), indent=1) + "\n")
        return
    sys.stdout.write("\n".join(inspection_lines(found)) + "\n")


@app.command()
def bundle(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder that was exported.")],
    refresh: Annotated[
        bool, typer.Option(help="Regenerate what the documents quote (scripts/refresh).")
    ] = True,
) -> None:
    """Make a run's int8 file the bundled model, with its record and card, in every place.

    Exit status 1 where the file missed its gate or does not verify: then nothing changes.
    """
    from export.bundle import bundle as into_places
    from export.bundle import refresh_documents

    sys.stdout.write(f"bundled: {into_places(folder)}\n")
    for path in refresh_documents() if refresh else ():
        sys.stdout.write(f"refreshed: {path}\n")


app.command()(android)
app.command()(interpreters)
app.command("profile")(profile_layers)


@app.command()
def novelty(
    folder: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run folder that was exported.")
    ],
    file: Annotated[
        Path | None,
        typer.Option(help="A .tflite file of that run; by default its int8 file.",
                     show_default=False),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of films; by default CXR_DATA, then the one that training read.",
                     show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write OUT.json and OUT.md.", show_default=False),
    ] = None,
    each: Annotated[int, typer.Option(min=2, help="Pictures of each kind.")] = 150,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:  # fmt: skip
    """Show a file pictures that are no films: AUROC and refusals by kind.

    Exit status 1 where a limit is missed, after the report was written.
    """
    from edge_runtime.errors import GateError
    from export.novelty_command import novelty_report, write_report
    from export.novelty_page import novelty_page
    from workshop.records_io import as_json as in_json

    report = novelty_report(folder, file, data, each)
    page = write_report(out, report) if out is not None else novelty_page(report)
    sys.stdout.write(in_json(report) if as_json else page)
    if not report.passed:
        raise GateError(f"novelty: {'; '.join(report.why)}")


@app.command()
def cost(
    folder: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run folder that training finished.")
    ],
    rounds: Annotated[int, typer.Option(min=5, help="Rounds of both graphs in turn.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Time heat map and novelty: the int8 file against a plain one of the same student."""
    from export.novelty_cost import cost_line, measure_cost

    found = measure_cost(folder, rounds)
    sys.stdout.write(json.dumps(asdict(found), indent=1) + "\n" if as_json else cost_line(found))

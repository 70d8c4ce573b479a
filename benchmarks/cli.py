"""`python -m benchmarks`: the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(
    help="Measure latency and memory of model files, keep the records, compare them.",
    no_args_is_help=True,
    add_completion=False,
)
Records = Annotated[list[Path], typer.Argument(help="Record files, or folders of them.")]


@app.callback()
def _benchmarks() -> None:
    """Measure latency and memory of model files, keep the records, compare them."""


@app.command()
def run(
    models: Annotated[list[str], typer.Argument(help="Files, or names of bundled models.")],
    target: Annotated[str, typer.Option(help="Where to measure: local.")] = "local",
    runs: Annotated[int, typer.Option(help="Samples after the warm-up.")] = 50,
    repeats: Annotated[int, typer.Option(help="Fresh processes a model.")] = 3,
    threads: Annotated[list[int], typer.Option(help="May be given several times.")] = [1],  # noqa: B006
    seed: Annotated[int, typer.Option(help="Of the order of measurements.")] = 0,
    out: Annotated[Path, typer.Option(help="Folder for the records.")] = Path("runs/benchmarks"),
    json: Annotated[bool, typer.Option("--json", help="Records instead of a table.")] = False,
) -> None:
    """Measure models, each time in a fresh process, and print a table.

    Times hold for this machine as it was: compare models within one run, not runs.
    """
    from benchmarks.measure import measure
    from benchmarks.table import table
    from benchmarks.targets import target as find

    made = []
    for record in measure(
        find(target), models, out, runs=runs, repeats=repeats, threads=threads, seed=seed
    ):
        made.append(record)
        if json:
            sys.stdout.write(record.to_json() + "\n")
            sys.stdout.flush()
    if not json:
        sys.stdout.write(table(made))
    sys.stderr.write(f"records: {out}\n")


@app.command(name="table")
def table_command(records: Records) -> None:
    """Print records as a table."""
    from benchmarks.measure import read_records
    from benchmarks.table import table

    sys.stdout.write(table(read_records(records)))


@app.command()
def plot(
    records: Records,
    out: Annotated[Path, typer.Option(help="The PNG to write.")],
) -> None:
    """Draw latency distributions and peak memory as a PNG."""
    from benchmarks.measure import read_records
    from edge_runtime.errors import UsageError
    from workshop.plots import latency_plot
    from workshop.runs import write_atomic

    measured = [one for one in read_records(records) if not one.emulated]
    if not measured:
        raise UsageError("only emulated records were given, and they have no latency to draw")
    write_atomic(out, latency_plot(measured))
    sys.stdout.write(f"{out}\n")


@app.command()
def validate(records: Records) -> None:
    """Check that files are benchmark records; says the first that is not."""
    from benchmarks.measure import read_records

    sys.stdout.write(f"{len(read_records(records))} valid records\n")

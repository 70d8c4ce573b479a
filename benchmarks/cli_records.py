"""The commands that read records: list, show, table, plot, report, compare, validate, schema."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["Json", "Records", "register"]

Records = Annotated[
    list[Path], typer.Argument(metavar="RECORD", help="Record files, or folders of them.")
]
KEPT = Path("runs/benchmarks")  # where `run` keeps records
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command("list")(list_records)
    for command in (show, table, plot, report, compare, validate, schema):
        app.command()(command)


def list_records(
    records: Annotated[
        list[Path] | None,
        typer.Argument(metavar="RECORD", help="Files or folders.  [default: runs/benchmarks]"),
    ] = None,
) -> None:
    """List records: when, what, where, how fast, and in which file."""
    from benchmarks.listing import listing
    from workshop.latency import read_files

    sys.stdout.write(listing(read_files(records or [KEPT])))


def show(record: Annotated[Path, typer.Argument(metavar="RECORD", help="A record file.")]) -> None:
    """Print all that the records of a file say, but for their single samples."""
    from benchmarks.listing import record_text
    from workshop.latency import read_records

    sys.stdout.write("\n".join(map(record_text, read_records([record]))))


def table(records: Records, as_json: Json = False) -> None:
    """Print a table of records; with --json the rows of it."""
    from benchmarks.table import table as text_of
    from workshop.latency import latency_rows, read_records

    rows = latency_rows(read_records(records))
    if as_json:
        sys.stdout.write(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    else:
        sys.stdout.write(text_of(rows))


def plot(
    records: Records,
    out: Annotated[Path, typer.Option(help="The PNG file to write.")],
) -> None:
    """Draw latency distributions and peak memory; emulated records are left out."""
    from edge_runtime.errors import DataError
    from workshop.latency import read_records
    from workshop.plotting.plots import latency_plot
    from workshop.runs import write_atomic

    real = [one for one in read_records(records) if not one.emulated]
    if not real:
        raise DataError("all of these records are emulated: they hold no time to draw")
    write_atomic(out, latency_plot(real))
    sys.stdout.write(f"{out}\n")


def report(
    records: Records,
    out: Annotated[
        Path | None,
        typer.Option(help="The file to write.  [default: report.html; stdout for text]"),
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Markdown, not a page.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV, not a page.")] = False,
    published: Annotated[
        bool, typer.Option("--published", help="What others published, marked as theirs.")
    ] = False,
    accuracy: Annotated[
        list[Path] | None,
        typer.Option(metavar="PARITY", help="A run's export/parity.json; may be given often."),
    ] = None,
) -> None:
    """Write one page of records: figures, distributions, memory, accuracy, machines, flags.

    Of the bundled model's files the accuracy is known already.
    """
    from benchmarks.accuracy import known_accuracies
    from benchmarks.report import page
    from benchmarks.report_text import csv_text, markdown_text
    from edge_runtime.errors import UsageError
    from workshop.latency import latency_rows, read_records
    from workshop.runs import write_atomic

    if markdown and as_csv:
        raise UsageError("--markdown and --csv are two formats: give one of them")
    found = read_records(records)
    if markdown:
        text = markdown_text(latency_rows(found), published=published)
    elif as_csv:
        text = csv_text(latency_rows(found))
    else:
        text = page(found, known_accuracies(accuracy or []), published=published)
        out = out or Path("report.html")
    if out is None:
        sys.stdout.write(text)
    else:
        write_atomic(out, text)
        sys.stdout.write(f"{out}\n")


def validate(records: Records) -> None:
    """Check that records are whole and their figures follow from their samples."""
    from benchmarks.checks import problems
    from edge_runtime.errors import DataError
    from workshop.latency import read_files

    found = read_files(records)
    for path, record in found:
        if wrong := problems(record):
            where = f"{path} ({record.model.get('name', '?')}, {record.started})"
            raise DataError(f"{where}: {'; '.join(wrong)}")
    sys.stdout.write(f"{len(found)} records are valid\n")


def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A record file, or a folder of them.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="What is set against it.")],
    fail_over: Annotated[
        str | None,
        typer.Option(metavar="SHARE", help="Exit with 1 where B is surely slower by more: 5%."),
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Compare different devices or models too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say of each model whether B is faster, slower, or nobody can tell.

    By a bootstrap interval of the ratio of medians, over processes and then samples. Emulated
    records are compared by the instructions that were counted, which are exact.
    """
    from benchmarks.compare import compare as compared
    from benchmarks.compare import gate, share
    from benchmarks.compare_table import comparison_table
    from workshop.latency import read_records
    from workshop.records_io import as_json as text_of

    limit = None if fail_over is None else share(fail_over)
    found = compared(read_records([first]), read_records([second]), anyway=anyway)
    sys.stdout.write(text_of(found) if as_json else comparison_table(found))
    if limit is not None:
        gate(found, limit)


def schema() -> None:
    """Print the JSON Schema of a record, which the wheel has as a file."""
    from benchmarks.record_schema import schema_text

    sys.stdout.write(schema_text())

"""`python -m benchmarks`: the command line."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.cli_records import Json, register
from benchmarks.counts_command import counts
from edge_runtime.cli import MOST_THREADS

__all__ = ["app"]

app = typer.Typer(
    help="Latency and memory of model files on devices. Research only, not a medical device.",
    no_args_is_help=True,
    add_completion=False,
)

app.command()(counts)


@app.command()
def run(
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL", help=".tflite files, or bundled names.")
    ],
    target: Annotated[
        list[str] | None,
        typer.Option(
            help="local, ssh://USER@HOST[:PORT], adb:SERIAL or qemu:BOARD; may be given several "
            "times.  [default: local]"
        ),
    ] = None,
    targets: Annotated[
        Path | None, typer.Option(metavar="FILE", help="More of them, one a line; # comments.")
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="Samples a process, after a warm-up.")] = 50,
    repeats: Annotated[int, typer.Option(min=1, help="Fresh processes a model.")] = 3,
    threads: Annotated[
        list[int] | None,
        typer.Option(
            min=1,
            max=MOST_THREADS,
            help="Of the interpreter; may be given several times.  [default: 1]",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the order; each record names it.")] = 0,
    pause: Annotated[float, typer.Option(min=0, help="Seconds between processes, to cool.")] = 1.0,
    patience: Annotated[
        float, typer.Option(min=1, help="Seconds to wait for an answer, or a device in use.")
    ] = 60.0,
    ssh_option: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="As ssh -o; several times.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder that keeps the records.")] = Path(
        "runs/benchmarks"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print the records, one a line.")] = False,
) -> None:
    """Measure models, each time in a fresh process, and keep one record a measurement.

    The order is shuffled: a machine that gets busy slows all models alike.

    Several devices are measured at once, but one machine never does two things at a time.

    Stopped, it keeps the records it has. Compare models within one run only.
    """
    from benchmarks.measure import Series
    from benchmarks.run import run as measure
    from benchmarks.targets import Options

    series = Series(models, runs, repeats, threads or [1], seed, pause)
    options = Options(patience, tuple(ssh_option or ()))
    measure(target or (), targets, options, series, out, as_json)


@app.command()
def cold(
    film: Annotated[Path, typer.Argument(metavar="FILM", exists=True, dir_okay=False)],
    model: Annotated[str | None, typer.Option(help="File or bundled name.")] = None,
    rounds: Annotated[int, typer.Option(min=2, help="Of all commands, in turns.")] = 30,
    python: Annotated[
        str | None,
        typer.Option(help="Of an environment with the wheel; else this one and the checkout."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Time a whole cold `edge-infer FILM` beside a Python that imports NumPy and Pillow.

    Ratio of medians with a bootstrap interval, peak memory, and where every millisecond goes,
    for LiteRT's C API and for its Interpreter.
    """
    from benchmarks.cold import measure as measure_cold
    from benchmarks.cold import table as cold_table

    found = measure_cold(film.resolve(), rounds, model, python=python)
    sys.stdout.write(json.dumps(asdict(found)) + "\n" if as_json else cold_table(found))


@app.command()
def peers(
    rounds: Annotated[int, typer.Option(min=2, help="Of all runtimes, in turns.")] = 7,
    export: Annotated[
        Path | None,
        typer.Option(
            help="Folder of a run's exported files: what is not int8 .tflite is taken from it.",
            exists=True, file_okay=False, show_default=False,
        ),
    ] = None,
    model: Annotated[str | None, typer.Option(help="int8 .tflite: file or bundled name.")] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="A runtime beside ours; may be given several times.  [default: all]"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the order.")] = 0,
    out: Annotated[Path, typer.Option(help="Folder for peers.md and peers.json.")] = Path(
        "runs/peers"
    ),
    as_json: Json = False,
) -> None:  # fmt: skip
    """Run the same student in the runtimes that people would use instead.

    Each in an environment of its own under .venvs/, made when it is not there; all interleaved in
    one run, each checked against the golden inputs first.
    """
    from benchmarks.peers.entries import Plan
    from benchmarks.peers.measure import measure as measure_peers
    from benchmarks.peers.page import peers_page
    from workshop.records_io import as_json as to_json
    from workshop.records_io import save
    from workshop.runs import write_atomic

    found = measure_peers(
        Plan(rounds=rounds, seed=seed, model=model, export=export, only=only or ())
    )
    save(out / "peers.json", found)
    page = peers_page(found)
    write_atomic(out / "peers.md", page)
    sys.stdout.write(to_json(found) if as_json else page)


@app.command()
def overhead(
    model: Annotated[str | None, typer.Option(help="File or bundled name.")] = None,
    films: Annotated[
        int, typer.Option(min=20, help="Answered by one process, to see its memory.")
    ] = 10_000,
    archive: Annotated[int, typer.Option(min=2, help="Films of the folder.")] = 2400,
    rounds: Annotated[int, typer.Option(min=2, help="Of the folder, each way.")] = 5,
    out: Annotated[Path, typer.Option(help="Folder for runtime.md and runtime.json.")] = Path(
        "runs/overhead"
    ),
    as_json: Json = False,
) -> None:
    """What the runtime adds to the network: time, processes, memory over many films, size."""
    from benchmarks.overhead.measure import Plan
    from benchmarks.overhead.measure import measure as measure_overhead
    from benchmarks.overhead.page import overhead_page
    from workshop.records_io import as_json as to_json
    from workshop.records_io import save
    from workshop.runs import write_atomic

    plan = Plan(model=model, archive=archive, rounds=rounds, early=films // 10, films=films)
    found = measure_overhead(plan)
    page = overhead_page(found)
    save(out / "runtime.json", found)
    write_atomic(out / "runtime.md", page)
    sys.stdout.write(to_json(found) if as_json else page)


register(app)

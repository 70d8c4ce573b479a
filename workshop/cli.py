"""`python -m workshop`: films to train on, drawn or downloaded."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(
    help="Films to train on. Research only, not a medical device.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
def phantom(
    out: Annotated[Path, typer.Argument(help="Folder to write; a set of phantoms is replaced.")],
    films: Annotated[int, typer.Option(min=1, help="How many films.")] = 700,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same bytes.")] = 1,
    tie_mark: Annotated[
        bool, typer.Option("--tie-mark", help="Plant a shortcut: the sites stamp covid films only.")
    ] = False,
) -> None:
    """Draw synthetic chest films with an index.csv and lung masks.

    They look like frontal films and show nothing of any patient: data to try the
    machinery on, with known truth.
    """
    from workshop.phantoms import write_set

    write_set(out, films, seed, mark_tied_to_label=tie_mark, progress=True)
    sys.stdout.write(f"{films} synthetic films: {out}\n")


@app.command()
def index(
    downloads: Annotated[
        list[Path],
        typer.Argument(
            metavar="DOWNLOAD...", help="Folders of films, unpacked as they were downloaded."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for index.csv and the links to the films.")],
    link: Annotated[
        bool,
        typer.Option("--link/--no-link", help="Link the films into OUT, or name them in place."),
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="Replace an index.csv.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write OUT/index.csv, with which training reads downloaded films.

    Known are the ieee8023 covid-chestxray-dataset, the RSNA Pneumonia Detection Challenge,
    the COVID-19 Radiography Database, NIH ChestX-ray14, a folder with an index.csv, and a
    plain folder a class. Nothing is copied or downloaded.
    """
    from workshop.indexing import count_table, index_downloads

    made = index_downloads(downloads, out, link=link, force=force)
    for one in made.skipped:
        sys.stderr.write(f"skipped of {one.download}: {one.films} ({one.reason})\n")
    for warning in made.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    if as_json:
        sys.stdout.write(json.dumps(asdict(made), indent=1) + "\n")
    else:
        sys.stdout.write(count_table(made.counts))
    sys.stderr.write(f"{made.films} films: {made.index}\n")


@app.command()
def films(
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of films (index.csv, or a folder a class).", envvar="CXR_DATA"),
    ] = None,
    out: Annotated[Path, typer.Option(help="The CSV file to write.")] = Path("films.csv"),
) -> None:
    """List the films behind a figure: origin, label, site, group and digest, no pictures."""
    from workshop.film_list import write_film_list
    from workshop.films import data_folder

    sys.stdout.write(f"{write_film_list(data_folder(data), out)} films: {out}\n")


@app.command()
def turned(
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of films (index.csv, or a folder a class).", envvar="CXR_DATA"),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for turned.json and turned.md.")] = Path(),
) -> None:
    """Derive the template that tells turned films from upright ones, and test it.

    Its weights are edge_runtime/turned.py's HALF.
    """
    from workshop.films import data_folder
    from workshop.turned import derive, page, write

    record = derive(data_folder(data))
    write(record, out)
    sys.stdout.write(page(record))

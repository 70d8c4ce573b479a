"""`python -m training report`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["report"]


def report(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...", help="Run folders, or folders that `evaluate` wrote, or both."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="The page; by default report.html in the one folder. Several need it."),
    ] = None,
    no_films: Annotated[
        bool, typer.Option("--no-films", help="Show no film, so that the page can be passed on."),
    ] = False,
) -> None:  # fmt: skip
    """Write one self-contained HTML page: runs and evaluations, alone or side by side."""
    from workshop.report.page import write_report

    sys.stdout.write(f"{write_report(folders, out, films=not no_films)}\n")

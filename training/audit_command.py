"""`python -m training calibrate-audits`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["calibrate_audits"]


def calibrate_audits(
    out: Annotated[Path, typer.Option(help="Folder for calibration.json, .md and .png.")],
    seeds: Annotated[int, typer.Option(min=1, help="Networks of each shortcut.")] = 2,
    again: Annotated[
        bool, typer.Option("--again", help="Judge calibration.json by the present rule alone."),
    ] = False,
) -> None:  # fmt: skip
    """Train small networks on phantoms with planted shortcuts, and see what the audits say."""
    from workshop.quiet import import_keras_quietly

    import_keras_quietly()
    from training.audit_calibration import calibrate, judge_again
    from training.audit_page import write_page

    sys.stdout.write(write_page(out, judge_again(out) if again else calibrate(out, seeds)))

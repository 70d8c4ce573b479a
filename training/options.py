"""Arguments and options that several commands of `python -m training` take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["DataFolder", "PresetFile", "SkipBad", "WeightsFolder"]

PresetFile = Annotated[Path, typer.Argument(help="A TOML file that fixes the run.")]
DataFolder = Annotated[
    Path | None,
    typer.Option(help="Folder of films (index.csv, or a folder a class).", envvar="CXR_DATA"),
]
WeightsFolder = Annotated[
    Path | None,
    typer.Option(help="Folder with ImageNet weights (*_notop.weights.h5).", envvar="CXR_WEIGHTS"),
]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Leave out films that cannot be read.")]

"""`python -m training`: the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(
    help="Films -> teacher -> distilled student, with the evidence. "
    "Research only, not a medical device.",
    no_args_is_help=True,
    add_completion=False,
)


@app.callback()
def _training() -> None:
    """Films -> teacher -> distilled student, with the evidence."""


@app.command()
def run(
    preset: Annotated[Path, typer.Argument(help="A TOML file that fixes the run.")],
    data: Annotated[
        Path | None, typer.Option(help="Folder of films (index.csv, or a folder a class).",
                                  envvar="CXR_DATA"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Run folder; by default runs/NAME of the preset."),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Folder with ImageNet weights (*_notop.weights.h5).",
                                  envvar="CXR_WEIGHTS"),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run that was stopped."),
    ] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out films that cannot be read."),
    ] = False,
) -> None:  # fmt: skip
    """Train teacher and student as a preset says, and write a run folder."""
    from workshop.films import data_folder
    from workshop.presets import read_preset
    from workshop.quiet import import_keras_quietly
    from workshop.summary import evaluation_lines

    fixed = read_preset(preset)
    films = data_folder(data)
    import_keras_quietly()
    from training.run import Run, train

    target = out if out is not None else Path("runs") / fixed.name
    wanted = Run(fixed, films, target, weights, resume, skip_bad)
    if fixed.paper is not None:
        from training.paper import run_paper
        from training.paper_report import summary_lines

        result = run_paper(wanted, fixed.paper)
        sys.stdout.write("\n".join(summary_lines(result, target)) + "\n")
        return
    reports = train(wanted)
    sys.stdout.write("\n".join(evaluation_lines(reports, target)) + "\n")


@app.command()
def inflation(
    before: Annotated[Path, typer.Argument(help="A run that oversampled before the split.")],
    after: Annotated[Path, typer.Argument(help="The same, oversampled after it.")],
) -> None:
    """Set two finished runs of the paper's experiment side by side, as Markdown."""
    from training.paper_inflation import inflation_table

    sys.stdout.write(inflation_table(before, after))


@app.command()
def search(
    preset: Annotated[Path, typer.Argument(help="A TOML file that fixes the run.")],
    data: Annotated[
        Path | None, typer.Option(help="Folder of films (index.csv, or a folder a class).",
                                  envvar="CXR_DATA"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder; by default runs/NAME-search of the preset."),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Folder with ImageNet weights (*_notop.weights.h5).",
                                  envvar="CXR_WEIGHTS"),
    ] = None,
    alpha: Annotated[
        list[float] | None,
        typer.Option(min=0, max=1, help="May be given several times.  [default: .1, .5, .9]"),
    ] = None,
    temperature: Annotated[
        list[float] | None,
        typer.Option(min=0.1, help="May be given several times.  [default: 2, 4, 8]"),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a search that was stopped."),
    ] = False,
) -> None:  # fmt: skip
    """Choose alpha and T of eq. (1) by cross-validation over the preset's folds."""
    from workshop.films import data_folder
    from workshop.presets import read_preset
    from workshop.quiet import import_keras_quietly

    fixed = read_preset(preset)
    films = data_folder(data)
    import_keras_quietly()
    from training.run import Run
    from training.search import search as run_search
    from training.search import search_table

    target = out if out is not None else Path("runs") / f"{fixed.name}-search"
    trials = run_search(
        Run(fixed, films, target, weights, resume),
        sorted(set(alpha or (0.1, 0.5, 0.9))),
        sorted(set(temperature or (2.0, 4.0, 8.0))),
    )
    sys.stdout.write(search_table(trials))

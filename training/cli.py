"""`python -m training`: the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from training.run import Run

__all__ = ["app"]

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
    preset: PresetFile,
    data: DataFolder = None,
    out: Annotated[
        Path | None, typer.Option(help="Run folder; by default runs/NAME of the preset."),
    ] = None,
    weights: WeightsFolder = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run that was stopped."),
    ] = False,
    skip_bad: SkipBad = False,
) -> None:  # fmt: skip
    """Train teacher and student as a preset says, and write a run folder."""
    wanted = _wanted(preset, data, out, "", weights, resume, skip_bad)
    if wanted.preset.paper is not None:
        from training.paper import run_paper
        from training.paper_report import summary_lines

        result = run_paper(wanted, wanted.preset.paper)
        sys.stdout.write("\n".join(summary_lines(result, wanted.out)) + "\n")
        return
    from training.run import train
    from workshop.summary import evaluation_lines

    sys.stdout.write("\n".join(evaluation_lines(train(wanted), wanted.out)) + "\n")


def _wanted(
    preset: Path, data: Path | None, out: Path | None, suffix: str, weights: Path | None,
    resume: bool, skip_bad: bool,
) -> Run:  # fmt: skip
    """What the options of a command ask for; Keras is imported after they were checked."""
    from workshop.films import data_folder
    from workshop.presets import read_preset
    from workshop.quiet import import_keras_quietly

    fixed = read_preset(preset)
    films = data_folder(data)
    import_keras_quietly()
    from training.run import Run

    target = out if out is not None else Path("runs") / f"{fixed.name}{suffix}"
    return Run(fixed, films, target, weights, resume, skip_bad)


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
    preset: PresetFile,
    data: DataFolder = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder; by default runs/NAME-search of the preset."),
    ] = None,
    weights: WeightsFolder = None,
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
    skip_bad: SkipBad = False,
) -> None:  # fmt: skip
    """Choose alpha and T of eq. (1) by cross-validation over the preset's folds."""
    wanted = _wanted(preset, data, out, "-search", weights, resume, skip_bad)
    from training.search import search as run_search
    from training.search import search_table

    alphas = sorted(set(alpha or (0.1, 0.5, 0.9)))
    trials = run_search(wanted, alphas, sorted(set(temperature or (2.0, 4.0, 8.0))))
    sys.stdout.write(search_table(trials))

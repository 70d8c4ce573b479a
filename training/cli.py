"""`python -m training`: the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.audit_command import calibrate_audits
from training.evaluate.cli import evaluate
from training.novelty_command import novelty
from training.options import DataFolder, PresetFile, SkipBad, WeightsFolder
from training.quantize_command import quantize
from training.report_command import report

if TYPE_CHECKING:
    from training.begin import Run

__all__ = ["app"]

app = typer.Typer(
    help="Films -> teacher -> distilled student, with the evidence. "
    "Research only, not a medical device.",
    no_args_is_help=True,
    add_completion=False,
)
app.command()(calibrate_audits)


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
        from training.paper.experiment import run_paper
        from training.paper.report import summary_lines

        result = run_paper(wanted)
        sys.stdout.write("\n".join(summary_lines(result, wanted.out)) + "\n")
        return
    from training.run import train
    from workshop.summary import evaluation_lines

    sys.stdout.write("\n".join(evaluation_lines(train(wanted), wanted.out)) + "\n")


app.command()(evaluate)
app.command()(report)
app.command()(novelty)
app.command()(quantize)


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
    from training.begin import Run

    target = out if out is not None else Path("runs") / f"{fixed.name}{suffix}"
    return Run(fixed, films, target, weights, resume, skip_bad)


@app.command()
def benchmark(
    preset: PresetFile,
    data: DataFolder = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder; by default runs/NAME-benchmark of the preset."),
    ] = None,
    rounds: Annotated[int, typer.Option(min=2, help="Rounds of all three kinds of step.")] = 5,
    steps: Annotated[int, typer.Option(min=1, help="Steps of each kind in a round.")] = 3,
    batch: Annotated[
        int | None, typer.Option(min=1, help="Films a step, instead of the preset's."),
    ] = None,
    skip_bad: SkipBad = False,
) -> None:  # fmt: skip
    """Time our training step against a constant batch and a bare Keras fit."""
    wanted = _wanted(preset, data, out, "-benchmark", None, False, skip_bad)
    from training.benchmark import benchmark_run

    sys.stdout.write(benchmark_run(wanted, rounds, steps, batch))


@app.command()
def inflation(
    before: Annotated[Path, typer.Argument(help="A run that oversampled before the split.")],
    after: Annotated[Path, typer.Argument(help="The same, oversampled after it.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for inflation.md, .json and .png; without it none is written."),
    ] = None,
) -> None:
    """Compare two finished runs of the paper's experiment film by film, as Markdown."""
    from training.paper.inflation import compare, write_inflation
    from training.paper.inflation_text import inflation_text

    found = compare(before, after)
    text = inflation_text(found)
    if out is not None:
        write_inflation(out, found, text, before, after)
    sys.stdout.write(text)


@app.command()
def tables(
    run: Annotated[Path, typer.Argument(help="A folder with paper.json or sites.json.")],
) -> None:
    """Write paper.md or sites.md and the plots again from the record, without training."""
    from training.paper.report import rewrite_report
    from training.sites.report import rewrite_pages

    rewrite = rewrite_pages if (run / "sites.json").is_file() else rewrite_report
    sys.stdout.write(f"{rewrite(run)}\n")


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
        typer.Option(min=0, max=1, help="May be given several times; by default .1, .5, .9."),
    ] = None,
    temperature: Annotated[
        list[float] | None,
        typer.Option(min=0.1, help="May be given several times; by default 2, 4, 8."),
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
    result = run_search(wanted, alphas, sorted(set(temperature or (2.0, 4.0, 8.0))))
    sys.stdout.write(search_table(result.trials))


@app.command()
def compare(
    preset: PresetFile,
    data: DataFolder = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder; by default runs/NAME-compare of the preset."),
    ] = None,
    weights: WeightsFolder = None,
    teacher: Annotated[
        list[str] | None,
        typer.Option(help="Backbones joined by +. May be given several times; 'none' leaves "
                     "teachers out. By default VGG19+ResNet50V2 and five other pairs."),
    ] = None,
    student: Annotated[
        list[str] | None,
        typer.Option(help="One network. May be given several times; 'none' leaves students "
                     "out. By default MobileNetV2, MobileNetV2:0.35 and four other small ones."),
    ] = None,
    folds: Annotated[int, typer.Option(min=1, help="The first folds of the preset.")] = 1,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a comparison that was stopped."),
    ] = False,
    skip_bad: SkipBad = False,
) -> None:  # fmt: skip
    """Train other networks on labels alone, and set what they reach beside what they cost."""
    wanted = _wanted(preset, data, out, "-compare", weights, resume, skip_bad)
    from training.compare import STUDENTS, TEACHERS
    from training.compare import compare as run_compare

    teachers = [name for name in teacher or TEACHERS if name != "none"]
    students = [name for name in student or STUDENTS if name != "none"]
    run_compare(wanted, teachers, students, folds)
    sys.stdout.write((wanted.out / "compare.md").read_text("utf-8"))


@app.command()
def sites(
    preset: PresetFile,
    data: DataFolder = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder; by default runs/NAME of the preset."),
    ] = None,
    weights: WeightsFolder = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with trials that were stopped."),
    ] = False,
    skip_bad: SkipBad = False,
) -> None:  # fmt: skip
    """Hold sites out in turn: what is learnt at some hospitals is worth at another."""
    wanted = _wanted(preset, data, out, "", weights, resume, skip_bad)
    from training.sites.experiment import run_sites

    run_sites(wanted)
    sys.stdout.write((wanted.out / "sites.md").read_text("utf-8"))

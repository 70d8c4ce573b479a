"""`python -m training novelty`: an older run's novelty, learnt anew."""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from training.options import DataFolder

__all__ = ["novelty", "relearn"]


def novelty(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder that was finished.")],
    data: DataFolder = None,
) -> None:
    """Learn novelty anew from a finished run's student: novelty.npz and its part of student.json.

    For a run of an earlier release. The network and every other figure stay as they are.
    """
    threshold, counts = relearn(run, data)
    sys.stdout.write(
        f"{run / 'novelty.npz'}: not recognised above {threshold:.4f}, from "
        + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
        + "\n"
    )


def relearn(run: Path, data: Path | None = None) -> tuple[float, dict[str, int]]:
    """Write RUN/novelty.npz and the novelty fields of RUN/student.json; what they say.

    Films are those of the run's own record: statistics from what was trained on, the
    threshold from what was held out of the first fold. Either file is written whole or not
    at all; the threshold stands in both, so that export notices where only one was. Raises
    `RunError` or `ModelError` for a run that will not do, `DataError` for films or a preset.
    """
    from pydantic import TypeAdapter, ValidationError

    from edge_runtime.errors import DataError, RunError
    from workshop.film_store import load_films
    from workshop.films import run_data
    from workshop.presets import NoveltyPreset
    from workshop.records import StudentRecord
    from workshop.records_io import load, save, validation_line
    from workshop.runs import existing_run

    record = load(existing_run(run) / "student.json", StudentRecord)
    wanted = dict(record.preset.get("novelty", {}))
    if "phantoms_refused" not in wanted:
        wanted.pop("refused", None)  # of an earlier definition, which told less apart
    try:
        settings = TypeAdapter(NoveltyPreset).validate_python(wanted)
    except ValidationError as error:
        raise DataError(f"{run / 'student.json'}: novelty {validation_line(error)}") from error
    student = _network(run, record)
    from training.novelty_films import learn_novelty, statistics_films

    held_paths = _held(run / "predictions.csv")
    known = {film.path: film for film in (*record.never_seen, *record.trained_on)}
    learnt = [film for film in record.trained_on if film.path not in held_paths]
    seed = int(record.preset.get("seed", 0))
    chosen = [learnt[i] for i in statistics_films(learnt, range(len(learnt)), seed)]
    held = [known.get(path) or _film(path) for path in held_paths]
    if not chosen or not held:
        raise RunError(f"{run} names no films to learn novelty from; train again")
    folder = run_data(run, data)
    films = [*chosen, *held]
    pixels = load_films(folder, films, record.input_size, run / "cache")
    familiar = learn_novelty(settings, seed, student, pixels[: len(chosen)], pixels[len(chosen) :])
    familiar.statistics.save(run / "novelty.npz", familiar.threshold)
    save(
        run / "student.json",
        replace(
            record,
            preset={**record.preset, "novelty": asdict(settings)},
            novelty_file="novelty.npz",
            novelty_threshold=familiar.threshold,
            novelty_films=familiar.counts,
        ),
    )
    return familiar.threshold, familiar.counts


def _film(path: str) -> Any:
    """A film of which only the file matters."""
    from workshop.records import Film

    return Film(path, "unknown", "unknown", "unknown", path)


def _network(run: Path, record: Any) -> Any:
    from workshop.quiet import import_keras_quietly
    from workshop.student_file import student_file

    path = student_file(run, record)
    import_keras_quietly()
    import keras

    return keras.saving.load_model(path, compile=False)


def _held(path: Path) -> list[str]:
    """Films that the first fold's student was validated on, in the order of the file."""
    from edge_runtime.errors import RunError

    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = [
                row for row in csv.DictReader(stream)
                if (row["network"], row["role"]) == ("student", "out_of_fold")
            ]  # fmt: skip
            first = rows[0]["fold"] if rows else ""
            return [row["path"] for row in rows if row["fold"] == first]
    except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise RunError(f"{path} cannot be read ({error}); train again") from error

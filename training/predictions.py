"""What the networks say of every film that they did not train on."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.inference import logits
from training.members import Member
from workshop.evidence.statistics import sigmoid
from workshop.records import Film, FilmPrediction
from workshop.runs import write_atomic

__all__ = ["calibrated", "predict_member", "sigmoid", "write_predictions"]


def predict_member(
    member: Member,
    films: Sequence[Film],
    pixels: npt.NDArray[np.uint8],
    which: Sequence[int],
    role: str,
    networks: Sequence[str] = ("teacher", "student"),
) -> list[FilmPrediction]:
    """Uncalibrated predictions of `which` films by a fold's networks."""
    made: list[FilmPrediction] = []
    for name in networks:
        values = logits(
            member.networks[name], pixels, which, f"{member.name}: {name} on {role} films"
        )
        for i, value, score in zip(which, values, sigmoid(values), strict=True):
            film = films[i]
            made.append(
                FilmPrediction(
                    film.path, film.label, film.site, film.group, role, name, member.name,
                    logit=float(value), score=float(score),
                )
            )  # fmt: skip
    return made


def calibrated(predictions: Sequence[FilmPrediction], temperature: float) -> list[FilmPrediction]:
    """The student's scores with its temperature; the teacher's as they are."""
    return [
        replace(one, score=float(sigmoid(one.logit / temperature)))
        if one.network == "student"
        else one
        for one in predictions
    ]


def write_predictions(path: Path, predictions: Sequence[FilmPrediction]) -> None:
    """`predictions.csv`: one row a film and network."""
    stream = io.StringIO()
    writer = csv.DictWriter(
        stream, [field.name for field in fields(FilmPrediction)], lineterminator="\n"
    )
    writer.writeheader()
    for one in predictions:
        row = asdict(one)
        row["logit"], row["score"] = f"{one.logit:.6f}", f"{one.score:.6f}"
        writer.writerow(row)
    write_atomic(path, stream.getvalue())

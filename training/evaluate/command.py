"""`evaluate`: a model file and labelled films in, a folder of evidence out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edge_runtime.contract import LABELS
from edge_runtime.errors import DataError
from training.evaluate.loading import load_set
from training.evaluate.metrics import metrics
from training.evaluate.opened import OpenedModel
from training.evaluate.output import write_evidence
from training.evaluate.parts import Parts
from training.evaluate.request import Request
from training.evaluate.runs import RunKnown, find_run
from training.evaluate.scorers import open_scorer
from training.evaluate.unseen import Unseen, even_subset, unseen_films
from training.films import readable
from workshop.evidence.called import called_shares
from workshop.evidence.records import Evidence
from workshop.evidence.scorer import FilmSet, Floats
from workshop.evidence.site_calibration import calibration_report
from workshop.films import read_index
from workshop.provenance import data_fingerprint, made_by
from workshop.records import Film

__all__ = ["evaluate_model", "out_folder"]


def evaluate_model(request: Request) -> tuple[Evidence, Path]:
    """Score the films, compute every part that can be, write OUT; the record and OUT.

    Raises `ModelError`, `RunError` and `DataError` where there is nothing to compute.
    """
    begun = time.monotonic()
    index = read_index(request.data)
    run = find_run(request.model, request.run)
    opened = open_scorer(request.model, run)
    unseen = _chosen(request, index, run, opened)
    out = out_folder(request, run)
    films = load_set(request.data, unseen.films, opened.scorer.size, out / "cache")
    scores = opened.scorer.scores(films.pixels, "scoring films")
    evidence = _evidence(request, run, opened, unseen, films, scores, begun)
    write_evidence(out, evidence, films.films, scores)
    return evidence, out


def out_folder(request: Request, run: RunKnown | None) -> Path:
    """`--out`, else a folder in the run where the model lies in one, else one in `runs/`.

    A run's student has RUN/evidence; its other files have folders of their own.
    """
    stem = request.model.stem
    if request.out is not None:
        return request.out
    if run is None or run.folder.absolute() not in request.model.absolute().parents:
        return Path("runs") / f"evaluate-{stem}"
    own = request.model.name == run.record.model_file
    return run.folder / ("evidence" if own else f"evidence-{stem}")


def _chosen(
    request: Request, index: Sequence[Film], run: RunKnown | None, opened: OpenedModel
) -> Unseen:
    said = opened.contract.made_by if opened.contract is not None else {}
    unseen = unseen_films(index, run, said.get("data_fingerprint", ""), request.keep_seen)
    films, split = unseen.films, unseen.split
    if not films:
        raise DataError(
            f"all {len(index)} films of {request.data} were seen in training, or are of a group "
            "that was; give others, or look at these all the same with --keep-seen"
        )
    if request.films is not None and request.films < len(films):
        films = even_subset(films, request.films, request.seed)
        split += (
            f"; a quick look at {len(films)} of {len(unseen.films)} films, even over sites and "
            "labels, by whole groups"
        )
    if request.skip_bad:
        films = tuple(readable(request.data, films, opened.scorer.size))
        if not films:
            raise DataError(f"no film of {request.data} can be read")
    return Unseen(films, unseen.seen, split)


def _evidence(
    request: Request, run: RunKnown | None, opened: OpenedModel, unseen: Unseen, films: FilmSet,
    scores: Floats, begun: float,
) -> Evidence:  # fmt: skip
    threshold = opened.threshold if request.threshold is None else request.threshold
    name, seed = opened.name, request.seed
    inside = np.array([film.label in LABELS for film in films.films])
    two, its_scores = films.take(inside), scores[inside]
    parts = Parts(opened.scorer, two, its_scores, threshold, seed)
    parts.reservations(unseen.films)  # as the index groups them
    reports, missing = metrics(films.films, scores, threshold, name, seed)
    parts.missing += missing
    calibration = calibration_report(two.films, its_scores, seed) if two.films else None
    if len({film.label for film in two.films}) < 2:
        parts.lacks("calibration", "it needs covid and normal films; sites' errors need only one")
    points = parts.operating_points(
        "the model's own" if request.threshold is None else "given with --threshold",
        _own_choice(request, run), request.sensitivities, run, _no_choice(request, run, opened),
    )  # fmt: skip
    if request.audits:
        audits, robustness = parts.audits(), parts.curves()
    else:
        audits, robustness = None, ()
        parts.lacks("audits and robustness", "left out with --no-audits")
    counts = Counter((film.site, film.label) for film in films.films)
    return Evidence(
        model=opened.facts(threshold),
        data={
            "name": request.data.resolve().name,
            "fingerprint": data_fingerprint(unseen.films),
            "films": len(films.films),
            "groups": len(set(films.groups)),
            "seen": unseen.seen,
        },
        split=unseen.split,
        counts=tuple((site, label, n) for (site, label), n in sorted(counts.items())),
        called=() if threshold is None else called_shares(films.films, scores, threshold, seed),
        metrics=reports,
        audits=audits,
        calibration=calibration,
        operating_points=points,
        robustness=robustness,
        not_computed=tuple(parts.missing),
        made_by=made_by(),
        seed=seed,
        seconds=round(time.monotonic() - begun, 1),
    )


def _own_choice(request: Request, run: RunKnown | None) -> str:
    """Which films chose the threshold in use."""
    if request.threshold is not None:
        return "whoever gave it"
    return "out-of-fold films of the run" if run is not None else "not said by the file"


def _no_choice(request: Request, run: RunKnown | None, opened: OpenedModel) -> str:
    """Why no threshold can be chosen out of fold; empty where one can."""
    if run is None:
        return "it is chosen from the run's out-of-fold predictions; name the run with --run"
    if opened.threshold is None:
        return "the run's out-of-fold predictions are of its student, and this is another file"
    if request.keep_seen:
        return "the films that would choose it are among these"
    return ""

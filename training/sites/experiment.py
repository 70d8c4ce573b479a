"""Train teacher and student for every trial, and test them where they have not been.

Teacher, student, temperature and threshold see nothing of the sites that are held out: the
threshold comes from validation films of the sites that were trained on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from training.begin import Run, begin, facts_of, films_of
from training.evaluation import evaluate, operating_point, own_threshold, select
from training.members import Job, Trainer
from training.pace import announce
from training.predictions import calibrated, predict_member
from training.sites.plan import Sites, Trial, name_of, trials
from training.sites.records import SitesResult, SiteTest, TrialResult
from training.sites.report import write_pages
from workshop.evidence.shares import share_of
from workshop.evidence.statistics import auroc, auroc_difference, bootstrap
from workshop.records import Film, FilmPrediction, Interval
from workshop.records_io import load, save
from workshop.splits import Split, split_films

__all__ = ["run_sites"]

NETWORKS = ("teacher", "student")
OTHER = "pneumonia_other"


@dataclass(frozen=True)
class _Planned:
    trial: Trial
    split: Split
    job: Job
    done: Path  # its result, once there is one


def run_sites(run: Run) -> SitesResult:
    """Do all trials, or those that are left; writes `sites.json`, `sites.md` and plots.

    Raises `DataError` for films or presets that will not do before anything is trained.
    """
    films = films_of(run)
    planned = []
    for number, trial in enumerate(trials(run.preset, films)):
        split = split_films(films, trial.preset.data, trial.preset.split, trial.preset.seed)
        fold = split.folds[0]
        job = Job(number, trial.name, fold.train, fold.validation)
        planned.append(_Planned(trial, split, job, run.out / "trials" / f"{trial.name}.json"))
    roles = {one.trial.name: len(one.split.holdout) for one in planned}
    preset, pixels = begin(run, films, roles)
    trainer = Trainer(preset, films, pixels, run.out / "checkpoints", run.weights)
    left = [one for one in planned if not one.done.is_file()]
    announce(preset, trainer.left([one.job for one in left], NETWORKS))
    for one in left:
        save(one.done, _trial(trainer, one, films, pixels))
        keras.backend.clear_session()
    results = tuple(load(one.done, TrialResult) for one in planned)
    result = SitesResult(facts_of(preset, films), results)
    write_pages(run.out, result)
    save(run.out / "sites.json", result)
    return result


def _trial(
    trainer: Trainer, planned: _Planned, films: Sequence[Film], pixels: npt.NDArray[np.uint8]
) -> TrialResult:
    trial, split, job = planned.trial, planned.split, planned.job
    member = trainer.member(job, NETWORKS)
    found = predict_member(member, films, pixels, job.held, "out_of_fold", NETWORKS)
    found += predict_member(member, films, pixels, split.holdout, "holdout", NETWORKS)
    # Of films that are not covid only those of the tested sites are asked for.
    sites = {site for together in trial.tested for site in together}
    others = [i for i in split.excluded if films[i].label == OTHER and films[i].site in sites]
    found += predict_member(member, films, pixels, others, "excluded", NETWORKS)
    temperature, threshold = operating_point(select(found, "student", "out_of_fold"))
    found = calibrated(found, temperature)
    thresholds = {"student": threshold, "teacher": own_threshold(found, "teacher")}
    at_home = {}
    for network in NETWORKS:
        part = select(found, network, "out_of_fold")
        at_home[network] = bootstrap(auroc, *_columns(part), seed=trial.preset.seed)
    tests = [
        test
        for network in NETWORKS
        for tested in trial.tested
        for test in _tests(found, network, tested, trial, thresholds[network])
    ]
    return TrialResult(
        name=trial.name,
        kind=trial.kind,
        trained=", ".join(name_of(sites) for sites in trial.trained),
        normals=trial.normals[0],
        films=dict(Counter(f"{films[i].label} of {films[i].site}" for i in job.train)),
        temperature=temperature,
        threshold=threshold,
        at_home=at_home,
        student_less_teacher=_difference(found, trial),
        tests=tuple(tests),
    )


def _tests(
    found: Sequence[FilmPrediction], network: str, tested: Sites, trial: Trial, threshold: float
) -> list[SiteTest]:
    """Covid against normals of the tested site, and against other pneumonia of its own sites."""
    of = [one for one in found if one.network == network and one.role != "out_of_fold"]

    def films(label: str, *sites: str) -> list[FilmPrediction]:
        return [one for one in of if one.label == label and one.site in sites]

    def test(sites: Sites, label: str, site: str) -> SiteTest:
        covid, negative = films("covid", *sites), films(label, site)
        against, seed = f"{label} of {site}", trial.preset.seed
        name = f"{trial.name}: {name_of(sites)} against {against}"
        report = evaluate([*covid, *negative], network, name, threshold, seed)
        called = [one.score >= threshold for one in negative]
        share = share_of(called, [one.group for one in negative], seed)
        return SiteTest(network, name_of(sites), against, report, share)

    enough = trial.preset.data.min_site_films
    within = [
        site for site in tested if min(len(films("covid", site)), len(films(OTHER, site))) >= enough
    ]
    return [
        test(tested, "normal", trial.normals[1]),
        *(test((site,), OTHER, site) for site in within),
    ]


def _columns(part: Sequence[FilmPrediction]) -> tuple[list[str], list[int], list[float]]:
    return (
        [one.group for one in part],
        [int(one.label == "covid") for one in part],
        [one.logit for one in part],
    )


def _difference(found: Sequence[FilmPrediction], trial: Trial) -> Interval:
    """Student less teacher on the tested films, whose order is the same for both."""
    sites = {site for together in trial.tested for site in together} | {trial.normals[1]}
    parts = {
        network: [one for one in select(found, network, "holdout") if one.site in sites]
        for network in NETWORKS
    }
    groups, labels, ours = _columns(parts["student"])
    theirs = [one.logit for one in parts["teacher"]]
    return bootstrap(auroc_difference, groups, labels, ours, theirs, seed=trial.preset.seed)

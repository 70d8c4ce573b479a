"""`sites.md`: the pairs, the reverse and the matrix, and what has to be known of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from training.sites.plot import matrix_png, pairs_png
from training.sites.records import SitesResult, TrialResult
from workshop.evidence.statistics import verdict
from workshop.markdown import table
from workshop.records_io import load
from workshop.runs import write_atomic
from workshop.summary import interval_text

__all__ = ["rewrite_pages", "sites_text", "write_pages"]

GAIN = {
    "better": "the student is better",
    "worse": "the teacher is better",
    "none": "no gain is shown",
    "not measured": "not measured",
}


def write_pages(folder: Path, result: SitesResult) -> None:
    """Write `sites.md` and its two plots into `folder`."""
    (folder / "plots").mkdir(parents=True, exist_ok=True)
    write_atomic(folder / "plots" / "pairs.png", pairs_png(result))
    write_atomic(folder / "plots" / "matrix.png", matrix_png(result))
    write_atomic(folder / "sites.md", sites_text(result))


def rewrite_pages(folder: Path) -> Path:
    """The pages again from `sites.json`, without training; returns `sites.md`."""
    write_pages(folder, load(folder / "sites.json", SitesResult))
    return folder / "sites.md"


def sites_text(result: SitesResult) -> str:
    """The whole page as Markdown."""
    preset = result.facts["preset"]
    student, teacher = preset["student"], preset["teacher"]
    pairs = [one for one in result.trials if one.kind == "pair"]
    reverse = [one for one in result.trials if one.kind == "reverse"]
    rows = [one for one in result.trials if one.kind == "matrix"]
    lines = [
        f"# {preset['name']}: sites held out in turn",
        "",
        "Research and demonstration only, not a medical device.",
        "",
        f"{_classes(result.trials)} What is held out is a pair: a covid site and a site of "
        "normal films. Teacher, student, temperature and threshold see neither. Intervals: 95 %, "
        "bootstrap over groups.",
        "",
        "## Pairs",
        "",
        _pairs(pairs),
        "",
        *_mean(pairs),
        "",
        "![AUROC at home and away](plots/pairs.png)",
        "",
        "Each network at its own threshold. \"At home\" are held-out films of the sites that were "
        "trained on; there a network may score by telling hospitals apart.",
        "",
        *_gain(pairs),
        "",
        "## Trained on one covid site, tested on each",
        "",
        f"AUROC of the student; normals of {rows[0].normals if rows else '-'} in training, tested "
        f"{_against(rows)}. On the diagonal the site is split by group.",
        "",
        _matrix(rows),
        "",
        "![AUROC by site](plots/matrix.png)",
        "",
        "## Covid against other pneumonia within one collection",
        "",
        "The one comparison in which both classes come from the same place. No pneumonia but "
        "covid was trained on.",
        "",
        _within(result.trials),
        "",
        "## The reverse, once",
        "",
        "The two sites of normal films change places. Not averaged with the others.",
        "",
        _pairs(reverse) if reverse else "Not run.",
        "",
        "## What this rests on",
        "",
        f"- Student {' + '.join(student['backbones'])}, teacher "
        f"{' + '.join(teacher['backbones'])}, {preset['input_size']} pixels, "
        f"{student['epochs']} and {teacher['epochs']} epochs of "
        f"{student['films_per_epoch'] or 'all'} films, one seed.",
        "- The same few normal films are the normal class of every test: the intervals of the "
        "pairs are not independent, and whatever is chosen by this page is fitted to them.",
        f"- {preset['note']}" if preset["note"] else "- Nothing else was changed.",
        f"- Made by {result.facts['made_by']['git']} on {result.facts['machine']['cpu']}.",
        "",
    ]  # fmt: skip
    return "\n".join(lines)


def _classes(trials: Sequence[TrialResult]) -> str:
    """Whether a network could be told apart from one that knows the sites alone."""
    labels: dict[str, set[str]] = defaultdict(set)
    for trial in trials:
        for cell in trial.films:
            label, site = cell.split(" of ", 1)
            labels[site].add(label)
    both = sorted(site for site, found in labels.items() if len(found) > 1)
    if both:
        return f"Both classes were trained on at {', '.join(both)}."
    return "No site that was trained on gave both classes."


def _pairs(trials: Sequence[TrialResult]) -> str:
    head = ["held out", "trained on", "network", "covid", "normal", "AUROC at home", "AUROC away",
            "sensitivity", "specificity"]  # fmt: skip
    rows = []
    for trial in trials:
        for network in trial.at_home:
            test = trial.against_normals(network)[0]
            report = test.report
            rows.append([
                f"{test.covid} and {test.against.removeprefix('normal of ')}",
                f"{trial.trained}; {trial.normals}",
                network,
                str(report.positives),
                str(report.films - report.positives),
                interval_text(trial.at_home[network]),
                interval_text(report.auroc),
                interval_text(report.sensitivity),
                interval_text(report.specificity),
            ])  # fmt: skip
    return table(head, rows)


def _mean(pairs: Sequence[TrialResult]) -> list[str]:
    lines = []
    for network in pairs[0].at_home if pairs else ():
        found = {one.name: one.against_normals(network)[0] for one in pairs}
        worst = min(found.values(), key=lambda test: test.report.auroc.value)
        mean = fmean(test.report.auroc.value for test in found.values())
        lines.append(
            f"- {network}: mean over {len(found)} pairs {mean:.3f}, worst {worst.covid} "
            f"{interval_text(worst.report.auroc)}."
        )
    return lines


def _gain(pairs: Sequence[TrialResult]) -> list[str]:
    return [
        f"- {one.against_normals('student')[0].covid}: student less teacher "
        f"{interval_text(gain, '+')}: {GAIN[verdict(gain)]}."
        for one in pairs
        for gain in (one.student_less_teacher,)
    ]


def _against(rows: Sequence[TrialResult]) -> str:
    return f"against {rows[0].against_normals('student')[0].against}" if rows else "-"


def _matrix(rows: Sequence[TrialResult]) -> str:
    tests = [(row, row.against_normals("student")) for row in rows]
    columns = list(dict.fromkeys(test.covid for _, those in tests for test in those))
    body = []
    for row, those in tests:
        cells = {test.covid: interval_text(test.report.auroc) for test in those}
        body.append([row.trained, *(cells.get(column, "–") for column in columns)])
    return table(["trained on", *columns], body)


def _within(trials: Sequence[TrialResult]) -> str:
    head = ["trial", "collection", "network", "covid", "other pneumonia", "AUROC",
            "other pneumonia called covid"]  # fmt: skip
    rows = [
        [trial.name, test.covid, test.network, str(test.report.positives),
         str(test.report.films - test.report.positives), interval_text(test.report.auroc),
         interval_text(test.called)]
        for trial in trials
        for test in trial.tests
        if not test.against.startswith("normal")
    ]  # fmt: skip
    return table(head, rows) if rows else "Not measured: no tested site holds both in number."

"""`python -m training report FOLDER...`: one self-contained page of what runs and evaluations
have shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from edge_runtime.contract import NOTICE
from edge_runtime.errors import UsageError
from workshop.evidence.records import Curve, CurvePoint, Evidence
from workshop.report.called import called, strata, worst
from workshop.report.checklist import checklist, facts, tally
from workshop.report.format import FILTERS
from workshop.report.gaps import evaluate_command, is_paper, missing, not_done, train_command
from workshop.report.overview import overview
from workshop.report.pictures import plots
from workshop.report.run_parts import run_parts
from workshop.report.subject import NOT_AUDITED, Subject, headline, read_subject, split_of
from workshop.runs import write_atomic

__all__ = ["write_report"]

TEMPLATES = Path(__file__).parent / "templates"
TITLES = {  # of the sections that the checklist points to, by id
    "top": "the top",
    "called": "called covid",
    "strata": "by view, sex, age",
    "data": "films and protocol",
    "scores": "scores",
    "evaluation": "evaluation",
    "calibration": "calibration",
    "audits": "audits",
    "robustness": "robustness",
    "films": "films",
    "latency": "latency",
    "gaps": "what was not done",
    "provenance": "provenance",
}
ELSEWHERE = {"scores": "evaluation", "calibration": "evaluation", "films": "called"}


def write_report(folders: Sequence[Path], out: Path | None = None, *, films: bool = True) -> Path:
    """Write one page of run and evaluation folders; returns its path.

    By default it is report.html in the one folder; several need `out`. The page fetches
    nothing and needs no script. What is not there is named, with the command that makes it.
    Without `films` no film of a patient is on it.

    Raises `RunError` for a folder that is neither, `DataError` where a record is wrong,
    `UsageError` for several folders without `out`, `StorageError` where nothing can be written.
    """
    if not folders or (out is None and len(folders) > 1):
        raise UsageError("a report of several folders needs the page's name: --out FILE")
    subjects = [read_subject(folder) for folder in folders]
    target = out if out is not None else folders[0] / "report.html"
    write_atomic(target, _page(subjects, films))
    return target


def _page(subjects: Sequence[Subject], films: bool) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    contexts = [_context(one, place, films) for place, one in enumerate(subjects, 1)]
    template = environment.get_template("subject.html.j2")
    calibrations = [one.get("calibration", []) for one in contexts]
    several = f"{len(subjects)} models side by side"
    page: str = environment.get_template("report.html.j2").render(
        title=subjects[0].name if len(subjects) == 1 else several,
        notice=NOTICE,
        rows=overview(list(zip(subjects, calibrations, strict=True))),
        bodies=[
            Markup(template.render(one, alone=len(contexts) == 1)) for one in contexts
        ],  # escaped by the template
    )
    return page


def _context(subject: Subject, place: int, films: bool) -> dict[str, Any]:
    """What the templates of one subject's sections know."""
    files, evidence = subject.files, subject.evidence
    parts = run_parts(files, films) if files is not None else {}
    shares = called(subject)
    known = facts(subject, heat=bool(files and parts["films"].panels))
    filled = checklist(known)
    return {
        "n": place,
        "name": subject.name,
        "folder": subject.folder.resolve().name,
        "notice": NOTICE,
        "files": files,
        "student": files.student if files is not None else None,
        "evidence": evidence,
        "foreign": subject.foreign,
        "verdict": subject.verdict,
        "own": evidence.audits.verdict if evidence and evidence.audits else NOT_AUDITED,
        "evaluate": evaluate_command(subject),
        "train": train_command(subject),
        "paper": is_paper(subject),
        "headline": headline(subject),
        "split": split_of(subject),
        "called": shares,
        "threshold": _threshold(subject),
        "worst": worst(shares),
        "strata": strata(subject),
        "hardest": _hardest(evidence),
        "plots": plots(subject),
        "lines": not_done(subject),
        "missing": missing(subject),
        "checklist": filled,
        "tally": tally(filled),
        "titles": TITLES,
        "place_of": lambda section: _place(section, files is not None),
        "made_by": {},
        **parts,
    }


def _threshold(subject: Subject) -> float:
    """At which films were called covid: the evaluation's own may have been another."""
    if subject.evidence is not None and subject.evidence.called and not subject.foreign:
        return float(subject.evidence.model.get("threshold", subject.threshold))
    return subject.threshold


def _hardest(evidence: Evidence | None) -> list[tuple[Curve, CurvePoint]]:
    """Of each curve the point that costs most AUROC; without one, that changes most answers."""

    def cost(point: CurvePoint) -> tuple[float, float]:
        area, flips = point.auroc.value, point.flips.value
        return (0.0 if math.isnan(area) else -area, -1.0 if math.isnan(flips) else flips)

    curves = evidence.robustness if evidence is not None else ()
    return [(curve, max(curve.points, key=cost)) for curve in curves if curve.points]


def _place(section: str, run: bool) -> str:
    """Where a section's matter stands: an evaluation alone has fewer sections."""
    return section if run else ELSEWHERE.get(section, section)

"""`python -m workshop report RUN`: one self-contained page of what a run folder holds."""

from __future__ import annotations

import json
from pathlib import Path

import jinja2

from edge_runtime.contract import NOTICE
from workshop.latency import sections
from workshop.report import evidence, figures
from workshop.report.data import RunFiles, read_run
from workshop.report.films import film_panels
from workshop.report.format import FILTERS
from workshop.runs import write_atomic

__all__ = ["write_report"]

TEMPLATES = Path(__file__).parent / "templates"


def write_report(run: Path, out: Path | None = None) -> Path:
    """Write the page (by default RUN/report.html) and return its path.

    It fetches nothing and needs no script. Steps that were not done are named, each with
    its command. Raises `RunError` where there is no run, `DataError` where a record of it
    is wrong, `StorageError` where the page cannot be written.
    """
    files = read_run(run)
    target = out if out is not None else run / "report.html"
    write_atomic(target, _page(files))
    return target


def _page(files: RunFiles) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    counts = figures.site_counts(files)
    both, sites = figures.both_classes(counts)
    rows = figures.latency(files)
    student = files.student
    site_errors, site_mean = evidence.calibration_by_site(files)
    name = f"{student.name} {student.version}" if student else str(files.facts.get("name", "run"))
    page: str = environment.get_template("report.html.j2").render(
        files=files,
        student=student,
        name=name,
        notice=NOTICE,
        preset=json.dumps(files.facts.get("preset", {}), indent=1, ensure_ascii=False),
        made_by=files.student.made_by if files.student else files.facts.get("made_by", {}),
        exported={str(one.get("file")): one for one in files.export.get("files", [])},
        counts=counts,
        both=both,
        sites=sites,
        within=figures.within_sites(files),
        calibration=evidence.calibration(files),
        predictive=evidence.predictive(files),
        site_errors=site_errors,
        site_mean=site_mean,
        beside_teacher=evidence.student_less_teacher(files),
        plots=figures.plots(files),
        films=film_panels(files),
        holdout=next(
            (one for one in files.evaluation if (one.network, one.split) == ("student", "holdout")),
            None,
        ),
        int8=next((one for one in files.parity if one.precision == "int8"), None),
        fastest=next((row for row in rows if row.precision == "int8"), None),
        machines=sections(rows),
        missing=figures.not_done(files),
    )
    return page

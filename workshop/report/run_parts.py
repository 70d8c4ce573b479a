"""What the sections of a run know, by the names that their templates use."""

from __future__ import annotations

import json
from typing import Any

from workshop.latency import sections
from workshop.report import evidence, figures
from workshop.report.agreement import agreements, comparisons
from workshop.report.data import RunFiles
from workshop.report.films import Films, film_panels
from workshop.report.parity import LEFT_OUT, parity_of

__all__ = ["run_parts"]


def run_parts(files: RunFiles, films: bool = True) -> dict[str, Any]:
    """Tables, films (or none, where the page is to be passed on) and rows of one run."""
    counts = figures.site_counts(files)
    both, sites = figures.both_classes(counts)
    rows = figures.latency(files)
    site_errors, site_mean = evidence.calibration_by_site(files)
    student = files.student
    return {
        "preset": json.dumps(files.facts.get("preset", {}), indent=1, ensure_ascii=False),
        "made_by": student.made_by if student else files.facts.get("made_by", {}),
        "exported": {str(one.get("file")): one for one in files.export.get("files", [])},
        "counts": counts,
        "both": both,
        "sites": sites,
        "enough": figures.ENOUGH,
        "within": figures.within_sites(files),
        "folds": figures.folds(files),
        "calibration": evidence.calibration(files),
        "predictive": evidence.predictive(files),
        "site_errors": site_errors,
        "site_mean": site_mean,
        "comparisons": comparisons(files),
        "agreements": agreements(files),
        "films": film_panels(files) if films else Films(missing=LEFT_OUT),
        "parity": parity_of(files, films),
        "int8": next((one for one in files.parity if one.precision == "int8"), None),
        "fastest": next((row for row in rows if row.precision == "int8"), None),
        "machines": sections(rows),
    }

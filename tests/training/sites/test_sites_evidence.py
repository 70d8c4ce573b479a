"""The committed evidence is what the code makes of its records."""

from __future__ import annotations

from pathlib import Path

from training.sites.records import SitesResult
from training.sites.report import sites_text
from workshop.audits.rule import VERSION
from workshop.evidence.records import Evidence
from workshop.records_io import load

EVIDENCE = Path(__file__).resolve().parents[3] / "docs" / "evidence"


def test_the_committed_sites_page_is_made_of_its_record() -> None:
    folder = EVIDENCE / "sites"
    result = load(folder / "sites.json", SitesResult)
    assert (folder / "sites.md").read_text("utf-8") == sites_text(result)
    kinds = [one.kind for one in result.trials]
    assert kinds == ["pair"] * 3 + ["reverse"] + ["matrix"] * 3
    for trial in result.trials:
        held = {test.covid for test in trial.tests if trial.kind != "matrix"}
        assert not held & set(trial.trained.split(", "))
        assert not any(cell.endswith(" of mixed") for cell in trial.films)


def test_the_real_model_was_judged_by_the_written_rule() -> None:
    found = load(EVIDENCE / "release-0.2" / "evidence.json", Evidence)
    assert found.audits is not None and found.audits.rule == VERSION
    assert found.called and found.metrics and found.calibration and found.robustness
    assert "mixed" not in {site for site, _, _ in found.counts}
    assert {one.name for one in found.operating_points} >= {"sensitivity 0.9 out of fold"}

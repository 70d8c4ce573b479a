"""TRIPOD+AI and CLAIM: every item of both is there once, and says what was not done."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.workshop.fake_evidence import evidence
from tests.workshop.report.test_subject import RUN
from workshop.report.checklist import Entry, checklist, facts, tally
from workshop.report.checklist_items import ITEMS
from workshop.report.page import TITLES
from workshop.report.subject import Subject

ALONE = Subject(Path("x"), None, evidence())


def row(rows: list[Entry], what: str) -> Entry:
    (found,) = [one for one in rows if one.what.startswith(what)]
    return found


def numbers(text: str) -> set[int]:
    """`"20a–20c"` is {20}, `"14–17"` is {14, 15, 16, 17}."""
    found: set[int] = set()
    for part in text.split(","):
        ends = [int(one) for one in re.findall(r"\d+", part)]
        found |= set(range(min(ends), max(ends) + 1)) if ends else set()
    return found


def test_every_item_of_both_guidelines_has_a_line() -> None:
    tripod = set().union(*(numbers(one.tripod) for one in ITEMS))
    claim = set().union(*(numbers(one.claim) for one in ITEMS))
    assert tripod == set(range(1, 28))
    assert claim == set(range(1, 45))


def test_every_line_points_to_a_part_of_the_page_and_says_what_is_lacking() -> None:
    known = facts(ALONE, heat=False)
    for one in ITEMS:
        assert one.section in TITLES or (one.section, one.partly) == ("", "never")
        assert {one.reported, one.partly} <= set(known)
        assert one.lacking or one.reported == "always"
    for entry in checklist(known):
        assert bool(entry.section) == (entry.status != "not done")
        assert bool(entry.lacking) == (entry.status != "reported")


@pytest.mark.parametrize(
    ("what", "without", "status"),
    [
        ("Shortcuts", {"audits": None}, "not done"),
        ("Robustness", {"robustness": ()}, "not done"),
        ("Calibration", {"calibration": None}, "not done"),
        ("Fairness", {"called": ()}, "not done"),
        ("Differences between sites", {"metrics": evidence().metrics[:1]}, "partly"),
    ],
)
def test_a_part_that_is_missing_is_not_reported(
    what: str, without: dict[str, Any], status: str
) -> None:
    assert row(checklist(facts(ALONE, heat=False)), what).status != status
    lesser = Subject(Path("x"), None, evidence(**without))
    assert row(checklist(facts(lesser, heat=False)), what).status == status


def test_a_run_tells_other_things_than_an_evaluation() -> None:
    alone = checklist(facts(ALONE, heat=False))
    run = checklist(facts(Subject(Path("run"), RUN, None), heat=True))
    assert row(run, "Explanations").status == "partly"
    assert row(alone, "Explanations").status == "not done"
    assert row(run, "Shortcuts").status == "not done"
    for rows in (alone, run):
        assert row(rows, "Ethical approval").status == "not done"
        assert row(rows, "Limits").status == "reported"
        counts = [int(one) for one in re.findall(r"\d+", tally(rows))]
        assert sum(counts) == len(ITEMS) and min(counts) > 0


def test_evidence_of_another_file_reports_nothing() -> None:
    foreign = Subject(Path("run"), RUN, evidence(sha256="00" * 32))
    assert facts(foreign, heat=False) == facts(Subject(Path("run"), RUN, None), heat=False)

"""The page of an evaluation alone, of several folders, and the verdict beside every metric."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from edge_runtime.errors import UsageError
from tests.workshop.fake_evidence import NAN, evidence, write_evidence
from tests.workshop.report.test_page import EVIL, check, words
from workshop.evidence.records import Evidence, Verdict
from workshop.report.page import write_report

METRIC = re.compile(r"AUROC|sensitivity|specificity|ECE|Brier|PPV|share|kappa|error")


def page_of(folder: Path, record: Evidence | None = None) -> str:
    return write_report([write_evidence(folder, record)]).read_text(encoding="utf-8")


def test_an_evaluation_alone_is_shown_whole(tmp_path: Path) -> None:
    page = page_of(tmp_path / "alone")
    found = check(page)
    assert found.seen.count("img") == 6  # ROC, decisions, scores, reliability, audits, curves
    for text in ("a hospital", "never seen: holdout and excluded films", "37 more were left out",
                 "sensitivity .90 out of fold", "too sure here", "linear probe",
                 "the file gives no features", "v0-evaluated", "gray levels"):  # fmt: skip
        assert text in page, text
    assert 'class="todo"' not in page and "Latency" not in page
    assert str(tmp_path) not in page


def test_what_else_is_called_covid_is_the_first_table_and_the_worst_its_first_row(
    tmp_path: Path,
) -> None:
    page = page_of(tmp_path / "alone")
    table = page[page.index("<table") : page.index("</table>")]
    rows = re.findall(r"<tr><th>(.*?)</th><td>(.*?)</td>", table)
    assert rows[0] == ("pneumonia other", "cedar")
    assert rows[-1] == ("normal", "cedar")  # the largest share, of eight films
    assert ("nodule", "all sites") not in rows  # one site: its row says it
    assert "covid" not in [label for label, _ in rows]


@pytest.mark.parametrize("verdict", ["no shortcut found", "cannot tell", "confounded", None])
def test_the_verdict_stands_beside_every_metric(verdict: Verdict | None, tmp_path: Path) -> None:
    record = evidence(verdict or "cannot tell")
    page = page_of(tmp_path / "alone", record if verdict else replace(record, audits=None))
    said = f"audit: {verdict or 'not audited'}"
    tables = re.findall(r"<table.*?</table>", page, re.DOTALL)
    metric = [one for one in tables if METRIC.search(one.partition("</thead>")[0])]
    assert len(metric) > 6 - (verdict is None)
    assert all(said in one.partition("</caption>")[0] for one in metric)
    assert set(re.findall(r"audit: [a-z ]+", page)) == {said}


def test_parts_that_could_not_be_had_are_said(tmp_path: Path) -> None:
    record = evidence()
    blind = replace(record.metrics[0], sensitivity=NAN, specificity=NAN, balanced_accuracy=NAN,
                    threshold=float("nan"))  # fmt: skip
    model = {name: value for name, value in record.model.items() if name != "threshold"}
    bare = replace(
        record, model=model, called=(), metrics=(blind,), audits=None, calibration=None,
        operating_points=(), robustness=(),
    )  # fmt: skip
    page = page_of(tmp_path / "alone", bare)
    check(page)
    assert "no threshold is known" in page and "Not audited" in page and "Not tried" in page
    assert re.search(r"\bnan\b", words(page)) is None
    assert page.count("python -m training evaluate MODEL --data FILMS --out alone") >= 4


def test_what_evidence_says_is_text_and_never_markup(tmp_path: Path) -> None:
    record = evidence()
    evil = replace(
        record, model={**record.model, "name": EVIL}, data={**record.data, "name": EVIL},
        split=EVIL, counts=((EVIL, EVIL, 3),), not_computed=(),
        called=tuple(replace(one, label=EVIL, stratum=EVIL) for one in record.called),
        metrics=tuple(replace(one, split=EVIL, caution=EVIL) for one in record.metrics),
    )  # fmt: skip
    page = page_of(tmp_path / "alone", evil)
    check(page)
    assert "<script" not in page


def test_several_folders_stand_side_by_side_first(tmp_path: Path) -> None:
    folders = [
        write_evidence(tmp_path / "one"),
        write_evidence(tmp_path / "two", evidence("confounded", called=())),
        write_evidence(tmp_path / "three", evidence(metrics=())),
    ]
    with pytest.raises(UsageError, match="--out"):
        write_report(folders)
    page = write_report(folders, tmp_path / "all.html").read_text(encoding="utf-8")
    check(page)
    table = page[page.index("<table") : page.index("</table>")]
    rows = [words(row) for row in table.split("<tr>")[2:]]
    assert ["one" in rows[0], "two" in rows[1], "three" in rows[2]] == [True] * 3
    assert "0.912" in rows[0] and "0.120" in rows[0] and "cannot tell" in rows[0]
    assert "pneumonia other, cedar: 61.3 %" in rows[0] and "never seen" in rows[0]
    assert "confounded" in rows[1] and "not measured" in rows[1]
    assert "not measured" in rows[2] and "0.912" not in rows[2]
    assert page.count("<article") == 3
    assert list(tmp_path.glob("*/report.html")) == []


def test_the_same_evaluation_gives_the_same_page(tmp_path: Path) -> None:
    assert page_of(tmp_path / "alone") == page_of(tmp_path / "alone")


def test_a_run_of_the_paper_is_sent_to_its_own_tables(tmp_path: Path) -> None:
    run = tmp_path / "paper"
    run.mkdir()
    for name in ("run.json", "paper.json"):
        (run / name).write_text("{}")
    page = write_report([run]).read_text(encoding="utf-8")
    check(page)
    assert "python -m training tables paper" in page
    assert "--resume" not in page and "student.keras" not in page and "export run" not in page

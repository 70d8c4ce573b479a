"""Pages, Markdown, CSV and lists of records: whole, self-contained, and honest about emulation."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from benchmarks.accuracy import BUNDLED, front, known_accuracies
from benchmarks.cli import app
from benchmarks.environment import environment
from benchmarks.listing import listing, record_text
from benchmarks.published import PUBLISHED
from benchmarks.report import page
from benchmarks.report_text import csv_text, markdown_text
from edge_runtime.benchmark_record import BenchmarkRecord, Memory, Times
from edge_runtime.errors import DataError, UsageError
from tests.workshop.fake_run import benchmark
from workshop.latency import latency_rows

EVIL = "<script>alert(1)</script>|"
EMULATED = benchmark(
    emulated=True, target="qemu:pi4", instructions={"invoke": 113_300_000},
    memory=Memory(40_000, 44_442),
)  # fmt: skip


def of_bundled() -> list[BenchmarkRecord]:
    """One made-up record of each file of the bundled model's record."""
    reports = json.loads(BUNDLED.read_text("utf-8"))["parity"]
    made = []
    for place, report in enumerate(reports):
        names = {name: report[name] for name in ("precision", "graph_sha256")}
        one = benchmark(seed=place)
        steady = [(1 + place) * ms for ms in one.times.steady_ms] if one.times else []
        times = Times.of(5.0, 4.0, steady, 10, 11.0, 2.0)
        made.append(replace(one, model={**one.model, **names}, times=times))
    return made


class Page(HTMLParser):
    """What a page would fetch, and whether its tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]
        assert tag != "script" and not any(name.startswith("on") for name, _ in attrs)
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_page_is_whole_and_fetches_nothing() -> None:
    odd = benchmark(flags=("busy",))
    records = [*of_bundled(), EMULATED,
               replace(odd, model={**odd.model, "name": EVIL}, target=EVIL)]  # fmt: skip
    text = page(records, known_accuracies(), published=True)
    found = Page(text)
    assert all(one.startswith("data:image/png;base64,") for one in found.fetched)
    assert len(found.fetched) == 3  # two of boxes, one of accuracy: none of the emulated one
    assert EVIL not in text and "&lt;script&gt;" in text
    assert "113.30 M" in text and "Published by others, not measured here" in text
    assert "busy: something else ran" in text and "no decision" not in text
    assert "hold-out: 0." in text and "telling hospitals apart" in text


def test_a_page_without_known_accuracy_says_so() -> None:
    text = page([benchmark()], {})
    assert "--accuracy" in text and "Published by others" not in text
    Page(text)


def test_an_emulated_record_shows_no_time_anywhere() -> None:
    rows = latency_rows([EMULATED])
    for text in (page([EMULATED], {}), markdown_text(rows), record_text(EMULATED)):
        assert "emulated" in text.lower() and not re.search(r"\bp50\b", text)
        assert re.search(r"113.300.000|113\.30", text)
    (row,) = csv.DictReader(io.StringIO(csv_text(rows)))
    assert (row["p50_ms"], row["load_ms"], row["instructions"]) == ("", "", "113300000")


def test_markdown_and_csv_hold_the_rows() -> None:
    rows = latency_rows([benchmark(p50_ms=3.456, flags=("throttled",)), benchmark("float32")])
    text = markdown_text(rows, published=True)
    assert "| 3.46 |" in text and "- throttled: heat or power" in text
    assert all(f"| {one.device} |" in text for one in PUBLISHED)
    assert "not measured here" in text
    read = list(csv.DictReader(io.StringIO(csv_text(rows))))
    assert [row["precision"] for row in read] == ["float32", "int8"]
    assert float(read[1]["p50_ms"]) == 3.456 and read[1]["flags"] == "throttled"


def test_a_cell_of_a_table_ends_no_table() -> None:
    odd = benchmark(model={**benchmark().model, "name": "a|b"})
    (line,) = [one for one in markdown_text(latency_rows([odd])).splitlines() if "a" in one[:4]]
    assert line.replace(r"\|", "").count("|") == 12


def test_lists_and_records_are_narrow(tmp_path: Path) -> None:
    long = replace(benchmark(flags=("busy",)), model={**benchmark().model, "name": "n" * 60})
    text = listing([(Path("a.json"), long), (Path("b.json"), EMULATED)])
    assert max(map(len, text.splitlines())) <= 100
    assert "a.json  [busy]" in text and "b.json  [emulated]" in text
    shown = record_text(replace(long, golden=False))
    assert max(map(len, shown.splitlines())) <= 100
    assert "flagged busy" in shown and "NO" in shown and "after load" in shown


def test_a_machine_is_told_in_words() -> None:
    zone = {"name": "cpu-thermal", "temperature": 58426, "trip": 85000}
    before = {"governors": ["ondemand"] * 4, "thermal": [zone], "load": 0.1, "throttle_bits": None}
    known = {"board": "A board", "parts": ["0x41 0x0 0xd08 3"], "throttled": None, "others": 0.1}
    first = benchmark(machine={**known, "before": before, "after": {**before, "load": 0.2}})
    second = replace(first, machine={**first.machine, "others": 0.3, "throttled": "hot"})
    told = dict(environment([first, second]))
    assert told["board"] == "A board" and told["kinds of core"] == "0x41 0x0 0xd08 3"
    assert told["governors, before → after"] == "ondemand (all 4) → ondemand (all 4)"
    assert told["temperatures, before → after"].startswith("cpu-thermal 58.4 °C (trips at 85) →")
    assert told["load, before → after"] == "0.1 → 0.2"
    assert told["cores used by others meanwhile"] == "0.1 to 0.3" and told["slowed down"] == "hot"
    assert "throttle bits" in told["not told"] and "board" not in told["not told"]
    assert "slowed down" not in dict(environment([benchmark()]))  # an old record cannot say


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=12))
def test_a_front_is_what_no_other_beats(points: list[tuple[int, int]]) -> None:
    kept = front([(float(cost), float(worth)) for cost, worth in points])
    best = [points[place] for place in kept]
    assert best
    for place, (cost, worth) in enumerate(points):
        beaten = any(c <= cost and w >= worth and (c, w) != (cost, worth) for c, w in best)
        assert beaten == (place not in kept)


def test_accuracies_are_found_by_graph(tmp_path: Path) -> None:
    reports = json.loads(BUNDLED.read_text("utf-8"))["parity"]
    known = known_accuracies()
    assert set(known) == {one["graph_sha256"] for one in reports}
    other = {**reports[0], "graph_sha256": "ee" * 32}
    (tmp_path / "parity.json").write_text(json.dumps([other]))
    assert known_accuracies([tmp_path / "parity.json"])["ee" * 32].student is None
    for content in ("{}", "nothing", '[{"file": 1}]'):
        (tmp_path / "parity.json").write_text(content)
        with pytest.raises(DataError, match=r"parity\.json"):
            known_accuracies([tmp_path / "parity.json"])


def said(*words: object) -> str:
    """What a command prints, in this process: each start would import matplotlib again."""
    done = CliRunner().invoke(app, [*map(str, words)])
    assert done.exit_code == 0, done.exception
    return done.stdout


def test_the_commands(tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    record.write_text(benchmark(flags=("busy",)).to_json())
    out = tmp_path / "new" / "report.html"
    assert said("report", record, "--out", out, "--published") == f"{out}\n"
    assert out.read_text("utf-8").startswith("<!doctype html>")
    assert said("report", record, "--markdown").startswith("**A processor")
    assert said("report", record, "--csv", "--out", out) == f"{out}\n"
    assert out.read_text("utf-8").startswith("model,precision,threads")
    assert "[busy]" in said("list", tmp_path) and "private and written" in said("show", record)
    with pytest.raises(UsageError, match="two formats"):
        CliRunner().invoke(
            app, ["report", str(record), "--markdown", "--csv"], catch_exceptions=False
        )

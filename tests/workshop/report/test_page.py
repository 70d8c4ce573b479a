"""The report of a run: whole, escaped, self-contained, and honest about what is not there."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge_runtime.errors import DataError, RunError, StorageError
from tests.workshop import fake_evidence, fake_run
from workshop.records import StudentRecord
from workshop.records_io import load, save
from workshop.report.page import write_report

EVIL = "<script>alert('x')</script>\"><img src=http://evil.example/x.png onerror=y>"
VOID = {"meta", "img", "br", "rect"}

PREDICTED = "path,label,site,group,role,network,fold,logit,score\n"


class Page(HTMLParser):
    """What a page would fetch, and whether its tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.seen: list[str] = []
        self.ids: list[str] = []
        self.classes: list[str] = []  # of the open tags
        self.loose: list[str] = []  # tables that would make a narrow page wide
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        named = dict(attrs)
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag == "table" and self.classes[-1:] != ["wide"]:
            self.loose.append(str(named))
        if tag not in VOID:
            self.tags.append(tag)
            self.classes.append(named.get("class") or "")
        names = ("src", "href", "srcset", "poster", "data", "action", "xlink:href")
        self.fetched += [value or "" for name, value in attrs if name in names]
        assert not any(name.startswith("on") for name, _ in attrs), (tag, attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.tags and self.tags.pop() == tag, tag
        self.classes.pop()


def check(text: str) -> Page:
    """The rules of every page."""
    page = Page(text)
    assert page.tags == []
    assert not {"script", "link", "iframe", "object", "embed", "base"} & set(page.seen)
    assert all(value.startswith(("data:image/", "#")) for value in page.fetched), page.fetched
    assert {value[1:] for value in page.fetched if value.startswith("#")} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert page.loose == [], "a table outside a box that scrolls"
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style and "@import" not in style
    return page


@pytest.fixture(scope="module")
def made(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole run, which nobody changes."""
    run = fake_run.write_run(tmp_path_factory.mktemp("made") / "run", tiny_model)
    fake_evidence.write_evidence(run / "evidence")
    return run


@pytest.fixture
def run(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy to break."""
    monkeypatch.delenv("CXR_DATA", raising=False)
    for module in ("agreement", "evidence"):  # the page is looked at here, not the intervals
        monkeypatch.setattr(f"workshop.report.{module}.REPEATS", 20)
    copy = tmp_path / "run"
    shutil.copytree(made, copy)
    return copy


def written(run: Path) -> str:
    return write_report([run]).read_text(encoding="utf-8")


def words(page: str) -> str:
    """The page without its pictures, whose letters may spell any number."""
    return re.sub(r"data:image/[^\"]+", "", page)


def test_a_whole_run_is_shown_whole(run: Path) -> None:
    page = written(run)
    found = check(page)
    assert "not a medical device" in page
    assert [page.count(f'<div class="{name}">') for name in ("pair", "triple")] == [8, 2]
    assert found.seen.count("img") == 2 * 8 + 3 * 2 + 2 + 11  # films, legends, plots
    assert "Not done" not in page and "Not audited" not in page and "Not tried" not in page
    assert page.count('class="todo"') == 1  # no site holds ten films of each class
    for text in ("A processor", "litert 2.3.0", "graph <code>" + fake_run.GRAPH, "ef" * 32,
                 "student-float32.onnx", "v0-test", "drawn by lot", "phantoms: drawn"):  # fmt: skip
        assert text in page
    student = next(r for r in json.loads((run / "evaluation.json").read_text())
                   if (r["network"], r["split"]) == ("student", "holdout"))  # fmt: skip
    assert f"<b>{student['auroc']['value']:.3f}</b>" in page
    assert str(run) not in page and str(run.parent) not in page  # whose machine it was


def colourful(uri: str) -> float:
    """Largest distance of a pixel from gray."""
    data = base64.b64decode(uri.partition(",")[2])
    with Image.open(io.BytesIO(data)) as picture:
        values = np.asarray(picture.convert("RGB")).astype(int)
    return float(np.ptp(values, axis=-1).max())


def test_a_film_is_gray_and_its_map_is_not(run: Path) -> None:
    pairs = re.findall(r'class="pair"><img src="([^"]+)"[^>]*><img src="([^"]+)"', written(run))
    assert len(pairs) == 8 and {colourful(film) for film, _ in pairs} == {0.0}
    heats = [colourful(heat) for _, heat in pairs]
    assert max(heats) > 120 and len(set(heats)) > 4  # one scale: some films are less hot


def test_the_same_run_gives_the_same_page(run: Path) -> None:
    assert written(run) == written(run)


def test_what_records_say_is_text_and_never_markup(run: Path) -> None:
    student = load(run / "student.json", StudentRecord)
    evil = replace(
        student, name=EVIL, made_by={EVIL: EVIL}, preset={**student.preset, "note": EVIL}
    )
    save(run / "student.json", evil)
    table = (run / "predictions.csv").read_text().replace("fold0", EVIL.replace('"', "'"))
    (run / "predictions.csv").write_text(table.replace(",alder,", ",<b>alder</b>,"))
    for path in (run / "benchmarks").glob("*.json"):
        record = fake_run.benchmark()
        machine = {**record.machine, "cpu": EVIL}
        path.write_text(replace(record, machine=machine, flags=(EVIL,)).to_json())
    parity = json.loads((run / "export" / "parity.json").read_text())
    parity[0].update(passed=False, why=[EVIL], classes={EVIL: 1}, gate={EVIL: 1.0})
    (run / "export" / "parity.json").write_text(json.dumps(parity))
    page = written(run)
    check(page)
    assert "<script" not in page and "<b>alder" not in page
    assert page.count("&lt;script&gt;") >= 6


def test_only_the_begun_run_says_how_to_go_on(run: Path) -> None:
    for path in run.iterdir():
        if path.name != "run.json":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    page = written(run)
    check(page)
    assert "fake" in page
    for command in ("training run", "export run", "benchmarks run"):
        assert f"python -m {command}" in page
    assert page.count("<b>not measured</b>") == 4 and "not exported" in page
    assert page.count("python -m training evaluate run/student.keras") > 3


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("export", "python -m export run run"),
        ("benchmarks", "python -m benchmarks run"),
        ("evaluation.json", "python -m training run"),
        ("evidence", "python -m training evaluate run/student.keras --data FILMS"),
        ("predictions.csv", "no holdout film stands in predictions.csv"),
    ],
)
def test_a_missing_step_is_named(run: Path, part: str, said: str) -> None:
    gone = run / part
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    page = written(run)
    check(page)
    assert said in page


def test_no_film_without_covid_is_said(run: Path) -> None:
    (run / "called_covid.json").unlink()
    shutil.rmtree(run / "evidence")
    page = written(run)
    check(page)
    assert "no film without covid was kept" in page


def test_missing_films_are_said(run: Path, tmp_path: Path) -> None:
    facts = json.loads((run / "run.json").read_text())
    data, elsewhere = Path(facts["data"]), tmp_path / "films"
    facts["data"] = str(elsewhere)
    (run / "run.json").write_text(json.dumps(facts))
    assert "set CXR_DATA to their folder" in written(run)
    shutil.copytree(data, elsewhere)
    page = written(run)
    (shown,) = re.findall(r"best: covid, highest score.*?name\">(films/\S+\.png)", page, re.DOTALL)
    (elsewhere / shown).unlink()
    page = written(run)
    check(page)
    assert f"Not shown: {shown}: it is not in the folder of films." in page
    assert page.count('<div class="pair">') == 7


def test_films_are_found_where_cxr_data_says(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = json.loads((run / "run.json").read_text())
    monkeypatch.setenv("CXR_DATA", str(tmp_path))  # other films: the run's own are still found
    assert written(run).count('<div class="pair">') == 8
    monkeypatch.setenv("CXR_DATA", facts.pop("data"))
    (run / "run.json").write_text(json.dumps(facts))
    assert written(run).count('<div class="pair">') == 8


def test_an_emulated_time_is_never_shown(run: Path) -> None:
    for path in (run / "benchmarks").glob("*.json"):
        path.unlink()
    record = fake_run.benchmark(target="qemu", emulated=True)
    (run / "benchmarks" / "0.json").write_text(record.to_json())
    page = written(run)
    check(page)
    assert "would be no board" in page and "EMULATED" in page
    assert not re.search(r"<b>3\.|3\.71", words(page))
    assert "Latency distributions" not in page


def test_records_of_files_no_longer_exported_are_left_out(run: Path) -> None:
    record = fake_run.benchmark(p50_ms=4321.0)
    other = replace(record, model={**record.model, "graph_sha256": "00" * 32})
    (run / "benchmarks" / "9.json").write_text(other.to_json())
    page = words(written(run))
    assert "4321" not in page and "Left out: 1 record of files" in page


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("student.json", "{}"),
        ("evaluation.json", "[{}]"),
        ("run.json", "[]"),
        ("export/parity.json", "not JSON"),
        ("export/parity-films.csv", "path,keras\na,b\n"),
        ("predictions.csv", "path,label\na,covid\n"),
        ("predictions.csv", f"{PREDICTED}a,covid,s,g,holdout,student,fold0,0.1,nan\n"),
        ("run.json", '{"preset": 5}'),
        ("run.json", "[" * 100_000),
        ("history.csv", "network,fold,epoch,loss,val_auroc\nstudent,f,one,0,0\n"),
        ("benchmarks/0.json", '{"schema": 1}'),
        ("evidence/evidence.json", '{"schema": 1}'),
        ("evidence/films.csv", "path,label\na,covid\n"),
        ("evidence/films.csv", "path,label,site,group,score\na,covid,s,g,2\n"),
    ],
)
def test_a_damaged_record_is_one_line_and_no_page(run: Path, name: str, content: str) -> None:
    (run / name).write_text(content)
    with pytest.raises(DataError, match=re.escape(Path(name).name)) as caught:
        write_report([run])
    assert "\n" not in str(caught.value)
    assert not (run / "report.html").exists()


def test_a_damaged_model_is_said_and_the_rest_is_shown(run: Path) -> None:
    (run / "export" / "student-int8.tflite").write_bytes(b"no model")
    page = written(run)
    check(page)
    assert "carries no contract" in page and "Provenance" in page


def test_a_page_to_be_passed_on_shows_no_film(run: Path) -> None:
    assert 'alt="film"' in written(run)
    page = write_report([run], films=False).read_text(encoding="utf-8")
    check(page)
    assert 'alt="film"' not in page and "--no-films" in page and "Provenance" in page


def test_no_run_and_no_room(tmp_path: Path, run: Path) -> None:
    with pytest.raises(RunError, match=r"no run\.json"):
        write_report([tmp_path / "nothing"])
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        write_report([run], tmp_path / "file" / "page.html")
    assert write_report([run], tmp_path / "new" / "page.html").is_file()
    assert not (run / "report.html").exists()

"""The terminal sessions of README.md and docs/edge-infer.md are replayed: all but times."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workshop.refresh import BUNDLED, ROOT, quotations
from workshop.sessions import SESSIONS, draw, session

QUOTED = [one for one in quotations() if one[1] in SESSIONS]
# What no two runs share: times, and the digest of a picture's own folder.
TIMES = re.compile(r'\d+\.\d+(?= ms)|(?<="(?:decode|invoke|resize)": )[\d.]+|(?<="total": )[\d.]+')
DIGEST = re.compile(r"-[0-9a-f]{12}(?=\.png)")


def bare(text: str) -> str:
    return DIGEST.sub("-DIGEST", TIMES.sub("TIME", text))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("sessions")
    draw(place)
    return place


@pytest.mark.parametrize("name", sorted(set(SESSIONS) - {"benchmark"}))
def test_a_session_is_as_it_is_shown(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CXR_DATA", raising=False)
    shown = [body for _, quoted, body in QUOTED if quoted == name]
    assert shown, f"no document shows the session {name!r}: take it out of workshop/sessions.py"
    printed = bare(session(name, folder, ROOT / BUNDLED))
    for body in shown:
        assert bare(body) == printed, "run scripts/refresh"


def test_the_benchmark_is_of_the_form_that_is_shown(folder: Path) -> None:
    (shown,) = (body for _, name, body in QUOTED if name == "benchmark")
    printed = session("benchmark", folder, ROOT / BUNDLED)

    def form(text: str) -> list[str]:
        command, head, _, row, *_ = text.splitlines()[1:]
        return [command, " ".join(head.split()), *re.split(r"\s{2,}", row)[:3]]

    assert form(printed) == form(shown)


def test_what_differs_between_runs_is_all_that_is_masked() -> None:
    (answer,) = {bare(body) for _, name, body in QUOTED if name == "film"}
    assert "score 0." in answer and "TIME ms" in answer
    (record,) = {bare(body) for _, name, body in QUOTED if name == "json"}
    assert record.count("TIME") == 4 and re.search(r'"score": 0\.\d', record)
    assert {where for where, _, _ in QUOTED} == {"README.md", "docs/edge-infer.md"}

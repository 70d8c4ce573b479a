"""After a change of the bundled model the app's screens are drawn anew, or it is said who must."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from android_demo.tools import apk, films, jvm, refresh
from tests.environments import ROOT
from workshop.refresh import MEASURED, stale

OLD = "0" * 64


@pytest.fixture
def screens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Screens of another model, and nothing that takes minutes."""
    pictures = tmp_path / "android"
    pictures.mkdir()
    (pictures / jvm.MADE_OF).write_text(f"{OLD}\n", "utf-8")
    monkeypatch.setattr(jvm, "PICTURES", pictures)
    monkeypatch.setattr(refresh, "ROOT", tmp_path)
    monkeypatch.setattr(films, "choose", lambda folder: [f"above: covid, into {folder.name}"])
    return pictures


def drawing(calls: list[str]) -> Callable[..., str]:
    def test(built: object, *, draw: bool) -> str:
        calls.append(f"{built} drawn" if draw else "tested")
        return "OK (1 test)"

    return test


def test_screens_of_another_model_are_drawn_anew(
    screens: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    monkeypatch.setattr(apk, "build", lambda out, cache: f"{out.name} and {cache.name}")
    monkeypatch.setattr(jvm, "test", drawing(calls))
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    said = list(refresh.refresh(tmp_path / "out", tmp_path / "cache"))
    assert calls == ["out and cache drawn"]
    assert said[1] == "above: covid, into films" and said[-1] == "Look at the pictures in android"


def test_without_its_tools_one_line_says_what_is_left(
    screens: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None if name == "javac" else name)
    monkeypatch.setattr(apk, "build", lambda *_: pytest.fail("there is nothing to build with"))
    said = list(refresh.refresh(tmp_path, tmp_path))
    left = [line for line in said if line.startswith("Left to do")]
    assert left == said[-1:] and "\n" not in left[0]
    assert "apt-get install openjdk-17-jdk-headless, then android_demo/build pictures" in left[0]
    assert (screens / jvm.MADE_OF).read_text("utf-8").strip() == OLD  # and it stays stale


def test_screens_of_the_bundled_model_are_let_be(
    screens: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (screens / jvm.MADE_OF).write_text(f"{jvm.digest()}\n", "utf-8")
    monkeypatch.setattr(films, "choose", lambda _: pytest.fail("the phantoms are right"))
    assert len(list(refresh.refresh(tmp_path, tmp_path))) == 1


def test_screens_of_another_model_are_named_as_stale(tmp_path: Path) -> None:
    assert MEASURED[f"docs/android/{jvm.MADE_OF}"] == "android_demo/build refresh"
    (tmp_path / "docs" / "android").mkdir(parents=True)
    (tmp_path / "docs" / "android" / jvm.MADE_OF).write_text(OLD, "utf-8")
    assert stale(tmp_path) == [
        "docs/android/model.txt is of another model: run android_demo/build refresh"
    ]


def test_the_script_draws_first_and_says_so() -> None:
    script = ROOT / "scripts" / "refresh"
    text = script.read_text("utf-8")
    assert script.stat().st_mode & stat.S_IXUSR
    # Before the documents, whose last lines name what is stale.
    assert 0 < text.index('android_demo/build" refresh >&2') < text.index("-m workshop.refresh")

"""The precision is the one that was faster, and what takes long says so before it starts."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from training import pace
from workshop.presets import DistilPreset, NetworkPreset, Preset

SMALL = NetworkPreset(backbones=("MobileNet:0.25",), weights="random", batch=2)
PRESET = Preset("p", "1", teacher=SMALL, student=SMALL, input_size=64)


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """What a step takes by precision, in the place of the clock."""
    told = {"float32": 2.0, "mixed_bfloat16": 0.5}
    monkeypatch.setattr(pace, "step_seconds", lambda preset, size: told[preset.precision])
    return told


@pytest.mark.parametrize("expected", ["float32", "mixed_bfloat16"])
def test_auto_takes_the_faster(
    expected: Literal["float32", "mixed_bfloat16"],
    seconds: dict[str, float],
    capsys: pytest.CaptureFixture[str],
) -> None:
    seconds.update({"float32": 3.0, "mixed_bfloat16": 3.0, expected: 1.0})
    chosen = pace.faster_precision(replace(SMALL, precision="auto"), 64, "teacher")
    assert chosen == replace(SMALL, precision=expected)
    assert f"teacher: {expected} (" in capsys.readouterr().err


def test_a_named_precision_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "step_seconds", lambda *_: pytest.fail("measured"))
    assert pace.faster_precision(SMALL, 64, "teacher") is SMALL


def test_a_step_is_measured_on_a_network_of_its_own() -> None:
    pace.step_seconds.cache_clear()
    assert pace.step_seconds(SMALL, 64) > 0
    assert pace.step_seconds.cache_info().currsize == 1


@pytest.mark.parametrize(
    ("views", "expected"),
    # 100 teacher steps of 2 s and 60 students of 2 s; a teacher that answers for each batch
    # takes a third of its step more.
    [("clean", "about 5:20"), ("augmented", "about 6:00")],
)
def test_the_time_is_told_before_the_first_step(
    seconds: dict[str, float],
    views: Literal["clean", "augmented"],
    expected: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    preset = replace(PRESET, distil=DistilPreset(views=views))
    pace.announce(preset, {"teacher": 100, "student": 60, "plain": 0})
    told = capsys.readouterr().err
    assert told.startswith(expected) and "plain" not in told and told.count("\n") == 1


def test_nothing_is_told_of_what_is_over_at_once(
    seconds: dict[str, float], capsys: pytest.CaptureFixture[str]
) -> None:
    pace.announce(PRESET, {"teacher": 40, "student": 59})
    assert capsys.readouterr().err == ""

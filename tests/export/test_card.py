"""The model card says what the records say, and nothing of what was not done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from export.card import model_card
from workshop.records import StudentRecord
from workshop.records_io import load


def _card(record: StudentRecord) -> str:
    return model_card(record, [], [], [], 0.5, 0.25)


def test_a_student_that_learned_to_be_rounded_is_said_to_be_one(fake_run: Path) -> None:
    record = load(fake_run / "student.json", StudentRecord)
    assert "rounded to int8" not in _card(record)
    for steps, said in ((0, False), (600, True)):
        tuned = replace(record, preset={**record.preset, "quantize": {"steps": steps}})
        assert (f"learned for {steps} more steps" in _card(tuned)) is said


def test_what_was_not_measured_is_not_told(fake_run: Path) -> None:
    card = _card(load(fake_run / "student.json", StudentRecord))
    assert card.count("Not measured.") == 2 and "called covid" not in card
    assert card.startswith("# fake") and "not a medical device" in card

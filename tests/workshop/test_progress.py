"""Time left: a line in a log, a bar on a terminal."""

from __future__ import annotations

import io

from workshop.progress import Progress, track


def test_time_left_is_what_the_pace_says() -> None:
    progress = Progress("films", 40, stream=io.StringIO())
    progress.done = 10
    assert progress.line(60.0, "loss 1.0") == "films: 10/40, 3:00 left, loss 1.0"
    progress.done = 1
    assert progress.line(120.0) == "films: 1/40, 1:18:00 left"


def test_what_is_done_at_once_takes_a_round() -> None:
    progress = Progress("films", 50, stream=io.StringIO())
    progress.lanes = 25
    progress.done = 1
    assert progress.line(60.0) == "films: 1/50, 1:00 left"
    progress.done = 26
    assert progress.line(119.0) == "films: 26/50, 0:00 left"


def test_a_lasting_line_stands_between() -> None:
    stream = io.StringIO()
    Progress("films", 50, stream=stream).say("one is broken")
    assert stream.getvalue() == "one is broken\n"


def test_a_log_gets_few_lines() -> None:
    stream = io.StringIO()
    progress = Progress("films", 500, stream=stream)
    for _ in range(500):
        progress.advance()
    progress.close("done")
    assert stream.getvalue() == "films: 500 in 0:00, done\n"


def test_track_yields_everything() -> None:
    assert list(track([1, 2, 3], "things")) == [1, 2, 3]

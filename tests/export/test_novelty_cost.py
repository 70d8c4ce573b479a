"""Heat map and novelty are timed against the plain student; the figure itself is no test."""

from __future__ import annotations

from pathlib import Path

import pytest

from export import novelty_cost
from export.novelty_cost import cost_line, measure_cost


def test_both_graphs_run_in_turn_inside_one_delegate(
    fake_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bursts: list[object] = []

    def burst(native: object, times: int) -> float:
        bursts.append(native)
        return 2.0 if native is bursts[0] else 2.05

    monkeypatch.setattr(novelty_cost, "_burst", burst)
    found = measure_cost(fake_run, 6)
    assert (found.plain_ms, found.shipped_ms) == (2.0, 2.05)
    assert found.ratio == found.ratio_low == found.ratio_high == pytest.approx(1.025)
    plain, shipped = bursts[:2]
    assert bursts[2:] == [plain, shipped, shipped, plain] * 3
    assert found.outside_delegate == 0 and found.operators > 60
    assert "1.025 times" in cost_line(found)

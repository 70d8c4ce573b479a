"""Results of the paper's experiment, made without training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.paper.tables import PaperResult, result_of
from workshop.presets import read_preset
from workshop.records import FilmPrediction

__all__ = ["NETWORKS", "PRESET", "ROOT", "USUAL", "made", "said"]

ROOT = Path(__file__).resolve().parents[3]
PRESET = read_preset(ROOT / "presets" / "paper-2core.toml")
NETWORKS = ("teacher", "plain", "student")
USUAL = {"teacher": 2, "plain": 8, "student": 4}


def said(network: str, fold: int, n: int, logit: float, group: str = "") -> FilmPrediction:
    """What a network says of film `n`; even ones are covid."""
    label = ("covid", "normal")[n % 2]
    score = 1.0 if logit > 0 else 0.0
    return FilmPrediction(
        f"{n}.png", label, "a", group or f"g{n}", "out_of_fold", network, f"fold{fold}", logit,
        score,
    )  # fmt: skip


def made(wrong: dict[str, int], count: int = 40, **more: Any) -> PaperResult:
    """Each network is wrong on its first so many films of each of two folds."""
    predictions = []
    for network in wrong:
        for fold in (0, 1):
            for n in range(fold * count, (fold + 1) * count):
                right = 1.0 if n % 2 == 0 else -1.0
                sign = -1.0 if n - fold * count < wrong[network] else 1.0
                predictions.append(said(network, fold, n, sign * right * (1 + n / 100)))
    history = [{"network": name, "seconds": seconds} for name, seconds in
               (("teacher", 9.0), ("teacher", 11.0), ("plain", 4.0), ("student", 5.0))]  # fmt: skip
    facts: dict[str, Any] = {
        "preset": PRESET,
        "history": history,
        "films": {"covid of ieee8023": 40, "normal of crd_v4": 40},
        "leak": 0.0,
        "parameters": {"teacher": 49_222_390, "plain": 2_334_966, "student": 2_334_966},
        "weights": {},
        "made_by": {"git": "test"},
    }
    facts |= more
    return result_of(facts.pop("preset"), predictions, facts.pop("history"), **facts)

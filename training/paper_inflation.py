"""What oversampling before the split does to the figures: two finished runs side by side."""

from __future__ import annotations

from pathlib import Path

from edge_runtime.errors import RunError
from training.paper_tables import PaperResult
from workshop.records_io import load
from workshop.summary import interval_text

__all__ = ["inflation_table"]


def inflation_table(before: Path, after: Path) -> str:
    """Markdown from two run folders; raises `RunError` where they are not such a pair.

    The two split the films differently, so their difference is not paired: the intervals
    stand side by side, and only where they lie apart is an inflation said to be shown.
    """
    first, second = (_read(run) for run in (before, after))
    readings = [_reading(one) for one in (first, second)]
    if readings != ["before_split", "after_split"]:
        raise RunError(
            f"{before} and {after} oversampled {readings[0]} and {readings[1]}: name a run with "
            "before_split, then one with after_split"
        )
    lines = [
        f"Validation films that are trained on too: {first.leak:.1%} oversampled before the "
        f"split, {second.leak:.1%} after it.",
        "",
        "| network | AUROC, before the split | AUROC, after it | difference | an inflation |",
        "|---|---|---|---|---|",
    ]
    for name in [name for name in first.pooled if name in second.pooled]:
        one, other = first.pooled[name], second.pooled[name]
        verdict = "is shown" if one.low > other.high else "is not shown"
        lines.append(
            f"| {name} | {interval_text(one)} | {interval_text(other)} | "
            f"{one.value - other.value:+.3f} | {verdict} |"
        )
    return "\n".join(lines) + "\n"


def _read(run: Path) -> PaperResult:
    if not (run / "paper.json").is_file():
        raise RunError(f"{run} holds no finished experiment (no paper.json); run it first")
    return load(run / "paper.json", PaperResult)


def _reading(result: PaperResult) -> str:
    return str((result.preset.get("paper") or {}).get("oversample", "nothing"))

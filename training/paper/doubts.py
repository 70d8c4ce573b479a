"""What in the paper cannot be true: rows by arithmetic, and its text against itself."""

from __future__ import annotations

from typing import Any

from training.confusion import METRICS, contradictions
from training.paper.markdown import number
from workshop.markdown import table

__all__ = ["impossible_rows", "text_against_itself"]


def impossible_rows(known: dict[str, Any]) -> str:
    """The published rows that are at hand and cannot be, each with the reason."""
    lines = []
    for row in known.get("rows", []):
        for reason in contradictions(row, row.get("films")):
            where = f"table {row['table']}, fold {row['fold']}" if row["table"] else row["fold"]
            shown = ", ".join(
                f"{m.replace('_', ' ')} {number(row[m])}" for m in METRICS if m in row
            )
            note = f"; {row['note']}" if "note" in row else ""
            lines.append(f"- {where} ({shown}): {reason}{note}.")
    return "\n".join(lines) or "Nothing was found in the figures that are at hand."


def text_against_itself(known: dict[str, Any]) -> str:
    """A table of what the text says, what speaks against it, and what follows here."""
    found = known.get("contradictions", [])
    rows = [[one["says"], one["against"], one["follows"]] for one in found]
    return table(["the paper says", "against it", "what follows"], rows) if rows else ""

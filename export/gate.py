"""The parity gate: how far a file may be from its Keras model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from edge_runtime.errors import DataError
from workshop.presets import GatePreset

__all__ = ["DEFAULTS", "failures", "missed_goals", "read_gate"]

DEFAULTS: dict[str, float] = asdict(GatePreset())
# What is bounded, by precision: bound -> figure. Anything else rounds to integers somewhere.
FLOAT = {
    "float32": {"float_max_dp": "max_dp", "float_flips": "flips"},
    "float16": {"float16_max_dp": "max_dp"},
}
ROUNDED = {
    "int8_flip_share": "flip_share",
    "int8_mean_dp": "mean_dp",
    "int8_p99_dp": "p99_dp",
    "int8_auroc_reach": "auroc_reach",
    "int8_heatmap_rank": "heatmap_rank",
    "int8_empty_maps": "empty_maps",
}
GOALS = {"int8_goal_flip_share": "flip_share", "int8_goal_mean_dp": "mean_dp"}
AT_LEAST = {"int8_heatmap_rank"}  # every other bound is an upper one
ROUNDING = ("dynamic", "int8", "int16x8")


def read_gate(
    export: Mapping[str, Any], of: str = "the preset's export.gate.", whole: bool = True
) -> dict[str, float]:
    """The table `[export.gate]`, over the defaults where `whole`; `of` names it in errors.

    Raises `DataError` for another key, or a value that is no number.
    """
    given = export.get("gate", {})
    if not isinstance(given, Mapping):
        raise DataError("the preset's [export.gate] is not a table")
    for key, value in given.items():
        if key not in DEFAULTS:
            raise DataError(f"{of}{key} is unknown; it knows {_known()}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            raise DataError(f"{of}{key} must be a number, 0 or more")
    return {
        **(DEFAULTS if whole else {}),
        **{key: float(value) for key, value in given.items()},
    }


def _known() -> str:
    return ", ".join(sorted(DEFAULTS))


def failures(precision: str, gate: Mapping[str, float], found: Mapping[str, float]) -> list[str]:
    """One line for each bound of the gate that is not kept.

    `found` has the figures that `FLOAT` and `ROUNDED` name. One that is not a number, as
    where a class is missing, keeps no bound. Raises `DataError` for a precision without a gate.
    """
    if precision not in FLOAT and precision not in ROUNDING:
        raise DataError(f"there is no parity gate for precision {precision!r}")
    return _broken(FLOAT.get(precision, ROUNDED), gate, found)


def missed_goals(
    precision: str, gate: Mapping[str, float], found: Mapping[str, float]
) -> list[str] | None:
    """One line for each goal that is missed; None for a float file, which has none."""
    return _broken(GOALS, gate, found) if precision in ROUNDING else None


def _broken(
    bounds: Mapping[str, str], gate: Mapping[str, float], found: Mapping[str, float]
) -> list[str]:
    lines = []
    for bound, figure in bounds.items():
        value, limit = found[figure], gate[bound]
        if value != value:
            lines.append(f"{figure} not measured ({bound})")
        elif bound in AT_LEAST and not value >= limit:
            lines.append(f"{figure} {value:.4g} < {limit:.4g} ({bound})")
        elif bound not in AT_LEAST and not value <= limit:
            lines.append(f"{figure} {value:.4g} > {limit:.4g} ({bound})")
    return lines

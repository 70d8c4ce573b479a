"""The parity gate: how far a file may be from its Keras model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from edge_runtime.errors import DataError
from workshop.presets import GatePreset

__all__ = ["DEFAULTS", "failures", "read_gate"]

DEFAULTS: dict[str, float] = asdict(GatePreset())


def read_gate(export: Mapping[str, Any]) -> dict[str, float]:
    """The preset's `[export.gate]` over the defaults; raises `DataError` for another key."""
    given = export.get("gate", {})
    if not isinstance(given, Mapping):
        raise DataError("the preset's [export.gate] is not a table")
    for key, value in given.items():
        if key not in DEFAULTS:
            raise DataError(f"the preset's export.gate.{key} is unknown; it knows {_known()}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            raise DataError(f"the preset's export.gate.{key} must be a number, 0 or more")
    return {**DEFAULTS, **{key: float(value) for key, value in given.items()}}


def _known() -> str:
    return ", ".join(sorted(DEFAULTS))


def failures(precision: str, gate: Mapping[str, float], found: Mapping[str, float]) -> list[str]:
    """One line for each bound that is not kept.

    `found` has `max_dp`, `mean_dp`, `flips` and `flip_share`. A figure that is not a
    number keeps no bound.
    """
    bounds = (
        {"mean_dp": "int8_mean_dp", "flip_share": "int8_flip_share"}
        if precision == "int8"
        else {"max_dp": "float_max_dp", "flips": "float_flips"}
    )
    return [
        f"{figure} {found[figure]:.4g} > {gate[bound]:.4g} ({bound})"
        for figure, bound in bounds.items()
        if not found[figure] <= gate[bound]
    ]

"""The contract: what a model file says of itself, so that nobody retypes a constant."""

import json
import math
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from edge_runtime.errors import ModelError, one_line

__all__ = [
    "CONTRACT_SCHEMA",
    "LABELS",
    "MOST_SIDE",
    "NOTICE",
    "PREDICTION_SCHEMA",
    "Contract",
]

CONTRACT_SCHEMA = 1
PREDICTION_SCHEMA = 1
LABELS = ("normal", "covid")
MOST_SIDE = 4096  # of the graph's input, in pixels
NOTICE = (
    "Research and demonstration only, not a medical device. "
    "The score is a number set against a threshold; it is no diagnosis and no advice."
)


# Annotations are evaluated here: as texts, NamedTuple compiles each of them anew.
class Contract(NamedTuple):
    """One model file's `contract.json`.

    `graph_sha256` covers the FlatBuffer before the appended ZIP (for ONNX: the
    serialised model without `metadata_props`). Probabilities leave the graph
    calibrated: `temperature` is already folded in and stands here as provenance.
    """

    name: str
    version: str
    precision: str  # "int8" | "float32" | ...
    graph_sha256: str
    input_size: int  # S: the graph takes [1, S, S, 3], raw 0-255
    input_dtype: str  # "uint8" | "float32"
    input_scale: float  # 1.0 for uint8 input, 0.0 where the input is float
    input_zero_point: int
    outputs: dict[str, int]  # "probabilities" | "heatmap" | "novelty" -> index in the subgraph
    heatmap_grid: int  # g: the heat map is [1, g * g], row by row
    threshold: float  # p(covid) at or above it answers "covid"
    borderline_width: float  # |score - threshold| at or below it is borderline
    novelty_threshold: float  # novelty above it answers "not_recognised"
    temperature: float
    film_rules: dict[str, float]  # reason code -> limit; see edge_runtime.film_rules
    pixels: int  # version of the pixel definition in edge_runtime.pixels
    made_by: dict[str, str]  # git describe, package versions, run, data fingerprint
    author: str
    licence: str
    labels: tuple[str, ...] = LABELS
    notice: str = NOTICE
    schema: int = CONTRACT_SCHEMA

    def to_json(self) -> str:
        """The contract as indented JSON with sorted keys, ending in a newline."""
        return json.dumps(self._asdict(), indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> "Contract":
        """Read a contract; raises `ModelError` where it is not one of this schema."""
        try:
            data: dict[str, Any] = json.loads(text)
            if data.get("schema") != CONTRACT_SCHEMA:
                raise ModelError(
                    f"contract schema {data.get('schema')!r:.40} is not the {CONTRACT_SCHEMA} "
                    "that this version reads; update cxr-edge or export the model again"
                )
            kinds = get_type_hints(cls)
            data["labels"] = tuple(data["labels"])
            known = {key: value for key, value in data.items() if key in kinds}
            for name, value in known.items():
                if not _is(kinds[name], value):
                    raise TypeError(f"{name} is {value!r:.40}, not {_said(kinds[name])}")
            contract = cls(**known)
            if not 1 <= contract.heatmap_grid <= contract.input_size <= MOST_SIDE:
                raise ValueError("a size is none that there can be")
            if contract.borderline_width < 0:
                raise ValueError("a width is below what there can be")
            return contract
        except (ValueError, TypeError, KeyError, AttributeError, *ABSURD) as error:
            raise ModelError(
                f"the model's contract.json cannot be read: {one_line(error, 200)}"
            ) from error


# What Python raises for JSON that is nested or long beyond sense.
ABSURD = (RecursionError, OverflowError)


def _is(kind: Any, value: object) -> bool:
    """Whether a value read from JSON is what the field's annotation says."""
    inside = get_args(kind)
    if get_origin(kind) is dict:
        return isinstance(value, dict) and all(_is(inside[1], one) for one in value.values())
    if get_origin(kind) is tuple:
        return isinstance(value, tuple) and all(_is(inside[0], one) for one in value)
    if isinstance(value, bool):
        return False
    if kind is float:
        return isinstance(value, int | float) and math.isfinite(value)
    return isinstance(value, kind)


def _said(kind: Any) -> str:
    return str(kind) if get_args(kind) else str(kind.__name__)

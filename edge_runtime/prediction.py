"""The answer to one film."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from edge_runtime.contract import PREDICTION_SCHEMA

__all__ = ["Prediction"]


@dataclass(frozen=True)
class Prediction:
    """One film's result. `answer` is "covid", "normal" or "not_recognised"."""

    file: str
    answer: str
    reason: str | None  # reason code of a refusal, else None
    score: float  # p(covid), calibrated
    threshold: float
    borderline: bool
    turned: str | None  # "left", "upside_down", "right": where the film's top seems to be
    probabilities: dict[str, float]  # {"normal": .., "covid": ..}
    novelty: float
    heatmap: tuple[tuple[float, ...], ...]  # g rows of g floats, not normalised
    timing_ms: dict[str, float]  # "decode", "resize", "invoke", "total"
    model: dict[str, str]  # name, version, graph_sha256, precision
    runtime: dict[str, Any]  # name, version, delegate, threads
    notice: str
    schema: int = PREDICTION_SCHEMA

    def to_dict(self, *, heatmap: bool = False) -> dict[str, Any]:
        """A JSON-ready dict; the heat map only when asked for."""
        data = {"schema": self.schema, **asdict(self)}
        if not heatmap:
            del data["heatmap"]
        return data

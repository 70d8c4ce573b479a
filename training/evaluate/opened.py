"""What is known of a model once its file is open."""

from __future__ import annotations

from dataclasses import dataclass

from edge_runtime.contract import Contract
from workshop.evidence.scorer import Scorer

__all__ = ["OpenedModel"]


@dataclass(frozen=True)
class OpenedModel:
    """A scorer and what its file says of itself."""

    scorer: Scorer
    name: str
    kind: str  # "keras" | "tflite" | "onnx"
    outputs: str  # what became a score, e.g. "two logits"
    threshold: float | None = None  # the model's own
    contract: Contract | None = None
    file: str = ""
    sha256: str = ""  # of the whole file

    def facts(self, threshold: float | None) -> dict[str, str | int | float]:
        """What the record of evidence says of the model; `threshold` is the one in use."""
        found: dict[str, str | int | float] = {
            "name": self.name,
            "file": self.file,
            "kind": self.kind,
            "sha256": self.sha256,
            "input_size": self.scorer.size,
            "outputs": self.outputs,
        }
        if threshold is not None:
            found["threshold"] = threshold
        if self.contract is not None:
            one = self.contract
            found |= {"version": one.version, "precision": one.precision}
            found["graph_sha256"] = one.graph_sha256
        return found

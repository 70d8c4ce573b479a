"""Checkpoints that resume to the same bits: every variable, and where the loop was."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from edge_runtime.errors import RunError
from workshop.runs import write_with

__all__ = ["Checkpoint", "Place"]


@dataclass
class Place:
    """How far a fit has come; `rows` are its lines of history.csv."""

    epoch: int = 0  # epochs that are complete
    rows: list[dict[str, Any]] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)  # backbone -> its first weights


@dataclass(frozen=True)
class Checkpoint:
    """One `.npz` with a network's and its optimizer's variables, replaced as a whole.

    Kept by hand rather than by `BackupAndRestore`, because the seed generators of
    dropout and the optimizer's step must come back too, and the file must be whole or
    absent whenever the process dies.
    """

    path: Path

    def save(self, variables: Sequence[Any], place: Place) -> None:
        """Write values and place; raises `StorageError`, keeping the earlier file."""
        arrays = {f"v{number:04d}": _plain(v.numpy()) for number, v in enumerate(variables)}
        arrays["place"] = np.frombuffer(json.dumps(asdict(place)).encode(), np.uint8)
        write_with(self.path, lambda stream: np.savez(stream, **arrays))

    def place(self) -> Place:
        """How far the fit of this file has come; `Place()` where there is no file."""
        if not self.path.is_file():
            return Place()
        with np.load(self.path) as arrays:
            return Place(**json.loads(arrays["place"].tobytes()))

    def restore(self, variables: Sequence[Any]) -> Place:
        """Put the values back; a `Place()` at the start where there is no file.

        Raises `RunError` where the file belongs to other networks.
        """
        if not self.path.is_file():
            return Place()
        with np.load(self.path) as arrays:
            values = [arrays[name] for name in sorted(arrays.files) if name != "place"]
            place = Place(**json.loads(arrays["place"].tobytes()))
        shapes = [tuple(value.shape) for value in values]
        if shapes != [tuple(variable.shape) for variable in variables]:
            raise RunError(
                f"{self.path} belongs to other networks than the preset names; "
                "start in a new folder with --out"
            )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        return place


def _plain(value: Any) -> Any:
    """bfloat16 has no NumPy file format of its own; float32 holds it exactly."""
    array = np.asarray(value)
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array

"""Novelty's statistics as training wrote them: the format is the contract between the two.

`novelty.npz`: `schema` 2, `layers` `[L]` (names in the student's backbone, or the one name
of its pooling layer), `scale` and `threshold` [], and for each layer i `mean_i` and
`deviation_i` `[C]`, `components_i` `[C, K]`. With the average of layer i over its map

    z = (average - mean_i) @ components_i
    novelty = mean over layers of the mean over components of tanh(z / scale)^2
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge_runtime.errors import ModelError

__all__ = ["AGAIN", "NoveltyLayer", "NoveltyStatistics", "read_statistics"]

Floats = npt.NDArray[np.float64]
SCHEMA = 2
AGAIN = "run `python -m training novelty RUN`, which learns them anew"


@dataclass(frozen=True)
class NoveltyLayer:
    """One layer's averages over familiar films: `[C]`, `[C]` and `[C, K]`."""

    name: str
    mean: Floats
    deviation: Floats
    components: Floats


@dataclass(frozen=True)
class NoveltyStatistics:
    """What the novelty output is built from."""

    layers: tuple[NoveltyLayer, ...]
    scale: float
    threshold: float


def read_statistics(path: Path) -> NoveltyStatistics:
    """Read the `.npz`; raises `ModelError` that says what to run for one of an older schema."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path} holds no novelty statistics ({error}); {AGAIN}") from error
    found = arrays.get("schema", np.array(1))
    if found.shape or int(found) != SCHEMA:
        raise ModelError(f"{path} holds novelty statistics of another release; {AGAIN}")
    try:
        layers = tuple(
            NoveltyLayer(
                str(name),
                *(arrays[f"{key}_{i}"].astype(np.float64)
                  for key in ("mean", "deviation", "components")),
            )
            for i, name in enumerate(arrays["layers"])
        )  # fmt: skip
        scale, threshold = float(arrays["scale"]), float(arrays["threshold"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} holds no novelty statistics ({error}); {AGAIN}") from error
    fits = (
        scale > 0
        and bool(layers)
        and all(
            one.mean.ndim == 1
            and one.deviation.shape == one.mean.shape
            and one.components.ndim == 2
            and one.components.shape[0] == len(one.mean)
            for one in layers
        )
    )
    if not fits:
        raise ModelError(f"{path} holds novelty statistics whose shapes do not fit; {AGAIN}")
    return NoveltyStatistics(layers, scale, threshold)

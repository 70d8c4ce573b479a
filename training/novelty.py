"""Statistics of familiar films: what export builds the novelty output from.

Averages of the student's own activations, a layer at each size of map, early ones included:
what a picture is made of (noise, letters, edges) shows early, what it shows of, late. Each
layer's averages are whitened; a film lies within a few deviations of the mean in every
direction, and what is no film lies far off in many:

    z = (average - mean) @ components
    novelty = mean over layers of the mean over components of tanh(z / SCALE)^2

so that it lies in [0, 1] by construction. (The averages of the last layer alone, which was
trained to tell covid from normal and nothing else, are close to blind: docs/evidence.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workshop.runs import write_with

__all__ = ["SCHEMA", "LayerStatistics", "NoveltyStatistics", "novelty_statistics"]

Floats = npt.NDArray[np.float64]
SCHEMA = 2
SCALE = 3.0  # deviations at which tanh bends
# Share of the covariance that is replaced by its diagonal's mean. Directions in which films
# hardly differ would else be enlarged beyond what an int8 activation can resolve.
SHRINKAGE = 0.1


@dataclass(frozen=True)
class LayerStatistics:
    """One layer's: `mean` and `deviation` `[C]`, `components` `[C, K]`, whitening."""

    mean: Floats
    deviation: Floats
    components: Floats

    @classmethod
    def of(cls, features: Floats, count: int) -> LayerStatistics:
        """From averages `[n, C]` of familiar films, at most `count` components.

        Principal components of the standardised channels, their covariance shrunk.
        """
        mean, deviation = features.mean(axis=0), features.std(axis=0)
        floor = max(1e-3 * float(deviation.max()), 1e-9)  # a channel that never moved
        scaled = (features - mean) / np.maximum(deviation, floor)
        covariance = scaled.T @ scaled / len(scaled)
        width = len(mean)
        even = np.eye(width) * np.trace(covariance) / width
        variances, axes = np.linalg.eigh((1 - SHRINKAGE) * covariance + SHRINKAGE * even)
        kept = np.argsort(-variances, kind="stable")[: min(count, width)]
        whiten = axes[:, kept] / np.sqrt(variances[kept] + 1e-12)
        return cls(mean, deviation, whiten / np.maximum(deviation, floor)[:, None])

    def distances(self, features: Floats) -> Floats:
        """`[n, C]` averages -> `[n]` in [0, 1]."""
        z = (features - self.mean) @ self.components
        return np.asarray(np.mean(np.tanh(z / SCALE) ** 2, axis=1))


@dataclass(frozen=True)
class NoveltyStatistics:
    """All layers' statistics, and the threshold that they were given."""

    layers: tuple[str, ...]
    parts: tuple[LayerStatistics, ...]

    def novelty(self, features: Sequence[Floats]) -> Floats:
        """Averages `[n, C]` of each layer -> `[n]` novelty."""
        pairs = zip(self.parts, features, strict=True)
        return np.asarray(np.mean([part.distances(one) for part, one in pairs], axis=0))

    def save(self, path: Path, threshold: float) -> None:
        """Write the `.npz` that export reads; no entry needs pickle.

        `schema` [] int (2), `layers` `[L]` names of layers of the student's backbone (or
        the one name of the student's own pooling layer), `scale` [] and `threshold` []
        float64 (that of student.json, so that the two files can be told to belong
        together), and for each layer i float32 `mean_i` and `deviation_i` `[C]`,
        `components_i` `[C, K]`.
        """
        arrays: dict[str, npt.NDArray[np.generic]] = {
            "schema": np.array(SCHEMA),
            "layers": np.array(self.layers),
            "scale": np.array(SCALE),
            "threshold": np.array(threshold, np.float64),
        }
        for i, part in enumerate(self.parts):
            arrays[f"mean_{i}"] = part.mean.astype(np.float32)
            arrays[f"deviation_{i}"] = part.deviation.astype(np.float32)
            arrays[f"components_{i}"] = part.components.astype(np.float32)
        write_with(path, lambda stream: np.savez(stream, allow_pickle=False, **arrays))


def novelty_statistics(
    layers: Sequence[str], features: Sequence[Floats], count: int
) -> NoveltyStatistics:
    """Statistics of familiar films' averages `[n, C]` at each layer."""
    parts = tuple(LayerStatistics.of(one, count) for one in features)
    return NoveltyStatistics(tuple(layers), parts)

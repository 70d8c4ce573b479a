"""Statistics of familiar features: what export builds the novelty output from.

Whitened principal components, each squashed, so that the result lies in [0, 1] by
construction: novelty = mean over k of tanh(z_k / 3)^2, z = (pooled - mean) @ components.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workshop.runs import write_with

__all__ = ["NoveltyStatistics", "novelty_statistics"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class NoveltyStatistics:
    """`mean` `[C]`, `components` `[C, K]`, already divided by each one's deviation."""

    mean: Floats
    components: Floats

    def novelty(self, features: Floats) -> Floats:
        """`[n, C]` pooled features -> `[n]` novelty."""
        z = (features - self.mean) @ self.components
        return np.asarray(np.mean(np.tanh(z / 3.0) ** 2, axis=1))

    def save(self, path: Path) -> None:
        """Write the `.npz` that export reads."""
        mean, components = self.mean.astype(np.float32), self.components.astype(np.float32)
        write_with(path, lambda stream: np.savez(stream, mean=mean, components=components))


def novelty_statistics(features: Floats, count: int) -> NoveltyStatistics:
    """Statistics of familiar films' pooled features `[n, C]`, at most `count` components."""
    mean = features.mean(axis=0)
    _, deviations, axes = np.linalg.svd(features - mean, full_matrices=False)
    deviations = deviations / np.sqrt(max(1, len(features) - 1))
    keep = min(count, int(np.sum(deviations > 1e-6 * deviations[0])))
    return NoveltyStatistics(mean, (axes[:keep] / deviations[:keep, None]).T)

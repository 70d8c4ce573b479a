"""Novelty statistics: whitened, bounded, and larger for what is unlike."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training.novelty import novelty_statistics


def test_components_are_white_and_novelty_is_bounded(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    features = rng.normal(size=(400, 6)) @ rng.normal(size=(6, 20)) + 3.0
    statistics = novelty_statistics(features, 32)
    assert statistics.components.shape == (20, 6)  # no more than the data span
    z = (features - statistics.mean) @ statistics.components
    np.testing.assert_allclose(np.cov(z.T), np.eye(6), atol=1e-6)
    familiar = statistics.novelty(features)
    strange = statistics.novelty(features.mean(axis=0) + 40 * rng.normal(size=(50, 20)))
    assert familiar.min() >= 0.0 and strange.max() <= 1.0
    assert strange.min() > np.quantile(familiar, 0.95)
    statistics.save(tmp_path / "novelty.npz")
    with np.load(tmp_path / "novelty.npz") as arrays:
        assert sorted(arrays.files) == ["components", "mean"]

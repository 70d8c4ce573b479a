"""The backbone inside a student: a network of Keras' own, nested as one layer."""

from __future__ import annotations

from typing import Any

__all__ = ["backbone_of"]


def backbone_of(network: Any) -> Any:
    """The one network inside the student's, or None where there are none or several."""
    import keras

    bodies = [layer for layer in network.layers if isinstance(layer, keras.Model)]
    return bodies[0] if len(bodies) == 1 else None

"""Teacher and student: backbones with the paper's heads, logits out.

BabaAhmadi et al., arXiv 2301.02735, whose Table 4 counts 49,222,390 parameters for the
teacher and 2,334,966 for the student; both are met exactly with 60 hidden units.
"""

from __future__ import annotations

from pathlib import Path

import keras

from edge_runtime.contract import LABELS
from edge_runtime.errors import DataError
from training.backbones import backbone, preprocessing
from workshop.presets import NetworkPreset

__all__ = ["FEATURES", "HIDDEN", "LOGITS", "build"]

FEATURES = "pool"  # its input is the feature map that the heat map explains
HIDDEN = "hidden"
LOGITS = "logits"


def build(
    preset: NetworkPreset, size: int, name: str, weights: Path | None
) -> tuple[keras.Model, dict[str, str]]:
    """A network for `[n, size, size, 3]` raw 0-255 pixels giving `[n, 2]` float32 logits.

    With `filters` the backbones' maps are joined, mixed by a 1x1 convolution without
    activation and flattened (the teacher); without, averaged over the map (the student).
    Returns the network and where each backbone's weights came from.
    """
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(preset.precision)
    try:
        return _build(preset, size, name, weights)
    except ValueError as error:  # Keras': too small a film, a backbone named twice
        told = str(error).strip().splitlines()[0]
        raise DataError(f"{' + '.join(preset.backbones)} at {size} pixels: {told}") from error
    finally:
        keras.config.set_dtype_policy(policy)


def _build(
    preset: NetworkPreset, size: int, name: str, weights: Path | None
) -> tuple[keras.Model, dict[str, str]]:
    film = keras.Input((size, size, 3), name="film")
    maps, origins = [], {}
    for number, spec in enumerate(preset.backbones):
        body, origins[spec] = backbone(spec, size, preset.weights, weights)
        _set_momentum(body, preset.batch_norm_momentum)
        maps.append(body(preprocessing(spec, f"rescale{number}")(film)))
    if len({tuple(one.shape[1:3]) for one in maps}) != 1:
        raise DataError(
            f"{', '.join(preset.backbones)} have feature maps of different sizes at "
            f"{size} pixels; choose backbones with the same stride"
        )
    joined = maps[0] if len(maps) == 1 else keras.layers.Concatenate(name="join")(maps)
    if preset.filters:
        mixed = keras.layers.Conv2D(preset.filters, 1, name="mix")(joined)
        flat = keras.layers.Flatten(name="flatten")(mixed)
    else:
        flat = keras.layers.GlobalAveragePooling2D(name=FEATURES)(joined)
    hidden = keras.layers.Dense(preset.hidden, activation="relu", name=HIDDEN)(flat)
    if preset.dropout:
        hidden = keras.layers.Dropout(preset.dropout, name="dropout")(hidden)
    logits = keras.layers.Dense(len(LABELS), dtype="float32", name=LOGITS)(hidden)
    return keras.Model(film, logits, name=name), origins


def _set_momentum(body: keras.Model, momentum: float) -> None:
    """Keras' MobileNetV2 keeps .999 of its moving statistics at each step: after a short
    training they are still mostly the initial ones, and inference is wrong."""
    for layer in body.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = momentum

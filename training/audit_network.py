"""A network small enough to be trained dozens of times, to learn what an audit shows of it."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from workshop.evidence.scorer import FilmSet, Floats, Pixels
from workshop.evidence.statistics import sigmoid

__all__ = ["EPOCHS", "TinyScorer", "train_tiny"]

FILTERS = (12, 24, 48, 64)
BATCH, RATE, SMOOTHING = 32, 3e-3, 0.05
EPOCHS = 9


class TinyScorer:
    """A trained network behind the interface that audits ask."""

    def __init__(self, network: keras.Model, size: int) -> None:
        self._network, self._size = network, size

    @property
    def size(self) -> int:
        """S: it takes films of S by S pixels."""
        return self._size

    def scores(self, pixels: Pixels, title: str = "") -> Floats:
        """p(covid) `[n]` of `uint8[n, S, S]`."""
        return sigmoid(self._run(pixels)[0][:, 0])

    def features(self, pixels: Pixels, title: str = "") -> Floats:
        """Averaged feature maps `[n, C]`."""
        return np.asarray(self._run(pixels)[1], np.float64)

    def _run(self, pixels: Pixels) -> list[Floats]:
        values = pixels[..., None].astype(np.float32)
        done: list[Floats] = self._network.predict(values, batch_size=100, verbose=0)
        return done


def train_tiny(films: FilmSet, seed: int, epochs: int = EPOCHS) -> TinyScorer:
    """Train on `films`, mirrored at random; the same films and seed give the same network."""
    size = films.pixels.shape[-1]
    keras.utils.set_random_seed(seed)
    network = _network(size)
    trained = keras.Model(network.input, network.output[0])
    steps = epochs * -(-len(films.films) // BATCH)
    trained.compile(
        keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(RATE, steps)),
        keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=SMOOTHING),
    )
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        # As real training does; a planted letter is then on either side.
        mirrored = rng.random(len(films.films)) < 0.5
        pixels = np.where(mirrored[:, None, None], films.pixels[:, :, ::-1], films.pixels)
        values = pixels[..., None].astype(np.float32)
        trained.fit(values, films.labels.astype(np.float32), BATCH, epochs=1, verbose=0)
    return TinyScorer(network, size)


def _network(size: int) -> keras.Model:
    film = keras.Input((size, size, 1))
    maps = layers.Rescaling(1 / 127.5, offset=-1.0)(film)
    for filters in FILTERS:
        maps = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False)(maps)
        # So few steps are over before the usual averages would have come near their values.
        maps = layers.BatchNormalization(momentum=0.9)(maps)
        maps = layers.ReLU()(maps)
    features = layers.GlobalAveragePooling2D()(maps)
    return keras.Model(film, [layers.Dense(1)(features), features])

"""A `.keras` file: a student of ours with its temperature, or anybody's network."""

from __future__ import annotations

import zipfile
from pathlib import Path

import keras

from edge_runtime.errors import ModelError
from training.evaluate.heads import Head, finite, head_of, logits_head, pick, probes, square_size
from training.evaluate.opened import OpenedModel
from training.inference import outputs
from training.networks import FEATURES
from workshop.evidence.scorer import Floats, Pixels
from workshop.records import StudentRecord

__all__ = ["KerasScorer", "open_keras"]


class KerasScorer:
    """A network of one output `[n, 1]` or `[n, 2]`, and its head."""

    def __init__(self, network: keras.Model, size: int, head: Head) -> None:
        self.network, self.head = network, head
        self._size = size
        self._features: keras.Model | None = None
        if FEATURES in {layer.name for layer in network.layers}:
            self._features = keras.Model(network.input, network.get_layer(FEATURES).output)

    @property
    def size(self) -> int:
        """S."""
        return self._size

    def scores(self, pixels: Pixels, title: str = "") -> Floats:
        """p(covid) `[n]` of `uint8[n, S, S]`; raises `ModelError` for what is not finite."""
        return finite(self.head(outputs(self.network, pixels, range(len(pixels)), title)))

    def features(self, pixels: Pixels, title: str = "") -> Floats | None:
        """Averaged feature maps `[n, C]`; None without a layer that is named as the student's."""
        if self._features is None:
            return None
        return outputs(self._features, pixels, range(len(pixels)), title)


def open_keras(path: Path, digest: str, record: StudentRecord | None) -> OpenedModel:
    """Open a network; where it is the student of `record`, calibrated and with its threshold.

    Another network in the run's folder (its teacher) is taken as it is. Raises `ModelError`.
    """
    try:
        network = keras.saving.load_model(path, compile=False)
    except (ValueError, TypeError, OSError, KeyError, zipfile.BadZipFile) as error:
        line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(f"{path} cannot be loaded as a Keras model: {line}") from error
    network, size = _one_output(path, network)
    if record is not None and digest == record.model_sha256:
        scorer = KerasScorer(network, size, logits_head(record.temperature))
        told = "two logits, over the temperature of student.json"
        return OpenedModel(scorer, record.name, "keras", told, record.threshold)
    if record is not None and path.name == record.model_file:
        raise ModelError(f"{path} is not the file that training wrote (its digest differs)")
    pixels = probes(size)
    head, told = head_of(outputs(network, pixels, range(len(pixels)), ""))
    return OpenedModel(KerasScorer(network, size, head), path.stem, "keras", told)


def _one_output(path: Path, network: keras.Model) -> tuple[keras.Model, int]:
    if len(network.inputs) != 1:
        raise ModelError(f"{path} has {len(network.inputs)} inputs; a film is one")
    shape = network.inputs[0].shape
    size = square_size(str(path), shape)
    if shape[0] is not None:
        raise ModelError(f"{path} takes {shape[0]} films at a time, no more and no less; save it "
                         f"with keras.Input(({size}, {size}, 3))")  # fmt: skip
    if len(network.outputs) == 1:
        return network, size
    # Named outputs keep their names in the dictionary alone, others have their layer's.
    given = network.output
    named = given if isinstance(given, dict) else {one.name: one for one in network.outputs}
    widths = {name: int(one.shape[-1] or 0) for name, one in named.items() if len(one.shape) == 2}
    return keras.Model(network.input, named[pick(widths)]), size

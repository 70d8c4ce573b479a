"""Where a quantized graph loses: each layer's output against the float graph's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_runtime import container
from edge_runtime.errors import DataError, ModelError
from export.reference import invoke, open_plain, real_values
from workshop.parity_records import LayerError, LayerProfile

__all__ = ["LayerSums", "profile", "profile_and_match", "profile_file"]

Floats = npt.NDArray[np.float64]
# What mixes or averages; an element-wise operator says nothing that the next of these does not.
LAYERS = ("ADD", "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "MEAN")
NAMED = 0.9  # share of layers that must be found by name, else order decides
NOTHING = 1e-12  # of the squared values: a variance below it is rounding
MOST_DB = 150.0  # beyond, two floats are equal


@dataclass(frozen=True)
class _Layer:
    operator: str
    tensor: int
    name: str
    shape: tuple[int, ...]


@dataclass
class LayerSums:
    """Sums over films and places by channel, `[C]` each, from which the errors follow."""

    count: int = 0
    sums: dict[str, Floats] = field(default_factory=dict)

    def add(self, reference: Floats, found: Floats) -> None:
        """Two outputs of one shape `[..., C]`."""
        f, q = (one.reshape(-1, one.shape[-1]) for one in (reference, found))
        self.count += len(f)
        now = {"f": f, "q": q, "ff": f * f, "qq": q * q, "fq": f * q}
        for name, values in now.items():
            self.sums[name] = self.sums.get(name, 0.0) + values.sum(axis=0)

    def errors(self) -> tuple[Floats, Floats, int]:
        """SNR in dB and shift of each channel that varies in the reference, and the lost ones.

        `found` is brought to the reference by the factor a = <f, q> / <q, q> of each channel;
        noise is the mean of (f - a q)^2, the signal f's variance, the shift the mean of
        a q - f in f's standard deviations. A channel that is constant in `found` counts as
        noise altogether: its SNR is at most 0 dB.
        """
        n, s = self.count, self.sums
        variance = s["ff"] / n - (s["f"] / n) ** 2
        varies = variance > NOTHING * np.maximum(s["ff"] / n, 1e-30)
        spread = s["qq"] / n - (s["q"] / n) ** 2
        lost = varies & ~(spread > NOTHING * np.maximum(s["qq"] / n, 1e-30))
        factor = np.divide(s["fq"], s["qq"], out=np.zeros_like(s["qq"]), where=s["qq"] > 0)
        noise = np.maximum(s["ff"] - factor * s["fq"], 0.0) / n
        shift = (factor * s["q"] - s["f"]) / n
        v = variance[varies]
        ratio = np.maximum(noise[varies] / v, 10 ** (-MOST_DB / 10))
        return -10 * np.log10(ratio), shift[varies] / np.sqrt(v), int(lost.sum())


def profile(
    float_graph: bytes, quantized_graph: bytes, pixels: npt.NDArray[np.uint8]
) -> list[LayerError]:
    """The error of every layer over films `uint8[n, S, S]`, in the float graph's order.

    Layers are matched by the name of their output, else by order. Raises `DataError` without
    a film, `ModelError` where the graphs are not of one network.
    """
    return profile_and_match(float_graph, quantized_graph, pixels)[0]


def profile_and_match(
    float_graph: bytes, quantized_graph: bytes, pixels: npt.NDArray[np.uint8]
) -> tuple[list[LayerError], str]:
    """The same, and whether layers were matched by "name" or "order"."""
    if not len(pixels):
        raise DataError("a profile needs at least one film")
    natives = [open_plain(graph, keep=True) for graph in (float_graph, quantized_graph)]
    pairs, how = _matched(*(_layers(native) for native in natives))
    sums = [LayerSums() for _ in pairs]
    for film in pixels:
        for native in natives:
            invoke(native, film)
        details = [{one["index"]: one for one in native.get_tensor_details()} for native in natives]
        for (first, second), total in zip(pairs, sums, strict=True):
            total.add(
                real_values(natives[0], details[0][first.tensor]),
                real_values(natives[1], details[1][second.tensor]),
            )
    rows = []
    for number, ((first, _), total) in enumerate(zip(pairs, sums, strict=True)):
        snr, shift, lost = total.errors()
        rows.append(
            LayerError(
                number, first.operator, first.name, first.shape, int(snr.size),
                float(np.median(snr)) if snr.size else float("nan"),
                float(np.quantile(snr, 0.1)) if snr.size else float("nan"),
                float(shift.mean()) if shift.size else float("nan"), lost,
            )
        )  # fmt: skip
    return rows, how


def profile_file(against: Path, file: Path, pixels: npt.NDArray[np.uint8]) -> LayerProfile:
    """Two `.tflite` model files over films; raises `ModelError` where one cannot be read."""
    graphs = []
    for path in (against, file):
        try:
            graphs.append(container.split(path.read_bytes())[0])
        except OSError as error:
            raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    layers, how = profile_and_match(graphs[0], graphs[1], pixels)
    return LayerProfile(
        file.name, container.sha256(graphs[1]), against.name, len(pixels), tuple(layers), how
    )


def _layers(native: Any) -> list[_Layer]:
    details = {one["index"]: one for one in native.get_tensor_details()}
    found = []
    for node in native._get_ops_details():
        if node["op_name"] in LAYERS:
            one = details[int(node["outputs"][0])]
            shape = tuple(int(n) for n in one["shape"])
            found.append(_Layer(node["op_name"], int(one["index"]), str(one["name"]), shape))
    return found


def _matched(
    first: Sequence[_Layer], second: Sequence[_Layer]
) -> tuple[list[tuple[_Layer, _Layer]], str]:
    """Pairs of layers of one operator and one shape."""
    named = {(one.name, one.operator, one.shape): one for one in second}
    found = {
        one.tensor: named[key]
        for one in first
        if (key := (one.name, one.operator, one.shape)) in named
    }
    how = "name" if first and len(found) >= NAMED * len(first) else "order"
    if how == "order":
        found = {}
    # The rest by order: the converter gives a rounded graph's outputs other names.
    taken = {one.tensor for one in found.values()}
    rest = [
        [one for one in first if one.tensor not in found],
        [one for one in second if one.tensor not in taken],
    ]
    kinds = [[(one.operator, one.shape) for one in layers] for layers in rest]
    if not first or (how == "order" and kinds[0] != kinds[1]):
        raise ModelError(
            f"the graphs are not of one network: {len(first)} layers against {len(second)}, "
            "neither the names nor the shapes of their outputs agree"
        )
    if kinds[0] == kinds[1]:
        found |= {one.tensor: other for one, other in zip(*rest, strict=True)}
    return [(one, found[one.tensor]) for one in first if one.tensor in found], how

"""What stands beside `parity.json`: interpreters against each other, and where int8 loses."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["InterpreterParity", "LayerError", "LayerProfile"]


@dataclass(frozen=True)
class InterpreterParity:
    """One file in one interpreter, against the interpreter that it was compared with Keras in."""

    file: str
    precision: str
    graph_sha256: str
    interpreter: str
    version: str
    reference: str  # the interpreter that the differences are from
    films: int
    phantoms: int
    threshold: float
    mean_dp: float = float("nan")  # |dp|: of the score, over films and phantoms
    max_dp: float = float("nan")
    flips: int = 0
    flipped: tuple[str, ...] = ()
    heatmap_difference: float = float("nan")  # largest, as a share of the largest map value
    novelty_difference: float = float("nan")  # largest
    missing: str = ""  # why it was not measured
    schema: int = 1


@dataclass(frozen=True)
class LayerError:
    """One layer's output in a quantized graph against the float graph's, over some films.

    Each channel of the quantized graph is first brought to the float one by the factor of
    least squares, so that channels which were rescaled between layers compare. What is left
    is noise; the signal is the float channel's variance over films and places.
    """

    number: int  # place among the layers compared, from 0
    operator: str
    name: str  # of the float graph's output tensor
    shape: tuple[int, ...]  # of that output, [1, ..., channels]
    channels: int  # that vary in the float graph and were compared
    snr_db: float  # median over channels
    low_db: float  # tenth percentile over channels: the worse ones
    shift: float  # mean over channels of the mean error, in standard deviations of the channel
    lost: int  # channels that vary in the float graph and are constant in the other


@dataclass(frozen=True)
class LayerProfile:
    """All layers of one file."""

    file: str
    graph_sha256: str
    against: str  # the float file
    films: int
    layers: tuple[LayerError, ...]
    matched_by: str  # "name" | "order"
    schema: int = 1

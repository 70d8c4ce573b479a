"""What is broken in a file changes its figures and stops it at the gate."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from edge_runtime.interpreters import open_interpreter
from export.films import ParityFilms
from export.gate import read_gate
from export.operators import operator_names
from export.parity import Outputs, compare, keras_run, outputs_of
from tests import tiny
from workshop.records import ParityReport

Run = Callable[[bytes], Mapping[str, tuple[float, ...]]]
COUNT, THRESHOLD = 48, 0.501


@pytest.fixture(scope="module")
def films() -> ParityFilms:
    levels = np.linspace(70, 190, COUNT)
    pixels = np.stack([tiny.film(int(level), seed=i) for i, level in enumerate(levels)])
    names = tuple(f"film{i}" for i in range(COUNT))
    # One film of each class beyond the middle, so that an AUROC can fall.
    labels = ["covid" if level > 130 else "normal" for level in levels]
    labels[20], labels[28] = "covid", "normal"
    return ParityFilms(names, tuple(labels), names, ("holdout",) * COUNT, pixels, COUNT, 0)


@pytest.fixture(scope="module")
def model() -> Any:
    return tiny.keras_model()


@pytest.fixture(scope="module")
def reference(model: Any, films: ParityFilms) -> Outputs:
    return outputs_of(keras_run(model), films, "Keras")


@pytest.fixture(scope="module")
def graphs(model: Any) -> dict[str, bytes]:
    return {precision: tiny.convert(model, precision) for precision in ("float32", "int8")}


def _report(run: Run, precision: str, films: ParityFilms, reference: Outputs) -> ParityReport:
    found = outputs_of(run, films, precision)
    return compare("f", precision, "0", films, reference, found, THRESHOLD, read_gate({}))


def test_whole_files_pass(graphs: dict[str, bytes], films: ParityFilms, reference: Outputs) -> None:
    report = _report(open_interpreter(graphs["float32"]).run, "float32", films, reference)
    assert report.passed and report.max_dp < 1e-5 and report.snr_db > 80
    report = _report(open_interpreter(graphs["int8"]).run, "int8", films, reference)
    assert report.mean_dp < 0.01 and report.snr_db > 25, report.why


def _swapped(run: Run) -> Run:
    """Another head's output in the place of the score."""

    def swapped(pixels: bytes) -> Mapping[str, tuple[float, ...]]:
        found = run(pixels)
        (novelty,) = found["novelty"]
        return {
            **found,
            "probabilities": (1 - novelty, novelty),
            "novelty": (found["probabilities"][1],),
        }

    return swapped


def _other_order(run: Run) -> Run:
    def turned(pixels: bytes) -> Mapping[str, tuple[float, ...]]:
        found = run(pixels)
        return {**found, "probabilities": found["probabilities"][::-1]}

    return turned


@pytest.mark.parametrize("broken", [_swapped, _other_order])
@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_a_swapped_output_and_a_wrong_label_order_fail(
    broken: Callable[[Run], Run], precision: str, graphs: dict[str, bytes],
    films: ParityFilms, reference: Outputs,
) -> None:  # fmt: skip
    report = _report(broken(open_interpreter(graphs[precision]).run), precision, films, reference)
    assert not report.passed and report.flips > COUNT / 4


def test_a_constant_output_is_told(
    graphs: dict[str, bytes], films: ParityFilms, reference: Outputs
) -> None:
    run = open_interpreter(graphs["int8"]).run
    always = run(films.pixels[0].tobytes())["probabilities"]
    report = _report(
        lambda pixels: {**run(pixels), "probabilities": always}, "int8", films, reference
    )
    assert not report.passed and report.why[0] == f"it gives every film the score {always[1]:.4g}"


def _schema(data: bytearray) -> Any:
    from ai_edge_litert import schema_py_generated as schema

    return schema.Model.GetRootAs(data, 0)


def _weights(data: bytearray, number: int) -> tuple[int, int]:
    """Where the weights of the number-th dense layer lie in the file, and their bytes."""
    model = _schema(data)
    subgraph = model.Subgraphs(0)
    at = [i for i, name in enumerate(operator_names(bytes(data))) if name == "FULLY_CONNECTED"]
    tensor = subgraph.Tensors(subgraph.Operators(at[number]).Inputs(1))
    table = model.Buffers(tensor.Buffer())._tab
    return table.Vector(table.Offset(4)), table.VectorLen(table.Offset(4))


def test_one_perturbed_weight_fails_a_float_file(
    graphs: dict[str, bytes], films: ParityFilms, reference: Outputs
) -> None:
    data = bytearray(graphs["float32"])
    spoiled = 0
    for number in (0, 1, 2):
        start, length = _weights(data, number)
        broken = bytearray(data)
        last = start + length - 4  # of the score, where the layer has two outputs
        (value,) = struct.unpack_from("<f", broken, last)
        struct.pack_into("<f", broken, last, value * 1.5 + 0.1)
        report = _report(open_interpreter(bytes(broken)).run, "float32", films, reference)
        whole = _report(open_interpreter(bytes(data)).run, "float32", films, reference)
        moved = report.max_dp > 1e3 * whole.max_dp
        assert moved or report.novelty_max_difference > 1e3 * whole.novelty_max_difference
        assert report.passed is not moved  # novelty is told, the score is gated
        spoiled += moved
    assert spoiled == 1


def test_a_scale_off_by_one_step_shows(
    graphs: dict[str, bytes], films: ParityFilms, reference: Outputs
) -> None:
    """The score counts from another zero: one step of 1 / 256 more, and none is lost."""
    run = open_interpreter(graphs["int8"]).run

    def off(pixels: bytes) -> Mapping[str, tuple[float, ...]]:
        found = run(pixels)
        normal, score = found["probabilities"]
        return {**found, "probabilities": (normal, score + 1 / 256)}

    whole, report = (_report(one, "int8", films, reference) for one in (run, off))
    assert report.max_dp != whole.max_dp and report.snr_db < whole.snr_db - 1
    assert report.logit_shift > whole.logit_shift + 4 / 256 / 1.01


def test_a_scale_off_by_a_factor_fails(
    graphs: dict[str, bytes], films: ParityFilms, reference: Outputs
) -> None:
    """Every weight of the score's layer counts twice."""
    data = bytearray(graphs["int8"])
    subgraph = _schema(data).Subgraphs(0)
    at = operator_names(bytes(data)).index("LOGISTIC") - 1
    quantization = subgraph.Tensors(subgraph.Operators(at).Inputs(1)).Quantization()
    table = quantization._tab
    place = table.Vector(table.Offset(8))
    for i in range(quantization.ScaleLength()):
        (scale,) = struct.unpack_from("<f", data, place + 4 * i)
        struct.pack_into("<f", data, place + 4 * i, 2 * scale)
    report = _report(open_interpreter(bytes(data)).run, "int8", films, reference)
    assert not report.passed and report.mean_dp > 0.025

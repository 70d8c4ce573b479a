"""The layer profile: where an error comes in, and nothing of how channels were scaled."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.errors import DataError, ModelError
from export.operators import operator_names
from export.profile import LayerSums, profile, profile_and_match
from tests import tiny


@pytest.fixture(scope="module")
def pixels() -> Any:
    return np.stack([tiny.film(level, seed=level) for level in range(60, 200, 20)])


def _layer(seed: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    f = rng.normal(rng.normal(0, 2, 5), rng.uniform(0.5, 3, 5), (3, 4, 4, 5))
    return f, f * rng.uniform(0.2, 4, 5) + rng.normal(0, 0.3, f.shape)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_errors_are_what_least_squares_leaves(seed: int) -> None:
    f, q = _layer(seed)
    sums = LayerSums()
    for film in range(3):
        sums.add(f[film], q[film])
    snr, shift, lost = sums.errors()
    assert lost == 0
    for c in range(5):
        x, y = q[..., c].ravel(), f[..., c].ravel()
        (factor,), *_ = np.linalg.lstsq(x[:, None], y, rcond=None)
        left = y - factor * x
        assert snr[c] == pytest.approx(10 * np.log10(y.var() / np.mean(left**2)))
        assert shift[c] == pytest.approx(-left.mean() / y.std(), abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.floats(1e-3, 1e3), min_size=5, max_size=5))
def test_a_channel_s_scale_says_nothing(seed: int, scales: list[float]) -> None:
    f, q = _layer(seed)
    found = []
    for factor in (np.ones(5), np.array(scales)):
        sums = LayerSums()
        sums.add(f, q * factor)
        found.append(sums.errors())
    (snr, shift, _), (other, moved, _) = found
    assert other == pytest.approx(snr, rel=1e-6) and moved == pytest.approx(shift, abs=1e-6)


def test_lost_and_constant_channels() -> None:
    f, q = _layer(1)
    f[..., 0], q[..., 1] = 3.0, 0.0
    sums = LayerSums()
    sums.add(f, q)
    snr, _, lost = sums.errors()
    assert snr.size == 4 and lost == 1
    assert snr[0] <= 0.0  # of the lost one
    sums = LayerSums()
    sums.add(f, f)
    assert sums.errors()[0] == pytest.approx([150.0] * 4)


def test_a_graph_against_itself_and_against_int8(
    tiny_graphs: dict[str, bytes], pixels: Any
) -> None:
    whole = tiny_graphs["float32"]
    rows = profile(whole, whole, pixels)
    assert [row.number for row in rows] == list(range(len(rows))) and len(rows) >= 6
    assert all(row.snr_db > 100 and row.low_db > 100 and row.lost == 0 for row in rows)
    rounded, how = profile_and_match(whole, tiny_graphs["int8"], pixels)
    assert how == "order" and [row.name for row in rounded] == [row.name for row in rows]
    assert all(15 < row.snr_db < 70 for row in rounded), rounded


def _conv_weight(data: bytearray, number: int) -> int:
    from ai_edge_litert import schema_py_generated as schema

    model: Any = schema.Model.GetRootAs(data, 0)
    subgraph = model.Subgraphs(0)
    at = [i for i, name in enumerate(operator_names(bytes(data))) if name == "CONV_2D"][number]
    tensor = subgraph.Tensors(subgraph.Operators(at).Inputs(1))
    table = model.Buffers(tensor.Buffer())._tab
    return int(table.Vector(table.Offset(4)))


def test_an_error_shows_where_it_comes_in(tiny_graphs: dict[str, bytes], pixels: Any) -> None:
    data = bytearray(tiny_graphs["float32"])
    place = _conv_weight(data, 1)
    for i in range(64):
        struct.pack_into("<f", data, place + 4 * i, (-1) ** i * 0.05)
    rows = profile(tiny_graphs["float32"], bytes(data), pixels)
    second = [row.operator for row in rows].index("CONV_2D", 2)
    first = [i for i, row in enumerate(rows) if row.low_db < 100]
    assert first and first[0] == second, [(row.operator, row.low_db) for row in rows]


def test_other_names_match_by_order_and_other_networks_not_at_all(
    tiny_graphs: dict[str, bytes], pixels: Any
) -> None:
    whole = tiny_graphs["float32"]
    renamed = whole
    for old, new in ((b"first", b"f1rst"), (b"second", b"s3cond"), (b"bent", b"b3nt"),
                     (b"cam", b"c4m"), (b"rescaling", b"r3scaling"),
                     (b"pooling", b"p00ling")):  # fmt: skip
        renamed = renamed.replace(old, new)
    assert renamed != whole
    rows, how = profile_and_match(whole, renamed, pixels)
    assert how == "order" and all(row.snr_db > 100 for row in rows)
    import keras

    film = keras.Input(batch_shape=(1, 64, 64, 3))
    other = tiny.convert(keras.Model(film, keras.layers.Conv2D(4, 3)(film)), "float32")
    with pytest.raises(ModelError, match="not of one network"):
        profile(whole, other, pixels)
    with pytest.raises(DataError, match="at least one film"):
        profile(whole, whole, pixels[:0])
    with pytest.raises(DataError, match="does not fit"):
        profile(whole, whole, pixels[:, :32, :32])
    with pytest.raises(ModelError, match="cannot load"):
        profile(whole, b"no graph at all, but long enough to look at", pixels)

"""An inspection on a terminal, within 100 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from export.inspect_record import Inspection, Tensor

__all__ = ["WIDTH", "inspection_lines"]

WIDTH = 100
TOP = 10  # layers shown, by size
LABEL = 12
# Of a contract what is shown; --json has all.
CONTRACT = (
    "threshold", "borderline_width", "novelty_threshold", "temperature", "labels", "outputs",
    "film_rules", "author", "licence", "notice",
)  # fmt: skip


def inspection_lines(one: Inspection) -> list[str]:
    """Readable text, a block for each thing that is told."""
    blocks = [
        [*_file(one)], [*_contract(one)], [*_metadata(one)], [*_tensors(one)], [*_weights(one)],
        [*_operators(one)], [*_layers(one)],
    ]  # fmt: skip
    return [line for block in blocks for line in (*block, "")][:-1]


def _file(one: Inspection) -> Iterator[str]:
    rest = one.file_bytes - one.graph_bytes
    yield from _entry("file", one.file)
    yield from _entry(
        "size",
        f"{one.file_bytes:,} bytes: graph {one.graph_bytes:,} (constants {one.weight_bytes:,}), "
        f"files in it {rest:,}",
    )
    yield from _entry("file", f"sha256 {one.file_sha256}")
    yield from _entry("graph", f"sha256 {one.graph_sha256}")
    yield from _entry("made by", one.graph.made_by or "not said")
    if one.files:
        yield from _entry("carries", ", ".join(f"{n} ({b:,})" for n, b in one.files.items()))


def _contract(one: Inspection) -> Iterator[str]:
    if one.contract is None:
        yield from _entry("contract", "none: the file was not written by `python -m export run`")
        return
    said = one.contract
    yield from _entry("contract", f"{said['name']} {said['version']}, {said['precision']}")
    for key in CONTRACT:
        yield from _entry("", f"{key.replace('_', ' ')}: {_value(said[key])}")


def _metadata(one: Inspection) -> Iterator[str]:
    if one.metadata is None:
        yield from _entry("metadata", f"none: {one.metadata_missing}")
        return
    yield from _entry("metadata", "TFLite metadata")
    for key, value in one.metadata.items():
        for part in value if isinstance(value, list | tuple) and key != "files" else [value]:
            if part not in ("", None):
                yield from _entry("", f"{key.replace('_', ' ')}: {_value(part)}")


def _value(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_value(part)}" for key, part in value.items() if part != "")
    if isinstance(value, list | tuple):
        return ", ".join(map(_value, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else " ".join(str(value).split())


def _tensors(one: Inspection) -> Iterator[str]:
    graph = one.graph
    for label, tensors in (("input", graph.inputs), ("output", graph.outputs)):
        for tensor in tensors:
            yield from _entry(label, _tensor(tensor))
            label = ""
    kinds = ", ".join(f"{count} {dtype}" for dtype, count in graph.activations.items())
    yield from _entry("tensors", f"{graph.tensors} in all; computed: {kinds or 'none'}")


def _tensor(tensor: Tensor) -> str:
    shape = ", ".join("?" if side < 0 else str(side) for side in tensor.shape)
    step = (
        "not quantized" if tensor.scale is None
        else f"scale {tensor.scale:.6g}, zero point {tensor.zero_point}"
    )  # fmt: skip
    return f"{tensor.name}  {tensor.dtype} [{shape}]  {step}"


def _weights(one: Inspection) -> Iterator[str]:
    rows = [
        [w.dtype, str(w.tensors), str(w.per_channel), str(w.per_tensor), f"{w.bytes:,}"]
        for w in one.graph.weights
    ]
    head = ["constants", "tensors", "a scale a channel", "one scale", "bytes"]
    yield from _table([head, *rows], {0})


def _operators(one: Inspection) -> Iterator[str]:
    rows = [
        [
            o.operator, str(o.version), str(o.count), "-" if o.xnnpack is None else str(o.xnnpack),
            _millions(o.macs), f"{o.weight_bytes:,}",
        ]
        for o in one.operators
    ]  # fmt: skip
    total = [
        "all", "", str(len(one.graph.layers)), str(one.delegation.taken) if one.delegation else "-",
        _millions(one.macs), f"{sum(o.weight_bytes for o in one.operators):,}",
    ]  # fmt: skip
    head = ["operator", "version", "count", "XNNPACK", "million MACs", "constants, bytes"]
    yield from _table([head, *rows, total], {0})
    if one.macs_missing:
        yield from _wrap(f"not in the MACs, not known: {', '.join(one.macs_missing)}")
    if one.delegation is None:
        yield from _wrap(f"XNNPACK: not known: {one.delegation_missing}")
        return
    found = one.delegation
    left = ", ".join(f"{count} {name}" for name, count in found.left.items()) or "nothing"
    yield from _wrap(
        f"XNNPACK: {found.taken} of {found.nodes} operators in {found.partitions} "
        f"stretch{'es' * (found.partitions != 1)}, outside it {left} ({found.runtime}, here)"
    )


def _layers(one: Inspection) -> Iterator[str]:
    sized = sorted(one.graph.layers, key=lambda layer: (-layer.weight_bytes, layer.index))
    shown = [layer for layer in sized[:TOP] if layer.weight_bytes]
    if not shown:
        return
    whole = one.weight_bytes or 1
    rows = [
        [
            str(layer.index), layer.operator, layer.name.split(";")[0],
            f"{layer.weight_bytes:,}", f"{100 * layer.weight_bytes / whole:.1f}",
            "-" if layer.macs is None else _millions(layer.macs),
        ]
        for layer in shown
    ]  # fmt: skip
    head = ["at", "largest layers", "name", "bytes", "%", "million MACs"]
    yield from _table([head, *rows], {1, 2})


def _millions(count: int) -> str:
    return f"{count / 1e6:,.2f}"


def _entry(label: str, text: str) -> list[str]:
    # Digests and names are words that no line may break.
    lines = textwrap.wrap(text, WIDTH - LABEL, break_on_hyphens=False) or [""]
    return [f"{label:{LABEL}}{lines[0]}", *(" " * LABEL + line for line in lines[1:])]


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_on_hyphens=False)


def _table(rows: Sequence[Sequence[str]], words: set[int]) -> list[str]:
    """Words to the left, numbers to the right; the widest column of words gives way."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    over = sum(widths) + 2 * (len(widths) - 1) - WIDTH
    if over > 0:
        widest = max(words, key=lambda at: widths[at])
        widths[widest] = max(widths[widest] - over, 8)
    lines = []
    for row in rows:
        cells = []
        for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
            shown = cell if len(cell) <= width else f"…{cell[1 - width :]}"
            cells.append(shown.ljust(width) if at in words else shown.rjust(width))
        lines.append("  ".join(cells).rstrip())
    return [lines[0], "-" * min(max(map(len, lines)), WIDTH), *lines[1:]]

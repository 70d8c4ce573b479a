"""A graph's outputs by name, and one more metadata entry in it, with nothing else changed."""

from __future__ import annotations

from flatbuffers import Builder

from edge_runtime.errors import ModelError
from export.metadata_schema import (
    GRAPH_IDENTIFIER,
    METADATA_NAME,
    Buffer,
    Metadata,
    Model,
    SignatureDef,
    SubGraph,
    TensorMap,
)
from export.metadata_table import Table, reading, root

__all__ = ["metadata_buffer", "output_names", "with_metadata"]

ALIGNMENT = 16  # of every buffer, by the schema


def output_names(graph: bytes) -> tuple[str, ...]:
    """Names of the outputs in the subgraph's order, which readers of metadata go by.

    The converter reorders outputs and drops their names; only the signature keeps them.
    Raises `ModelError` where the signature does not name each of them once.
    """
    with reading("the graph"):
        model = root(graph, GRAPH_IDENTIFIER)
        subgraphs, signatures = model.tables(Model.SUBGRAPHS), model.tables(Model.SIGNATURE_DEFS)
        if not subgraphs or not signatures:
            raise ModelError("the graph has no signature that names its outputs")
        maps = signatures[0].tables(SignatureDef.OUTPUTS)
        names = {one.number(TensorMap.TENSOR_INDEX): one.text(TensorMap.NAME) for one in maps}
        order = subgraphs[0].numbers(SubGraph.OUTPUTS)
    if len(maps) != len(order) or set(names) != set(order):
        raise ModelError("the graph's signature does not name each of its outputs once")
    return tuple(names[index] for index in order)


def metadata_buffer(graph: bytes) -> bytes | None:
    """The bytes of the entry `TFLITE_METADATA`, or `None`; raises `ModelError` on damage."""
    with reading("the graph"):
        model = root(graph, GRAPH_IDENTIFIER)
        for entry in model.tables(Model.METADATA):
            if entry.text(Metadata.NAME) == METADATA_NAME:
                return model.tables(Model.BUFFERS)[entry.number(Metadata.BUFFER)].bytes(Buffer.DATA)
    return None


def with_metadata(graph: bytes, data: bytes) -> bytes:
    """The graph with `data` as its entry `TFLITE_METADATA`.

    The bytes of `graph` stay as they are, at the end of the new file; before them comes a new
    root, whose lists of buffers and of metadata have one entry more. So nothing that the
    converter wrote can be lost, fields that are unknown here among it. Raises `ModelError`
    for a graph that has such an entry, or that could not stand this.
    """
    if metadata_buffer(graph) is not None:
        raise ModelError("the graph carries metadata already: describe it as it was converted")
    with reading("the graph"):
        model = root(graph, GRAPH_IDENTIFIER)
        buffers = model.tables(Model.BUFFERS)
        entries = model.tables(Model.METADATA)
        fields = set(model.fields())
        if fields - set(range(10)):
            raise ModelError("the graph is of a newer schema than this version knows")
        if any(buffer.number(Buffer.OFFSET) for buffer in buffers):
            # Places counted from the start of the file, as in graphs of more than 2 GB.
            raise ModelError("the graph keeps weights outside of its FlatBuffer")
        return _joined(graph, data, model, buffers, entries, fields)


def _joined(
    graph: bytes,
    data: bytes,
    model: Table,
    buffers: list[Table],
    entries: list[Table],
    fields: set[int],
) -> bytes:
    # A Builder writes from the end to the front and counts places from the end. With the old
    # graph as the first thing written, its tables can be pointed to like any other.
    old = graph + bytes(-len(graph) % ALIGNMENT)
    builder = Builder(len(old) + 2 * len(data) + 8 * (len(buffers) + len(entries)) + 1024)
    builder.CreateByteVector(old)

    def place(at: int) -> int:
        return len(old) - at

    def vector(places: list[int]) -> int:
        builder.StartVector(4, len(places), 4)
        for one in reversed(places):
            builder.PrependUOffsetTRelative(one)
        return int(builder.EndVector())

    name = builder.CreateString(METADATA_NAME)
    builder.Prep(ALIGNMENT, len(data))
    content = builder.CreateByteVector(data)
    builder.StartObject(1)
    builder.PrependUOffsetTRelativeSlot(Buffer.DATA, content, 0)
    buffer = builder.EndObject()
    builder.StartObject(2)
    builder.PrependUOffsetTRelativeSlot(Metadata.NAME, name, 0)
    builder.PrependUint32Slot(Metadata.BUFFER, len(buffers), 0)
    entry = builder.EndObject()
    new = {
        Model.BUFFERS: vector([*(place(one.place) for one in buffers), buffer]),
        Model.METADATA: vector([*(place(one.place) for one in entries), entry]),
    }
    builder.StartObject(10)
    builder.PrependUint32Slot(Model.VERSION, model.number(Model.VERSION), 0)
    for field in sorted((fields | set(new)) - {Model.VERSION}):
        target = new.get(field) or place(model.target(field))
        builder.PrependUOffsetTRelativeSlot(field, target, 0)
    builder.Finish(builder.EndObject(), file_identifier=GRAPH_IDENTIFIER)
    return bytes(builder.Output())

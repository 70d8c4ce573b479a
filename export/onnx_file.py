"""ONNX: from a `.tflite`, whose graph is the cleanest, with the contract inside."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from edge_runtime.errors import ModelError
from edge_runtime.interpreters import open_interpreter
from edge_runtime.onnx_runtime import OnnxInterpreter, open_onnx
from export.graph import INPUT
from export.metadata_onnx import STANDARD, standard_props
from workshop.quiet import silenced

__all__ = ["OnnxInterpreter", "append_files", "open_onnx", "split_files", "to_onnx"]

OPSET = 17


def to_onnx(graph: bytes) -> bytes:
    """A float32 or int8 `.tflite` graph as a checked ONNX model without `metadata_props`."""
    positions = open_interpreter(graph).positions
    with silenced():
        import onnx
        import tf2onnx

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "graph.tflite"
            path.write_bytes(graph)
            model, _ = tf2onnx.convert.from_tflite(str(path), opset=OPSET)
    _rename(model.graph, positions)
    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:  # onnx raises classes of its C++ part
        raise ModelError(f"tf2onnx made a model that onnx refuses: {error}") from error
    return bytes(model.SerializeToString(deterministic=True))


def _rename(graph: Any, positions: dict[str, int]) -> None:
    """Give everything its name and place by where it is used.

    The converter's names carry a counter that runs on through the process, and it keeps
    weights in the order of a set: two exports of one run must be the same bytes.
    """
    _order(graph)
    names = {graph.input[0].name: INPUT}
    names |= {graph.output[position].name: name for name, position in positions.items()}
    weights = {tensor.name: tensor for tensor in graph.initializer}
    used: list[Any] = []
    for number, node in enumerate(graph.node):
        node.name = f"{node.op_type}{number}"
        if not node.domain:
            node.ClearField("domain")  # some say so, some leave it out
        for at, name in enumerate(node.input):
            if name in weights and name not in names:
                names[name] = f"weights{len(used)}"
                used.append(weights[name])
            node.input[at] = names[name] if name else ""
        for at, name in enumerate(node.output):
            names.setdefault(name, node.name if not at else f"{node.name}_{at}")
            node.output[at] = names[name]
    for tensor in used:
        tensor.name = names[tensor.name]
    kept = [type(tensor).FromString(tensor.SerializeToString()) for tensor in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    for value in (*graph.input, *graph.output):
        value.name = names[value.name]
    del graph.value_info[:]  # shapes of tensors by their old names; the checker infers them
    graph.name, graph.doc_string = "cxr", ""


def _order(graph: Any) -> None:
    """Nodes in the order in which the outputs ask for them, whatever the converter's was."""
    made_by = {name: node for node in graph.node for name in node.output}
    ordered: dict[int, Any] = {}
    waiting = [made_by[output.name] for output in reversed(graph.output)]
    while waiting:
        node = waiting[-1]
        asked = [made_by[name] for name in reversed(node.input) if name in made_by]
        missing = [one for one in asked if id(one) not in ordered]
        if missing:
            waiting += missing
            continue
        ordered.setdefault(id(waiting.pop()), node)
    kept = [type(node).FromString(node.SerializeToString()) for node in ordered.values()]
    del graph.node[:]
    graph.node.extend(kept)


def append_files(graph: bytes, files: dict[str, bytes]) -> bytes:
    """The model with `files` (UTF-8 texts) in its `metadata_props`.

    Beside them stand the keys that the ONNX specification names: author, licence, pixels.
    """
    import onnx

    model = onnx.load_from_string(graph)
    texts = {name: data.decode() for name, data in files.items()} | standard_props(files)
    for name in sorted(texts):
        entry = model.metadata_props.add()
        entry.key, entry.value = name, texts[name]
    return bytes(model.SerializeToString(deterministic=True))


def split_files(data: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The serialised model without `metadata_props`, and the files that stood in them."""
    import onnx

    try:
        model = onnx.load_from_string(data)
    except Exception as error:  # protobuf's DecodeError is a class of its C++ part
        raise ModelError(f"not an ONNX model: {error}") from error
    props = {entry.key: entry.value.encode() for entry in model.metadata_props}
    files = {name: data for name, data in props.items() if name not in STANDARD}
    del model.metadata_props[:]
    return bytes(model.SerializeToString(deterministic=True)), files

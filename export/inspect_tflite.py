"""Reading a `.tflite` graph for `inspect`, with bare FlatBuffers: nothing is run."""

from __future__ import annotations

import struct
from collections import Counter
from typing import Any

from edge_runtime.errors import ModelError
from export.inspect_macs import tflite_macs
from export.inspect_record import Graph, Layer, Tensor, Weights

__all__ = ["is_tflite", "read_tflite"]

IDENTIFIER = b"TFL3"
# What the generated reader raises on a damaged file, which checks nothing itself.
_DAMAGE = (
    struct.error, IndexError, ValueError, TypeError, AttributeError, KeyError, OverflowError,
    MemoryError, RecursionError,
)  # fmt: skip
Shape = tuple[int, ...]


def is_tflite(data: bytes) -> bool:
    """Whether the file says that it is one."""
    return data[4:8] == IDENTIFIER


def read_tflite(graph: bytes) -> Graph:
    """All that `inspect` tells of a graph; raises `ModelError` where it is damaged."""
    try:
        from ai_edge_litert import schema_py_generated as schema

        model = schema.ModelT.InitFromPackedBuf(graph, 0)
        return _Reader(model, schema).graph()
    except _DAMAGE as error:
        raise ModelError(
            f"the .tflite graph is damaged or was cut short ({type(error).__name__}); get it again"
        ) from error


class _Reader:
    def __init__(self, model: Any, schema: Any) -> None:
        self.model = model
        self.main = model.subgraphs[0]
        self.kinds = _names(schema.BuiltinOperator)
        self.types = {number: name.lower() for number, name in _names(schema.TensorType).items()}
        self.signature = {
            entry.tensorIndex: _text(entry.name)
            for signature in (model.signatureDefs or [])[:1]
            for entry in [*(signature.inputs or []), *(signature.outputs or [])]
        }

    def graph(self) -> Graph:
        layers, constants = [], {}
        computed: Counter[str] = Counter()
        for subgraph in self.model.subgraphs:
            read: set[int] = set()  # buffers: weights that two operators share count once
            for index, operator in enumerate(subgraph.operators or []):
                layers.append(self._layer(subgraph, index, operator, read))
            for tensor in subgraph.tensors:
                if size := self._bytes(tensor):
                    constants[tensor.buffer] = (tensor, size)
                else:
                    computed[self._type(tensor)] += 1
        return Graph(
            made_by=_text(self.model.description),
            inputs=tuple(self._tensor(i) for i in self.main.inputs),
            outputs=tuple(self._tensor(i) for i in self.main.outputs),
            tensors=sum(len(subgraph.tensors) for subgraph in self.model.subgraphs),
            activations=dict(sorted(computed.items())),
            weights=self._weights(list(constants.values())),
            layers=tuple(layers),
        )

    def _type(self, tensor: Any) -> str:
        return self.types.get(int(tensor.type), str(tensor.type))

    def _bytes(self, tensor: Any) -> int:
        """Of a constant; 0 for what is computed. Large models keep theirs behind the graph."""
        buffer = self.model.buffers[tensor.buffer]
        return len(buffer.data) if buffer.data is not None else int(buffer.size or 0)

    def _tensor(self, index: int) -> Tensor:
        tensor = self.main.tensors[index]
        found = tensor.quantization
        scales = [] if found is None or found.scale is None else list(found.scale)
        single = len(scales) == 1
        return Tensor(
            name=self.signature.get(int(index), _text(tensor.name)),
            dtype=self._type(tensor),
            shape=_shape(tensor, signature=True),
            scale=float(scales[0]) if single else None,
            zero_point=int(found.zeroPoint[0]) if single else None,
        )

    def _layer(self, subgraph: Any, index: int, operator: Any, read: set[int]) -> Layer:
        code = self.model.operatorCodes[operator.opcodeIndex]
        kind = self.kinds.get(max(code.builtinCode, code.deprecatedBuiltinCode), "UNKNOWN")
        if code.customCode is not None:
            kind = f"CUSTOM {_text(code.customCode)}"
        tensors = subgraph.tensors
        inputs = [tensors[i] if i >= 0 else None for i in _list(operator.inputs)]
        outputs = [tensors[i] for i in _list(operator.outputs)]
        shape = _shape(outputs[0]) if outputs else ()
        taken = 0
        for tensor in inputs:
            if tensor is not None and tensor.buffer not in read and (size := self._bytes(tensor)):
                read.add(tensor.buffer)
                taken += size
        return Layer(
            index=index,
            operator=kind,
            version=int(code.version),
            name=_text(outputs[0].name) if outputs else "",
            shape=shape,
            macs=tflite_macs(
                kind,
                [_shape(tensor) if tensor is not None else () for tensor in inputs],
                shape,
                bool(getattr(operator.builtinOptions, "adjX", False)),
            ),
            weight_bytes=taken,
        )

    def _weights(self, constants: list[tuple[Any, int]]) -> tuple[Weights, ...]:
        found = []
        for dtype in sorted({self._type(tensor) for tensor, _ in constants}):
            part = [(t, size) for t, size in constants if self._type(t) == dtype]
            scales = [
                0 if t.quantization is None or t.quantization.scale is None
                else len(t.quantization.scale)
                for t, _ in part
            ]  # fmt: skip
            found.append(
                Weights(
                    dtype, len(part), sum(n > 1 for n in scales), scales.count(1),
                    sum(size for _, size in part),
                )
            )  # fmt: skip
        return tuple(found)


def _names(kind: Any) -> dict[int, str]:
    return {number: name for name, number in vars(kind).items() if isinstance(number, int)}


def _list(values: Any) -> list[int]:
    return [] if values is None else [int(value) for value in values]


def _shape(tensor: Any, signature: bool = False) -> Shape:
    """With `signature` an open size is -1, as it was converted."""
    written = tensor.shapeSignature if signature and tensor.shapeSignature is not None else None
    return tuple(_list(tensor.shape if written is None else written))


def _text(name: bytes | None) -> str:
    return "" if name is None else name.decode(errors="replace")

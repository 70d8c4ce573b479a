"""Reading an ONNX graph for `inspect`; nothing is run."""

from __future__ import annotations

from collections import Counter
from typing import Any

from edge_runtime.errors import ModelError
from export.inspect_macs import onnx_macs
from export.inspect_record import Graph, Layer, Tensor, Weights

__all__ = ["read_onnx"]

Shape = tuple[int, ...]


def read_onnx(graph: bytes) -> Graph:
    """All that `inspect` tells of a serialised model; raises `ModelError` where it is none."""
    import onnx

    try:
        model = onnx.load_from_string(graph)
        if not model.graph.node or not model.graph.output:
            raise ModelError("the ONNX model holds no graph; get it again")
        # Strict, it refuses foreign operators; as it is, it leaves out what it cannot tell.
        model = onnx.shape_inference.infer_shapes(model)
    except ModelError:
        raise
    except Exception as error:  # onnx and protobuf raise classes of their C++ parts
        raise ModelError("the ONNX model is damaged or was cut short; get it again") from error
    return _Reader(model, onnx).graph()


class _Reader:
    def __init__(self, model: Any, onnx: Any) -> None:
        self.model = model
        self.onnx = onnx
        self.constants = {one.name: one for one in model.graph.initializer}
        self.shapes: dict[str, Shape] = {
            name: tuple(one.dims) for name, one in self.constants.items()
        }
        self.values = {
            value.name: value.type.tensor_type
            for value in (*model.graph.input, *model.graph.output, *model.graph.value_info)
        }
        self.shapes |= {name: _shape(kind) for name, kind in self.values.items()}
        self.versions = {one.domain or "ai.onnx": int(one.version) for one in model.opset_import}
        # Where a value is quantized or brought back: its scale and zero point.
        self.steps: dict[str, tuple[str, str | None]] = {}
        for node in model.graph.node:
            if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
                pair = (node.input[1], node.input[2] if len(node.input) > 2 else None)
                self.steps[node.input[0]] = pair
                self.steps[node.output[0]] = pair

    def graph(self) -> Graph:
        given = [one for one in self.model.graph.input if one.name not in self.constants]
        read: set[str] = set()
        layers = tuple(self._layer(i, node, read) for i, node in enumerate(self.model.graph.node))
        computed = Counter(
            self._type(kind.elem_type)
            for name, kind in self.values.items()
            if name not in self.constants
        )
        return Graph(
            made_by=f"{self.model.producer_name} {self.model.producer_version}".strip(),
            inputs=tuple(self._tensor(one) for one in given),
            outputs=tuple(self._tensor(one) for one in self.model.graph.output),
            tensors=len(self.shapes.keys() | {n for o in self.model.graph.node for n in o.output}),
            activations=dict(sorted(computed.items())),
            weights=self._weights(),
            layers=layers,
        )

    def _type(self, number: int) -> str:
        name = str(self.onnx.TensorProto.DataType.Name(number)).lower()
        return {"float": "float32", "double": "float64", "undefined": "unknown"}.get(name, name)

    def _numbers(self, name: str | None) -> list[float]:
        if name is None or name not in self.constants:
            return []
        values = self.onnx.numpy_helper.to_array(self.constants[name])
        return [float(value) for value in values.ravel()]

    def _tensor(self, value: Any) -> Tensor:
        kind = value.type.tensor_type
        scale, zero = map(self._numbers, self.steps.get(value.name, (None, None)))
        return Tensor(
            name=value.name,
            dtype=self._type(kind.elem_type),
            shape=_shape(kind),
            scale=scale[0] if len(scale) == 1 else None,
            zero_point=int(zero[0]) if len(zero) == 1 else (0 if len(scale) == 1 else None),
        )

    def _layer(self, index: int, node: Any, read: set[str]) -> Layer:
        domain = node.domain or "ai.onnx"
        kind = node.op_type if domain == "ai.onnx" else f"{domain}.{node.op_type}"
        inputs = [self.shapes.get(name, ()) for name in node.input]
        output = node.output[0] if node.output else ""
        fresh = {name for name in node.input if name in self.constants} - read
        read |= fresh
        turned = any(one.name == "transA" and one.i for one in node.attribute)
        return Layer(
            index=index,
            operator=kind,
            version=self.versions.get(domain, 0),
            name=output,
            shape=self.shapes.get(output, ()),
            macs=onnx_macs(kind, inputs, self.shapes.get(output, ()), turned),
            weight_bytes=sum(self._bytes(name) for name in fresh),
        )

    def _bytes(self, name: str) -> int:
        return int(self.onnx.numpy_helper.to_array(self.constants[name]).nbytes)

    def _weights(self) -> tuple[Weights, ...]:
        found = []
        for number in sorted({one.data_type for one in self.constants.values()}):
            names = [name for name, one in self.constants.items() if one.data_type == number]
            scales = [len(self._numbers(self.steps.get(name, (None,))[0])) for name in names]
            found.append(
                Weights(
                    self._type(number), len(names), sum(n > 1 for n in scales), scales.count(1),
                    sum(self._bytes(name) for name in names),
                )
            )  # fmt: skip
        return tuple(found)


def _shape(kind: Any) -> Shape:
    return tuple(int(one.dim_value) if one.HasField("dim_value") else -1 for one in kind.shape.dim)

"""What a `.tflite` graph is made of: its operators, in order, and whether it is wholly integer."""

from __future__ import annotations

from typing import Any

__all__ = ["kind_of", "operator_names", "subgraph_of", "wholly_integer"]

FLOAT32 = 0  # the schema's number of the type


def subgraph_of(data: bytes | bytearray) -> tuple[Any, Any]:
    """The model of a `.tflite` graph and its one subgraph, over the same bytes."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(data, 0)
    return model, model.Subgraphs(0)


def kind_of(model: Any, operator: Any) -> str:
    """The operator's name in the schema."""
    from ai_edge_litert import schema_py_generated as schema

    code = model.OperatorCodes(operator.OpcodeIndex())
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    names = {value: name for name, value in vars(schema.BuiltinOperator).items()}
    return str(names.get(number, number))


def operator_names(graph: bytes) -> list[str]:
    """The operators of a `.tflite` graph, in order."""
    model, subgraph = subgraph_of(graph)
    return [kind_of(model, subgraph.Operators(i)) for i in range(subgraph.OperatorsLength())]


def wholly_integer(graph: bytes) -> bool:
    """Whether nothing is computed in float: only outputs are dequantized, at the end."""
    _, subgraph = subgraph_of(graph)
    outputs = set(subgraph.OutputsAsNumpy().tolist()) | set(subgraph.InputsAsNumpy().tolist())
    return all(
        subgraph.Tensors(i).Type() != FLOAT32 or i in outputs
        for i in range(subgraph.TensorsLength())
    )

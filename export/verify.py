"""Check a model file without TensorFlow: digests, contract, metadata, golden inputs."""

from __future__ import annotations

from pathlib import Path

from edge_runtime import container, golden
from edge_runtime.contract import Contract
from edge_runtime.errors import GateError, ModelError
from edge_runtime.golden import GoldenResult
from edge_runtime.model import Model
from export.metadata_onnx import check_onnx, read_onnx
from export.metadata_reader import check, read
from export.onnx_file import open_onnx, split_files

__all__ = ["open_model", "verify"]


def open_model(path: Path) -> Model:
    """A `.tflite` or `.onnx` file, digest and contract checked; raises `ModelError`."""
    if path.suffix != ".onnx":
        return Model.open(path, check=False)
    try:
        graph, files = split_files(path.read_bytes())
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    if container.CONTRACT not in files or container.GOLDEN not in files:
        raise ModelError(f"{path} carries no contract; export it with `python -m export run`")
    contract = Contract.from_json(files[container.CONTRACT])
    if container.sha256(graph) != contract.graph_sha256:
        raise ModelError(f"{path} is damaged: its graph is not the one of its contract")
    interpreter = open_onnx(graph)
    if contract.outputs != interpreter.positions or contract.input_size != interpreter.input_size:
        raise ModelError(f"{path} has not the outputs of its contract; export it again")
    return Model(contract, interpreter, golden.from_json(files[container.GOLDEN]))


def verify(path: Path) -> tuple[Contract, list[GoldenResult]]:
    """The contract and how every golden input came out.

    Raises `ModelError` for a broken file or one whose metadata is not what its contract
    says, `GateError` where a golden input fails.
    """
    model = open_model(path)
    _check_metadata(path, model.contract)
    results = model.self_test()
    failed = [result for result in results if not result.passed]
    if failed:
        one = failed[0]
        raise GateError(
            f"{path}: golden input {one.name!r}: {one.output} is {one.difference:.3g} off "
            f"({one.tolerance:.3g} allowed), answered {one.answered} for {one.expected}"
        )
    return model.contract, results


def _check_metadata(path: Path, contract: Contract) -> None:
    data = path.read_bytes()
    try:
        if path.suffix == ".onnx":
            check_onnx(read_onnx(data), contract, split_files(data)[1])
        else:
            check(read(data), contract, container.split(data)[1])
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from error

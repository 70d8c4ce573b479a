"""A model's file: where it is, what is in it, and whether that can be trusted."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, NamedTuple

from edge_runtime import container, golden
from edge_runtime.contract import LABELS, NOTICE, Contract
from edge_runtime.errors import ModelError
from edge_runtime.film_rules import RULES
from edge_runtime.golden import Golden
from edge_runtime.interpreters import OUTPUTS, Interpreter
from edge_runtime.pixels import PIXELS_VERSION

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "BUNDLED",
    "FOLDER",
    "UNKNOWN",
    "ModelFile",
    "agree",
    "find",
    "invented",
    "model_path",
    "read",
]

BUNDLED = "cxr-mobilenetv2-int8"
FOLDER = os.path.join(os.path.dirname(__file__), "models")
SUFFIX, ONNX = ".tflite", ".onnx"
UNKNOWN = (
    "This model file carries no contract. Unknown: whether the file is whole, the threshold (0.5 "
    "is taken), calibration, what is unfamiliar, and the pixels it was trained on; no film is "
    "refused, and no golden input was checked."
)


class ModelFile(NamedTuple):
    """What a file holds; `contract` is None where it carries none."""

    path: str
    graph: bytes
    contract: Contract | None
    goldens: Golden
    onnx: bool


def model_path(path_or_name: str | os.PathLike[str] | None = None) -> Path:
    """The file of a bundled model's name, or the path itself; raises `ModelError`."""
    from pathlib import Path

    return Path(find(path_or_name))


def find(path_or_name: str | os.PathLike[str] | None = None) -> str:
    """As `model_path`, without `pathlib`, which takes as long to import as a film to decode."""
    wanted = os.fspath(path_or_name) if path_or_name is not None else BUNDLED
    bundled = os.path.join(FOLDER, f"{wanted}{SUFFIX}")
    if os.sep not in wanted and os.path.isfile(bundled):
        return bundled
    if os.path.isfile(wanted):
        return wanted
    listed = os.listdir(FOLDER) if os.path.isdir(FOLDER) else []
    names = sorted(name.removesuffix(SUFFIX) for name in listed if name.endswith(SUFFIX))
    known = f"bundled: {', '.join(names)}" if names else "none is bundled"
    raise ModelError(
        f"no model {wanted!r}: give the path of a .tflite or .onnx file, or a name ({known})"
    )


def read(path: str | os.PathLike[str], *, no_contract: bool = False) -> ModelFile:
    """Read a file and compare its graph with the contract's digest.

    A file without contract is an error, but with `no_contract`. Raises `ModelError`.
    """
    path = os.fspath(path)
    onnx = path.lower().endswith(ONNX)
    try:
        with open(path, "rb") as stream:
            if onnx:
                from edge_runtime.onnx_props import split_props

                graph, files = split_props(stream.read())
            else:
                graph, files = container.read(stream)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    if container.CONTRACT not in files or container.GOLDEN not in files:
        if no_contract:
            return ModelFile(path, graph, None, Golden((), {}), onnx)
        raise ModelError(
            f"{path} carries no contract: it was cut short, or never went through "
            "`python -m export run`"
        )
    contract = Contract.from_json(files[container.CONTRACT])
    if container.sha256(graph) != contract.graph_sha256:
        raise ModelError(f"{path} is damaged: its graph is not the one of its contract")
    return ModelFile(path, graph, contract, golden.from_json(files[container.GOLDEN]), onnx)


def agree(contract: Contract, interpreter: Interpreter) -> None:
    """The contract is what the graph says of itself, or the file is not to be trusted."""
    pairs = {
        "outputs": (contract.outputs, interpreter.positions),
        "input size": (contract.input_size, interpreter.input_size),
        "input type": (contract.input_dtype, interpreter.input_dtype),
        "input scale": (
            (contract.input_scale, contract.input_zero_point),
            (interpreter.input_scale, interpreter.input_zero_point),
        ),
        "labels": (contract.labels, LABELS),
        "pixel definition": (contract.pixels, PIXELS_VERSION),
    }
    unknown = sorted(contract.film_rules.keys() - RULES.keys())
    if unknown:
        raise ModelError(f"the model has a film rule {unknown[0]!r} unknown here; update cxr-edge")
    for what, (said, found) in pairs.items():
        if said != found:
            raise ModelError(
                f"the model's contract says {what} {said}, here it is {found}; "
                "update cxr-edge or export the model again"
            )


def invented(file: ModelFile, interpreter: Interpreter) -> Contract:
    """What stands in for the contract of a file without one: nothing is refused, all is told."""
    # One run tells the heat map's size; a film of a single gray will do.
    blank = bytes(interpreter.input_size**2)
    heatmap = interpreter.run(blank)[OUTPUTS[1]]
    return Contract(
        name=os.path.splitext(os.path.basename(file.path))[0],
        version="unknown",
        precision="unknown",
        graph_sha256=container.sha256(file.graph),
        input_size=interpreter.input_size,
        input_dtype=interpreter.input_dtype,
        input_scale=interpreter.input_scale,
        input_zero_point=interpreter.input_zero_point,
        outputs=dict(interpreter.positions),
        heatmap_grid=math.isqrt(len(heatmap)),
        threshold=0.5,
        borderline_width=0.0,
        novelty_threshold=1.0,  # no novelty is above it
        temperature=1.0,
        film_rules={},
        pixels=PIXELS_VERSION,
        made_by={},
        author="unknown",
        licence="unknown",
        notice=f"{NOTICE} {UNKNOWN}",
    )

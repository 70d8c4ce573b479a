"""Which runtimes are compared, where each lives, which file it gets and how it is set."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers.record import OURS

__all__ = ["PEERS", "Peer"]

REQUIREMENTS = Path(__file__).resolve().parent.parent.parent / "requirements"


@dataclass(frozen=True)
class Peer:
    """One runtime. A precision that it has no file for stands in `lacks`, with the reason."""

    name: str
    kind: str  # what `benchmarks.peers.worker` calls it
    environment: str  # under .venvs/
    pins: str  # in requirements/
    files: dict[str, str]  # precision -> name of the file, or what makes it
    settings: dict[str, str]
    family: str = "other"  # of golden tolerances
    newest: tuple[int, int] | None = None
    lacks: dict[str, str] = field(default_factory=dict)
    alone: bool = True  # nothing is installed but the pins: some want what phones home

    @property
    def requirements(self) -> Path:
        """The file of pins."""
        return REQUIREMENTS / self.pins


INT8, FLOAT = "student-int8.tflite", "student-float32.tflite"
TFLITE = {"int8": INT8, "float32": FLOAT}


def _both(text: str) -> dict[str, str]:
    return {"int8": text, "float32": text}


PEERS = (
    Peer(
        OURS, OURS, "peers-litert", "peers-litert.txt", TFLITE,
        _both("LiteRT's C API; contract, digest and golden check when opened"), "litert_xnnpack",
    ),
    Peer(
        "LiteRT", "litert", "peers-litert", "peers-litert.txt", TFLITE,
        _both("Python Interpreter, XNNPACK as by default"), "litert_xnnpack",
    ),
    Peer(
        "tflite-runtime", "tflite-runtime", "tflite-runtime", "wheel-3.11-armv7l.txt", TFLITE,
        {"int8": "as by default: no XNNPACK for int8", "float32": "XNNPACK as by default"},
        newest=(3, 11),
    ),
    Peer(
        "ONNX Runtime", "onnxruntime", "peers-onnxruntime", "peers-onnxruntime.txt",
        {"int8": "student-int8-x86.onnx", "float32": "student-float32.onnx"},
        {"int8": "all optimizations, unsigned activations", "float32": "all optimizations"},
    ),
    Peer(
        "OpenVINO", "openvino", "peers-openvino", "peers-openvino.txt",
        {"int8": "student-int8-x86.onnx", "float32": FLOAT},
        _both("latency hint, float layers in float32, buffers shared"),
    ),
    Peer(
        "ncnn", "ncnn", "peers-ncnn", "peers-ncnn.txt", {"float32": "student-float32.ncnn"},
        {"float32": "converted by pnnx, nothing in float16"},
        lacks={"int8": "the tools that quantize for ncnn are not in its wheel"},
    ),
    Peer(
        "ExecuTorch", "executorch", "peers-executorch", "peers-executorch.txt",
        {"int8": "student-int8.pte", "float32": "student-float32.pte"},
        {
            "int8": "converted by pnnx and torch.export, quantized by its own tools, XNNPACK",
            "float32": "converted by pnnx and torch.export, XNNPACK",
        },
    ),
)  # fmt: skip

"""A model file's golden inputs in the Android library, with XNNPACK and without."""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.contract import Contract
from edge_runtime.errors import GateError, ModelError
from edge_runtime.golden import GoldenResult
from edge_runtime.interpreters import Interpreter
from edge_runtime.model import Model
from export.android.library import VERSION, Library

__all__ = ["MODES", "AndroidResult", "check_file", "outputs"]

MODES = ("xnnpack", "plain")
# What XNNPACK computes on arm64 as on x86: integers alone, or floats that differ in the last
# bits. With weights alone in integers it does not, and of 16-bit activations it takes nothing.
PORTABLE = ("int8", "float16", "float32")
_TOOK = re.compile(r"Replacing (\d+) out of (\d+) node\(s\) with delegate \(TfLiteXNNPack")
_CHATTER = re.compile(r"^(INFO|VERBOSE|tflite): |^run_model: ")
_SECONDS = 120


@dataclass(frozen=True)
class AndroidResult:
    """How the golden inputs came out in one mode."""

    mode: str  # "xnnpack" | "plain"
    delegated: int  # nodes that XNNPACK took
    nodes: int  # of so many; 0 where nothing was delegated
    golden: tuple[GoldenResult, ...]


class _Answered(Interpreter):
    """The outputs that the library gave, in the place of an interpreter."""

    def run(self, pixels: bytes) -> dict[str, tuple[float, ...]]:
        """`pixels` are `S * S` grays that were run; each output as floats, flat."""
        found: dict[str, tuple[float, ...]] = self.native[pixels]
        return found


def check_file(path: Path, library: Library, modes: Sequence[str] = MODES) -> list[AndroidResult]:
    """Run the file's golden inputs in each of `modes`, as `export verify` does in LiteRT.

    XNNPACK is held to what LiteRT's is held to, the plain kernels to the tolerance for
    interpreters that round elsewhere. Raises `ModelError` where the file is broken or the
    library cannot load it, naming the operator, and `GateError` where an output is off.
    """
    model = Model.open(path, check=False)  # digest and contract first: native code comes after
    found = []
    for mode in modes:
        films = [item.pixels() for item in model.goldens.items]
        answers, delegated, nodes = outputs(path, model.contract, films, mode, library)
        inside = model.interpreter
        answered = _Answered(
            **{
                **inside._asdict(),
                "name": "tensorflow-lite-android",
                "version": VERSION,
                "delegate": mode if _as_litert(mode, model.contract) else "none",
                "native": dict(zip(films, answers, strict=True)),
            }
        )
        results = Model(model.contract, answered, model.goldens).self_test()
        for one in results:
            if not one.passed:
                raise GateError(
                    f"{path}: {_who(library, mode)}: golden input {one.name!r}: {one.output} is "
                    f"{one.difference:.3g} off ({one.tolerance:.3g} allowed), answered "
                    f"{one.answered} for {one.expected}"
                )
        found.append(AndroidResult(mode, delegated, nodes, tuple(results)))
    return found


def _as_litert(mode: str, contract: Contract) -> bool:
    return mode == "xnnpack" and contract.precision in PORTABLE


def _who(library: Library, mode: str) -> str:
    return f"TensorFlow Lite {VERSION} for Android ({library.abi}, {mode})"


def outputs(
    path: Path, contract: Contract, films: Sequence[bytes], mode: str, library: Library
) -> tuple[list[dict[str, tuple[float, ...]]], int, int]:
    """Each film's outputs by name; then how many nodes XNNPACK took, and of how many.

    `films` are `S * S` grays each. Raises `ModelError` where the library cannot load or run
    the file, with its own words.
    """
    sizes = {"probabilities": 2, "heatmap": contract.heatmap_grid**2, "novelty": 1}
    order = sorted(sizes, key=lambda name: contract.outputs[name])
    try:
        done = subprocess.run(
            [*library.command, str(path), mode],
            input=b"".join(films), capture_output=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"{path}: {_who(library, mode)} gave no answer in {_SECONDS} s") from error
    said = done.stderr.decode(errors="replace")
    if done.returncode:
        raise ModelError(f"{path}: {_who(library, mode)}: {_reason(said, done.returncode)}")
    floats = 4 * sum(sizes.values())
    if len(done.stdout) != floats * len(films):
        raise ModelError(f"{path}: {_who(library, mode)} gives outputs of another size")
    answers = []
    for start in range(0, len(done.stdout), floats):
        values = struct.unpack_from(f"<{floats // 4}f", done.stdout, start)
        answer, at = {}, 0
        for name in order:
            answer[name] = values[at : at + sizes[name]]
            at += sizes[name]
        answers.append(answer)
    took = _TOOK.search(said)
    return answers, *((int(took[1]), int(took[2])) if took else (0, 0))


def _reason(said: str, status: int) -> str:
    """What the library complained of first, else what the program made of it."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    own = [line for line in lines if not _CHATTER.match(line)]
    ours = [line.removeprefix("run_model: ") for line in lines if line.startswith("run_model: ")]
    named = "; ".join([*ours[:1], *own[:1]])
    if status < 0:
        return f"killed by signal {-status}" + (f" after {named}" if named else "")
    return named or f"exit status {status}"

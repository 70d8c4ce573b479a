"""What XNNPACK takes of a `.tflite` graph, asked of LiteRT itself in a process of its own.

A graph without a digest may be damaged, and native code may die of it: then this process
does, and its caller says so.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from edge_runtime.errors import EdgeError, InterpreterError
from edge_runtime.interpreters import first_line, installed
from edge_runtime.native_messages import native_messages

__all__ = ["ask", "taken_by"]


def ask(graph: bytes) -> dict[str, Any] | str:
    """`runtime`, `taken` (indices of operators) and `partitions`; else why that is not known."""
    done = subprocess.run(
        [sys.executable, "-m", "export.inspect_delegate"],
        input=graph, capture_output=True, cwd=Path(__file__).parent.parent, check=False,
    )  # fmt: skip
    if done.returncode < 0:
        return f"the interpreter died of the graph (signal {-done.returncode})"
    try:
        answer: dict[str, Any] | str = json.loads(done.stdout)
    except ValueError:
        return (done.stderr.decode(errors="replace").splitlines() or ["no answer"])[-1]
    return answer


def taken_by(nodes: list[dict[str, Any]]) -> tuple[list[int], int]:
    """Indices of the operators that delegates run, and how many delegates there are.

    `nodes` are LiteRT's: the graph's operators, then one node for each stretch that a delegate
    took, whose inputs are all that comes from outside. Walked back from its outputs to these,
    a stretch gives its operators.
    """
    delegates = [node for node in nodes if node["op_name"] == "DELEGATE"]
    writers = {
        int(tensor): node
        for node in nodes
        if node["op_name"] != "DELEGATE"
        for tensor in node["outputs"]
    }
    taken: set[int] = set()
    for delegate in delegates:
        outside = {int(tensor) for tensor in delegate["inputs"]}
        wanted = [int(tensor) for tensor in delegate["outputs"]]
        while wanted:
            node = writers.get(wanted.pop())
            if node is None or node["index"] in taken:
                continue
            taken.add(node["index"])
            wanted += [int(t) for t in node["inputs"] if int(t) not in outside]
    return sorted(taken), len(delegates)


def _answer(graph: bytes) -> dict[str, Any] | str:
    try:
        module, name, version = installed()
        if name != "litert":
            raise InterpreterError("LiteRT is not installed")
        with native_messages():
            native = module.Interpreter(model_content=graph, num_threads=1)
            native.allocate_tensors()
            taken, partitions = taken_by(native._get_ops_details())
    except (EdgeError, ValueError, RuntimeError) as error:
        return first_line(error)
    return {"runtime": f"{name} {version}", "taken": taken, "partitions": partitions}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_answer(sys.stdin.buffer.read())))

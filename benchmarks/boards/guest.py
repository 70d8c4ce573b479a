"""What runs on an emulated board: golden inputs, and one counted invoke, as one JSON record.

`python -m benchmarks.boards.guest MODEL`. The count is of the library's own call, without what
Python does to fill and read its buffers. A device's own record comes from the probe; here no
time is worth taking.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from ctypes import c_size_t
from typing import Any

from benchmarks.boards.counting import BEGIN, END, mark
from edge_runtime import machine
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.container import sha256
from edge_runtime.errors import EdgeError
from edge_runtime.litert_c import FIRST, Compiled
from edge_runtime.model import Model, model_path

__all__ = ["main"]


def main() -> int:
    """Print the record; exit status as the probe's."""
    try:
        sys.stdout.write(f"{_record(sys.argv[1]).to_json()}\n")
    except EdgeError as error:
        sys.stderr.write(f"guest: error: {' '.join(str(error).split())}\n")
        return error.exit_code
    return 0


def _record(name: str) -> BenchmarkRecord:
    started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    path = model_path(name)
    with Model.open(path, check=False) as model:
        passed = all(one.passed for one in model.self_test())
        model.run(model.goldens.items[0].pixels())  # the input stays in the library's buffer
        invoke = _invoke(model.interpreter.native)
        invoke()
        mark(BEGIN)
        invoke()
        mark(END)
        data = path.read_bytes()
        return BenchmarkRecord(
            model={**model.identity(), "file_sha256": sha256(data)},
            runtime=model.runtime(),
            machine=machine.describe(),
            target="local",
            emulated=True,
            started=started,
            file_bytes=os.stat(path).st_size,
            golden=passed,
            flags=() if passed else ("golden_failed",),
        )


def _invoke(native: Any) -> Callable[[], object]:
    """The library's call that runs the graph on what its input holds."""
    if not isinstance(native, Compiled):
        return native.invoke  # type: ignore[no-any-return]
    count = c_size_t(len(native.outputs))
    arrays = (c_size_t(1), native.input_array, count, native.output_array)
    return lambda: native.handles.call("RunCompiledModel", native.model, FIRST, *arrays)


if __name__ == "__main__":
    sys.exit(main())

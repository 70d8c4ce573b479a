"""Makes a `.pte` of what pnnx wrote into the current folder; runs where ExecuTorch is.

`python to_executorch.py SIZE FILE`: the network `student_pnnx.Model`, in float32, with all that
XNNPACK takes given to it.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path


def main() -> None:
    """Convert."""
    size, out = int(sys.argv[1]), Path(sys.argv[2])
    sys.path.insert(0, os.getcwd())
    torch = import_module("torch")
    exir = import_module("executorch.exir")
    xnnpack = import_module("executorch.backends.xnnpack.partition.xnnpack_partitioner")
    network = import_module("student_pnnx").Model().float().eval()
    exported = torch.export.export(network, (torch.zeros(1, size, size, 3),))
    program = exir.to_edge_transform_and_lower(
        exported, partitioner=[xnnpack.XnnpackPartitioner()]
    ).to_executorch()
    out.write_bytes(program.buffer)


if __name__ == "__main__":
    del sys.path[0]  # this folder: its modules must not stand before the packages
    main()

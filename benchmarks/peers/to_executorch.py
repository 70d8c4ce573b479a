"""Makes a `.pte` of what pnnx wrote into the current folder; runs where ExecuTorch is.

`python to_executorch.py SIZE FILE [FILMS]`: the network `student_pnnx.Model`, with all that
XNNPACK takes given to it; in int8 where FILMS, a file of films of `SIZE * SIZE` grays one after
the other, says in which ranges its numbers lie.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any


def main() -> None:
    """Convert."""
    size, out = int(sys.argv[1]), Path(sys.argv[2])
    sys.path.insert(0, os.getcwd())
    torch = import_module("torch")
    exir = import_module("executorch.exir")
    xnnpack = import_module("executorch.backends.xnnpack.partition.xnnpack_partitioner")
    network = import_module("student_pnnx").Model().float().eval()
    example = (torch.zeros(1, size, size, 3),)
    exported = torch.export.export(network, example)
    if sys.argv[3:]:
        quantized = quantize(exported, films(torch, Path(sys.argv[3]), size))
        exported = torch.export.export(quantized, example)
    program = exir.to_edge_transform_and_lower(
        exported, partitioner=[xnnpack.XnnpackPartitioner()]
    ).to_executorch()
    out.write_bytes(program.buffer)


def films(torch: Any, path: Path, size: int) -> Iterator[Any]:
    """`[1, size, size, 3]` of each."""
    grays = torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.uint8)
    for one in grays.reshape(-1, 1, size, size, 1):
        yield one.repeat(1, 1, 1, 3).float()


def quantize(exported: Any, seen: Iterator[Any]) -> Any:
    """Static int8, weights by channel: what its XNNPACK backend is made for."""
    steps = import_module("torchao.quantization.pt2e.quantize_pt2e")
    xnnpack = import_module("executorch.backends.xnnpack.quantizer.xnnpack_quantizer")
    quantizer = xnnpack.XNNPACKQuantizer().set_global(
        xnnpack.get_symmetric_quantization_config(is_per_channel=True)
    )
    prepared = steps.prepare_pt2e(exported.module(), quantizer)
    for film in seen:
        prepared(film)
    return steps.convert_pt2e(prepared)


if __name__ == "__main__":
    del sys.path[0]  # this folder: its modules must not stand before the packages
    main()

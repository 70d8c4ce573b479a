"""`python -m export android`: a model file in TensorFlow Lite's Android library."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["android"]


def android(
    file: Annotated[Path, typer.Argument(help="A .tflite file that export wrote, or a name.")],
    abi: Annotated[str, typer.Option(help="The processor: arm64-v8a or x86_64.")] = "arm64-v8a",
    cache: Annotated[
        Path | None,
        typer.Option(help="Where the library is kept.  [default: .cache/android]"),
    ] = None,
    mode: Annotated[
        str | None, typer.Option(help="Only xnnpack, or only the plain kernels.")
    ] = None,
    emulator: Annotated[
        str | None,
        typer.Option(help="Words before the program, where not qemu with its own defaults."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run a file's golden inputs in TensorFlow Lite 2.16.1's Android library, without a phone.

    The library comes by Maven, once; on another processor it runs in qemu-user.
    """
    from edge_runtime.errors import UsageError
    from edge_runtime.model import model_path
    from export.android.check import MODES, check_file
    from export.android.library import ABIS, CACHE, VERSION, build

    if abi not in ABIS:
        raise UsageError(f"--abi {abi} is unknown; there are {', '.join(ABIS)}")
    if mode not in (None, *MODES):
        raise UsageError(f"--mode {mode} is unknown; there are {', '.join(MODES)}")
    file = model_path(file)
    library = build(abi, cache or CACHE)
    if emulator is not None:
        library = replace(library, runner=tuple(shlex.split(emulator)))
    results = check_file(file, library, (mode,) if mode else MODES)
    if as_json:
        modes = [
            asdict(one) | {"golden": [item._asdict() for item in one.golden]} for one in results
        ]
        facts = {"file": str(file), "library": VERSION, "abi": abi, "modes": modes}
        sys.stdout.write(json.dumps(facts, indent=1) + "\n")
        return
    for one in results:
        took = f" (took {one.delegated} of {one.nodes} operators)" if one.nodes else ""
        sys.stdout.write(f"TensorFlow Lite {VERSION} for Android, {abi}, {one.mode}{took}\n")
        for item in one.golden:
            sys.stdout.write(
                f"golden {item.name}: {item.answered}, {item.output} {item.difference:.2g} off "
                f"({item.tolerance:.2g} allowed)\n"
            )

"""The int8 file of an export becomes the runtime's own."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from edge_runtime import container
from edge_runtime.errors import RunError
from edge_runtime.model import BUNDLED, FOLDER
from workshop.records import CalledCovid, EvaluationReport, ParityReport
from workshop.records_io import load
from workshop.runs import write_atomic

__all__ = ["bundle"]


def bundle(run: Path, exported: Path, int8: str, folder: Path = FOLDER) -> Path:
    """Copy the int8 file, its record and its card into the runtime; returns the file."""
    source = exported / int8
    if not source.is_file():
        raise RunError(f"{source} is missing; export the run first")
    data = source.read_bytes()
    _, files = container.split(data)
    parity = load(exported / "parity.json", list[ParityReport])
    record = {
        "contract": json.loads(files[container.CONTRACT]),
        "file_sha256": container.sha256(data),
        "parity": [asdict(one) for one in parity],
        "evaluation": [
            asdict(one) for one in load(run / "evaluation.json", list[EvaluationReport])
        ],
        "called_covid": [asdict(one) for one in load(run / "called_covid.json", list[CalledCovid])],
    }
    write_atomic(folder / f"{BUNDLED}.json", json.dumps(record, indent=1) + "\n")
    write_atomic(folder / "MODEL_CARD.md", files["MODEL_CARD.md"])
    write_atomic(folder / f"{BUNDLED}.tflite", data)
    return folder / f"{BUNDLED}.tflite"

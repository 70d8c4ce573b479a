"""The int8 file of a run becomes the one that the wheel carries."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import edge_runtime
from edge_runtime.model import BUNDLED
from export.evidence import evidence
from export.record import ExportRecord
from export.run import INT8
from export.verify import verify
from workshop.records import ParityReport
from workshop.records_io import load
from workshop.runs import write_atomic

__all__ = ["bundle"]

MODELS = Path(edge_runtime.__file__).parent / "models"


def bundle(run: Path, models: Path = MODELS) -> Path:
    """Copy RUN/export's int8 file, its record and its card into the package's folder.

    The file is verified first; returns where it stands. Raises `ModelError`, `GateError`.
    """
    source = run / "export"
    verify(source / INT8)
    target = models / f"{BUNDLED}.tflite"
    parity = load(source / "parity.json", list[ParityReport])
    evaluation, called = evidence(run)
    facts = {
        "schema": 1,
        "export": asdict(load(source / "export.json", ExportRecord)),
        "parity": [asdict(report) for report in parity],
        "evaluation": [asdict(report) for report in evaluation],
        "called_covid": [asdict(one) for one in called],
    }
    write_atomic(models / "MODEL_CARD.md", (source / "MODEL_CARD.md").read_bytes())
    write_atomic(target.with_suffix(".json"), json.dumps(facts, indent=1) + "\n")
    write_atomic(target, (source / INT8).read_bytes())
    return target

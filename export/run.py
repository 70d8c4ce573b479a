"""One run folder -> its model files, each passed by the gate or left out."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from edge_runtime.errors import GateError
from edge_runtime.interpreters import open_interpreter
from export.card import AUTHOR, LICENCE
from export.convert import saved
from export.evidence import scores_csv
from export.files import Points, package
from export.films import (
    load_representative,
    parity_films,
    representative_films,
)
from export.gate import read_gate
from export.graph import shipped_graph
from export.metadata import About, described
from export.metadata_onnx import described_onnx
from export.onnx_file import open_onnx
from export.package import Graph
from export.parity import compare, keras_run, outputs_of
from export.recipes import RECIPES, Recipe, Sources, named
from export.student import Student, load_student
from workshop.films import run_data
from workshop.phantoms import phantom_pixels
from workshop.progress import Progress
from workshop.records import Film, ParityReport
from workshop.records_io import as_json
from workshop.runs import storage_error

__all__ = ["FILES", "FLOAT", "INT8", "ONNX", "export_run"]

INT8, FLOAT, ONNX = (named(name).file for name in ("int8", "float32", "onnx"))
FILES = tuple(recipe.file for recipe in RECIPES)
REPRESENTATIVE = 240
REPRESENTATIVE_PHANTOMS = 24
PARITY_PHANTOMS = 40
# Phantoms of their own for each use, away from the seeds that people and training take.
REPRESENTATIVE_SEED, PARITY_SEED, GOLDEN_SEED = 31_000, 32_000, 33_000


def export_run(
    run: Path,
    data: Path | None = None,
    recipes: Sequence[str] = (),
    bounds: Mapping[str, float] | None = None,
) -> list[ParityReport]:
    """Convert, compare and package; writes RUN/export and returns the parity reports.

    `data` is the folder of films (CXR_DATA, then the folder that training read, where it
    is None); `recipes` are names, all of them where none is given; `bounds` of the gate go
    before the preset's and stand in the reports. Raises `GateError` where a
    file is not at parity: that file is not written, and those that are at parity are.
    Nothing in RUN/export changes before all is ready.
    """
    wanted = [named(name) for name in recipes] or list(RECIPES)
    student = load_student(run)
    record = student.record
    gate = {
        **read_gate(record.preset.get("export", {})),
        **read_gate({"gate": bounds or {}}, of="--gate ", whole=False),
    }
    folder = run_data(run, data)
    seed = int(record.preset.get("seed", 0))
    points = Points.of(record)
    films = parity_films(run, record, folder, seed + PARITY_SEED, PARITY_PHANTOMS)
    chosen = representative_films(record, REPRESENTATIVE, seed)
    keras_graph = shipped_graph(student)
    graphs = _convert(student, keras_graph, folder, chosen, seed, points, wanted)

    reference = outputs_of(keras_run(keras_graph), films, "parity: Keras")
    found = {
        graph.file: outputs_of(graph.interpreter.run, films, f"parity: {graph.file}")
        for graph in graphs
    }
    reports = [
        compare(
            graph.file, graph.precision, graph.sha256, films,
            reference, found[graph.file], points.threshold, gate,
        )
        for graph in graphs
    ]  # fmt: skip
    evidence_files = {
        "parity.json": as_json(reports).encode(),
        "parity-films.csv": scores_csv(films, {"keras": reference, **found}).encode(),
    }
    out = run / "export"
    failed = [report for report in reports if not report.passed]
    passed = [graph for graph, report in zip(graphs, reports, strict=True) if report.passed]
    phantoms = REPRESENTATIVE_PHANTOMS + 1
    seed += GOLDEN_SEED
    written = package(student, passed, reports, points, chosen, phantoms, seed) if passed else {}
    for name in {*FILES, "export.json", "MODEL_CARD.md"} - set(written):
        (out / name).unlink(missing_ok=True)  # of an earlier export
    _replace(out, {**written, **evidence_files})
    if failed:
        raise GateError(
            "; ".join(
                f"{one.file} is not at parity with the Keras model and was not written: "
                f"{', '.join(one.why)}"
                for one in failed
            )
            + f"; see {out / 'parity.json'}"
        )
    return reports


def _convert(
    student: Student,
    keras_graph: object,
    data: Path,
    chosen: Sequence[Film],
    seed: int,
    points: Points,
    wanted: Sequence[Recipe],
) -> list[Graph]:
    progress = Progress("converting", len(wanted))
    size = student.record.input_size
    phantoms, _ = phantom_pixels(REPRESENTATIVE_PHANTOMS, seed + REPRESENTATIVE_SEED, size)
    pixels = load_representative(student.run, student.record, data, chosen, phantoms)
    graphs = []
    with saved(keras_graph) as traced:
        sources = Sources(traced, pixels, student.novelty)
        for recipe in wanted:
            made = sources.graph(recipe.name)
            about = About(
                name=student.record.name,
                version=student.record.version,
                precision=recipe.precision,
                input_size=size,
                threshold=points.threshold,
                novelty_threshold=points.novelty,
                author=AUTHOR,
                licence=LICENCE,
            )
            if recipe.file.endswith(".onnx"):
                graph = described_onnx(made, about)
                graphs.append(Graph(recipe.file, recipe.precision, graph, open_onnx(graph)))
            else:
                graph = described(made, about)
                graphs.append(Graph(recipe.file, recipe.precision, graph, open_interpreter(graph)))
            progress.advance(recipe.file)
    progress.close()
    return graphs


def _replace(out: Path, files: dict[str, bytes]) -> None:
    """Write all files beside the folder, then rename them into it."""
    working: Path | None = None
    try:
        working = Path(tempfile.mkdtemp(prefix=".export-", dir=out.parent))
        for name, data in files.items():
            (working / name).write_bytes(data)
        out.mkdir(exist_ok=True)
        for name in files:
            os.replace(working / name, out / name)
    except OSError as error:
        raise storage_error(out, error) from error
    finally:
        if working is not None:
            shutil.rmtree(working, ignore_errors=True)

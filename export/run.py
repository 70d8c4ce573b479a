"""One run folder -> its three model files, or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_runtime import container
from edge_runtime.errors import GateError
from edge_runtime.interpreters import open_interpreter
from export.card import AUTHOR, LICENCE, model_card
from export.convert import saved, to_float32, to_int8
from export.evidence import evidence, scores_csv
from export.films import (
    load_representative,
    parity_films,
    phantom_pixels,
    representative_films,
    run_data,
)
from export.gate import read_gate
from export.goldens import choose, golden_of
from export.graph import shipped_graph
from export.metadata import About, described
from export.metadata_onnx import described_onnx
from export.novelty_int8 import fit_novelty
from export.onnx_file import open_onnx, to_onnx
from export.package import Graph, bare_model, contract_of, packed
from export.parity import compare, keras_run, outputs_of
from export.ranges import input_quantization, operator_names
from export.record import ExportedFile, ExportRecord
from export.reference import open_reference
from export.student import Student, load_student
from export.thresholds import NOVELTY_STEPS, PROBABILITY_STEPS, between_steps
from workshop.progress import Progress
from workshop.records import Film, ParityReport, StudentRecord
from workshop.records_io import as_json
from workshop.runs import storage_error

__all__ = ["FILES", "FLOAT", "INT8", "ONNX", "export_run"]

INT8 = "student-int8.tflite"
FLOAT = "student-float32.tflite"
ONNX = "student-float32.onnx"
FILES = (INT8, FLOAT, ONNX)
REPRESENTATIVE = 240
REPRESENTATIVE_PHANTOMS = 24
PARITY_PHANTOMS = 40
# Phantoms of their own for each use, away from the seeds that people and training take.
REPRESENTATIVE_SEED, PARITY_SEED, GOLDEN_SEED = 31_000, 32_000, 33_000


@dataclass(frozen=True)
class _Points:
    """Thresholds as they stand in every file of the run."""

    threshold: float
    novelty: float


def export_run(run: Path, data: Path | None = None) -> list[ParityReport]:
    """Convert, compare and package; writes RUN/export and returns the parity reports.

    `data` is the folder of films (CXR_DATA, then the folder that training read, where it
    is None). Raises `GateError` where a file is not at parity: that file is not written, and
    those that are at parity are. Nothing in RUN/export changes before all is ready.
    """
    student = load_student(run)
    record = student.record
    gate = read_gate(record.preset.get("export", {}))
    folder = run_data(run, data)
    seed = int(record.preset.get("seed", 0))
    points = _Points(
        between_steps(record.threshold, PROBABILITY_STEPS),
        between_steps(record.novelty_threshold, NOVELTY_STEPS),
    )
    films = parity_films(run, record, folder, seed + PARITY_SEED, PARITY_PHANTOMS)
    chosen = representative_films(record, REPRESENTATIVE, seed)
    keras_graph = shipped_graph(student)
    graphs = _convert(student, keras_graph, folder, chosen, seed, points)

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
    written = _package(student, passed, reports, points, chosen, seed) if passed else {}
    for name in {*FILES, "export.json", "MODEL_CARD.md"} - set(written):
        (out / name).unlink(missing_ok=True)  # of an earlier export
    _replace(out, {**written, **evidence_files})
    if failed:
        raise GateError(
            f"{failed[0].file} is not at parity with the Keras model and was not written: "
            f"{'; '.join(failed[0].why)}; see {out / 'parity.json'}"
        )
    return reports


def _convert(
    student: Student,
    keras_graph: object,
    data: Path,
    chosen: Sequence[Film],
    seed: int,
    points: _Points,
) -> list[Graph]:
    progress = Progress("converting", len(FILES))
    size = student.record.input_size
    phantoms, _ = phantom_pixels(REPRESENTATIVE_PHANTOMS, seed + REPRESENTATIVE_SEED, size)
    pixels = load_representative(student.run, student.record, data, chosen, phantoms)
    with saved(keras_graph) as traced:
        float32 = to_float32(traced)
        progress.advance(FLOAT)
        onnx = to_onnx(float32)
        progress.advance(ONNX)
        int8 = fit_novelty(to_int8(traced, pixels), float32, student.novelty, pixels)
    input_quantization(int8)
    int8 = described(int8, _about(student.record, "int8", points))
    about = _about(student.record, "float32", points)
    float32, onnx = described(float32, about), described_onnx(onnx, about)
    progress.advance(INT8)
    progress.close()
    return [
        Graph(INT8, "int8", int8, open_interpreter(int8)),
        Graph(FLOAT, "float32", float32, open_interpreter(float32)),
        Graph(ONNX, "float32", onnx, open_onnx(onnx)),
    ]


def _about(record: StudentRecord, precision: str, points: _Points) -> About:
    return About(
        name=record.name,
        version=record.version,
        precision=precision,
        input_size=record.input_size,
        threshold=points.threshold,
        novelty_threshold=points.novelty,
        author=AUTHOR,
        licence=LICENCE,
    )


def _package(
    student: Student,
    graphs: Sequence[Graph],
    reports: Sequence[ParityReport],
    points: _Points,
    chosen: Sequence[Film],
    seed: int,
) -> dict[str, bytes]:
    """Every file of the export by name."""
    record = student.record
    evaluation, called = evidence(student.run)
    card = model_card(record, evaluation, called, reports, points.threshold, points.novelty)
    by_file = {report.file: report for report in reports}
    contracts = [
        contract_of(graph, record, by_file[graph.file], points.threshold, points.novelty)
        for graph in graphs
    ]
    models = [
        bare_model(contract, graph.interpreter)
        for contract, graph in zip(contracts, graphs, strict=True)
    ]
    pictures = choose(models, seed + GOLDEN_SEED)
    written, files = {}, []
    for graph, contract, model in zip(graphs, contracts, models, strict=True):
        lite = graph.file.endswith(".tflite")
        other = bare_model(contract, open_reference(graph.data)) if lite else None
        data = packed(graph, contract, golden_of(model, other, pictures), card)
        operators = Counter(operator_names(graph.data)) if lite else Counter[str]()
        written[graph.file] = data
        files.append(
            ExportedFile(
                graph.file, graph.precision, graph.sha256, container.sha256(data),
                len(data), len(graph.data), dict(sorted(operators.items())),
            )
        )  # fmt: skip
    facts = ExportRecord(
        name=record.name,
        version=record.version,
        model_sha256=record.model_sha256,
        threshold=points.threshold,
        novelty_threshold=points.novelty,
        student_threshold=record.threshold,
        student_novelty_threshold=record.novelty_threshold,
        files=tuple(files),
        representative=tuple(film.path for film in chosen),
        representative_phantoms=REPRESENTATIVE_PHANTOMS + 1,
        golden=tuple(f"{picture.name}: {picture.how}" for picture in pictures),
        made_by=record.made_by,
    )
    return {**written, "MODEL_CARD.md": card.encode(), "export.json": as_json(facts).encode()}


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

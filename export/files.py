"""The files of an export: what stands in each, and the record beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from edge_runtime import container
from export.card import model_card
from export.evidence import evidence
from export.goldens import choose, golden_of
from export.operators import operator_names, wholly_integer
from export.package import Graph, bare_model, contract_of, packed
from export.record import ExportedFile, ExportRecord
from export.reference import open_reference
from export.student import Student
from export.thresholds import NOVELTY_STEPS, PROBABILITY_STEPS, between_steps
from workshop.records import Film, ParityReport, StudentRecord
from workshop.records_io import as_json

__all__ = ["Points", "package"]


@dataclass(frozen=True)
class Points:
    """Thresholds as they stand in every file of the run."""

    threshold: float
    novelty: float

    @classmethod
    def of(cls, record: StudentRecord) -> Points:
        """Those of a student, moved between two int8 steps."""
        return cls(
            between_steps(record.threshold, PROBABILITY_STEPS),
            between_steps(record.novelty_threshold, NOVELTY_STEPS),
        )


def package(
    student: Student,
    graphs: Sequence[Graph],
    reports: Sequence[ParityReport],
    points: Points,
    chosen: Sequence[Film],
    phantoms: int,
    seed: int,
) -> dict[str, bytes]:
    """Every file of the export by name; golden inputs are phantoms drawn from `seed`."""
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
    others = [
        bare_model(contract, open_reference(graph.data)) if graph.lite else None
        for contract, graph in zip(contracts, graphs, strict=True)
    ]
    pictures = choose(models, seed, [one for one in others if one is not None])
    written, files = {}, []
    for graph, contract, model, other in zip(graphs, contracts, models, others, strict=True):
        whole = graph.lite and wholly_integer(graph.data)
        data = packed(graph, contract, golden_of(model, other, pictures, whole), card)
        operators = Counter(operator_names(graph.data)) if graph.lite else Counter[str]()
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
        representative_phantoms=phantoms,
        golden=tuple(f"{picture.name}: {picture.how}" for picture in pictures),
        made_by=record.made_by,
    )
    return {**written, "MODEL_CARD.md": card.encode(), "export.json": as_json(facts).encode()}

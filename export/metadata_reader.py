"""Reading a `.tflite` file's TFLite Metadata, and setting it against the file's contract."""

from __future__ import annotations

import struct
from dataclasses import asdict, dataclass
from typing import Any

from edge_runtime import container
from edge_runtime.contract import Contract
from edge_runtime.errors import ModelError
from export.metadata import CARD_FILE, LABELS_FILE, licences
from export.metadata_graph import metadata_buffer
from export.metadata_schema import (
    METADATA_IDENTIFIER,
    AssociatedFile,
    Content,
    ContentKind,
    FileKind,
    ImageProperties,
    ImageSize,
    ModelMetadata,
    Normalization,
    ProcessUnit,
    ScoreThresholding,
    Stats,
    SubGraphMetadata,
    TensorMetadata,
    UnitKind,
)
from export.metadata_table import Table, reading, root

__all__ = ["Head", "InputImage", "Metadata", "check", "read"]

ONE = ((0.0,), (1.0,))
RANGES = {"probabilities": ONE, "heatmap": ((0.0,), ()), "novelty": ONE}


@dataclass(frozen=True)
class InputImage:
    """What the first input takes: (pixel - mean) / std."""

    name: str
    description: str
    color_space: str  # "RGB"; "" where the metadata says another or none
    size: tuple[int, int]  # width, height
    mean: tuple[float, ...]
    std: tuple[float, ...]
    range: tuple[tuple[float, ...], tuple[float, ...]]  # least and greatest value


@dataclass(frozen=True)
class Head:
    """One output, in the subgraph's order."""

    name: str
    description: str
    labels_file: str | None
    labels: tuple[str, ...]  # read from that file, where it is in the ZIP
    threshold: float | None  # float32: labels below it are not reported
    range: tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True)
class Metadata:
    """A file's TFLite Metadata."""

    name: str
    description: str
    version: str
    author: str
    licence: str
    parser_version: str
    input: InputImage
    heads: tuple[Head, ...]
    files: tuple[str, ...]  # associated with the model or one of its tensors

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


def read(data: bytes) -> Metadata:
    """The metadata of a model file, or of its graph alone (then labels are empty).

    Raises `ModelError` where there is none, or where it is damaged.
    """
    graph, files = container.split(data)
    found = metadata_buffer(graph)
    if found is None:
        raise ModelError("the graph carries no TFLite metadata; export it again")
    with reading("the model's TFLite metadata"):
        model = root(found, METADATA_IDENTIFIER)
        subgraph = model.tables(ModelMetadata.SUBGRAPHS)[0]
        films = subgraph.tables(SubGraphMetadata.INPUTS)
        outputs = subgraph.tables(SubGraphMetadata.OUTPUTS)
        associated = [
            *model.tables(ModelMetadata.FILES),
            *(file for one in (*films, *outputs) for file in one.tables(TensorMetadata.FILES)),
        ]
        return Metadata(
            name=model.text(ModelMetadata.NAME),
            description=model.text(ModelMetadata.DESCRIPTION),
            version=model.text(ModelMetadata.VERSION),
            author=model.text(ModelMetadata.AUTHOR),
            licence=model.text(ModelMetadata.LICENCE),
            parser_version=model.text(ModelMetadata.PARSER_VERSION),
            input=_input(films[0]),
            heads=tuple(_head(one, files) for one in outputs),
            files=tuple(one.text(AssociatedFile.NAME) for one in associated),
        )


def check(metadata: Metadata, contract: Contract, files: dict[str, bytes]) -> None:
    """The metadata says what the contract says; raises `ModelError` naming what differs.

    `files` are those behind the graph. The contract's own order of outputs is compared with
    the graph's when the file is opened.
    """
    film = metadata.input
    order = sorted(contract.outputs, key=lambda name: contract.outputs[name])
    classes = [head for head in metadata.heads if head.name == "probabilities"]
    needed = {container.CONTRACT, container.GOLDEN, CARD_FILE, LABELS_FILE}
    pairs: dict[str, tuple[object, object]] = {
        "name": (metadata.name, contract.name),
        "version": (metadata.version, contract.version),
        "author": (metadata.author, contract.author),
        "licence": (metadata.licence, licences(contract.licence)),
        "heads": ([head.name for head in metadata.heads], order),
        "labels": ([head.labels for head in classes], [contract.labels]),
        "heads with labels": ([h.name for h in metadata.heads if h.labels_file], ["probabilities"]),
        "ranges": ({h.name: h.range for h in metadata.heads}, RANGES),
        "threshold": ([head.threshold for head in classes], [_float32(contract.threshold)]),
        "input": (
            (film.color_space, film.size, film.mean, film.std, film.range),
            ("RGB", (contract.input_size,) * 2, (0.0,), (1.0,), ((0.0,), (255.0,))),
        ),
        "associated files": (sorted(metadata.files), sorted(needed)),
    }
    for what, (said, agreed) in pairs.items():
        if said != agreed:
            raise ModelError(
                f"the model's metadata says {what} {said}, its contract {agreed}; export it again"
            )
    if contract.notice not in metadata.description:
        raise ModelError("the model's metadata does not repeat the notice; export it again")
    missing = sorted(needed - set(files))
    if missing:
        raise ModelError(f"the model lacks the associated file {missing[0]}; export it again")


def _float32(value: float) -> float:
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def _input(film: Table) -> InputImage:
    image = _union(film.table(TensorMetadata.CONTENT), Content.KIND, ContentKind.IMAGE)
    size = image.table(ImageProperties.DEFAULT_SIZE) if image else None
    rgb = image is not None and image.byte(ImageProperties.COLOR_SPACE) == ImageProperties.RGB
    unit = _unit(film, UnitKind.NORMALIZATION)
    return InputImage(
        name=film.text(TensorMetadata.NAME),
        description=film.text(TensorMetadata.DESCRIPTION),
        color_space="RGB" if rgb else "",
        size=(size.number(ImageSize.WIDTH), size.number(ImageSize.HEIGHT)) if size else (0, 0),
        mean=unit.reals(Normalization.MEAN) if unit else (),
        std=unit.reals(Normalization.STD) if unit else (),
        range=_range(film),
    )


def _head(output: Table, files: dict[str, bytes]) -> Head:
    unit = _unit(output, UnitKind.SCORE_THRESHOLDING)
    labels_file = next(
        (
            file.text(AssociatedFile.NAME)
            for file in output.tables(TensorMetadata.FILES)
            if file.byte(AssociatedFile.KIND) == FileKind.TENSOR_AXIS_LABELS
        ),
        None,
    )
    lines = files.get(labels_file or "", b"").decode("utf-8").removesuffix("\n")
    return Head(
        name=output.text(TensorMetadata.NAME),
        description=output.text(TensorMetadata.DESCRIPTION),
        labels_file=labels_file,
        labels=tuple(lines.split("\n")) if lines else (),
        threshold=unit.real(ScoreThresholding.THRESHOLD) if unit else None,
        range=_range(output),
    )


def _unit(tensor: Table, kind: int) -> Table | None:
    """The options of the first process unit of this kind."""
    units = tensor.tables(TensorMetadata.PROCESS_UNITS)
    return next((one for unit in units if (one := _union(unit, ProcessUnit.KIND, kind))), None)


def _union(table: Table | None, field: int, kind: int) -> Table | None:
    """The value of a union (it stands behind its type), where it is of this kind."""
    return table.table(field + 1) if table and table.byte(field) == kind else None


def _range(tensor: Table) -> tuple[tuple[float, ...], tuple[float, ...]]:
    stats = tensor.table(TensorMetadata.STATS)
    return (stats.reals(Stats.MIN), stats.reals(Stats.MAX)) if stats else ((), ())

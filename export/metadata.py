"""Standard TFLite Metadata inside a graph: what apps and tools that are not ours go by.

Written with bare `flatbuffers`; no TensorFlow, no NumPy, any Python from 3.11 on. The associated
files themselves stand in the ZIP behind the graph (`edge_runtime/container.py`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from edge_runtime.container import CONTRACT, GOLDEN
from edge_runtime.contract import LABELS, NOTICE
from edge_runtime.errors import UsageError
from export.metadata_graph import output_names, with_metadata
from export.metadata_schema import (
    Content,
    ContentKind,
    FileKind,
    ImageProperties,
    ImageSize,
    ModelMetadata,
    Normalization,
    ProcessUnit,
    ScoreThresholding,
    SubGraphMetadata,
    TensorMetadata,
    UnitKind,
)
from export.metadata_writer import Writer

__all__ = [
    "CARD_FILE",
    "CODE_LICENCE",
    "LABELS_FILE",
    "About",
    "described",
    "labels_text",
    "licences",
]

LABELS_FILE = "labels.txt"
CARD_FILE = "MODEL_CARD.md"
CODE_LICENCE = "Code: Apache-2.0"  # the weights have a licence of their own
PARSER_VERSION = "1.0.0"  # the oldest schema that has every field written here
DESCRIPTION = (
    "Gives a frontal chest film a score p(covid), a heat map of what raised it, and how "
    "unfamiliar the film is."
)
FILES = (
    (CONTRACT, "How the outputs are to be read: thresholds, rules, provenance", FileKind.UNKNOWN),
    (GOLDEN, "Known inputs with known outputs", FileKind.UNKNOWN),
    (CARD_FILE, "Model card: what it learned from, how it did, what it cannot do",
     FileKind.DESCRIPTIONS),
)  # fmt: skip


@dataclass(frozen=True)
class About:
    """What a graph shall say of itself.

    Raises `UsageError` for a text that readers in C would cut short, for labels that a file
    of one label a line cannot hold, and for numbers that are none.
    """

    name: str
    version: str
    precision: str  # "int8", "float32", ...
    input_size: int  # S: the graph takes [1, S, S, 3], raw 0-255
    threshold: float  # p(covid) at or above it answers "covid"
    novelty_threshold: float
    author: str
    licence: str  # of the weights
    labels: tuple[str, ...] = LABELS  # in the order of the probabilities
    description: str = DESCRIPTION
    notice: str = NOTICE

    def __post_init__(self) -> None:
        for text in (self.name, self.version, self.precision, self.author, self.licence,
                     self.description, self.notice, *self.labels):  # fmt: skip
            if "\0" in text or not _utf8(text):
                raise UsageError(f"metadata cannot hold the text {text!r:.60}")
        lines = labels_text(self.labels).decode().splitlines()
        if not self.labels or lines != list(self.labels) or "" in (s.strip() for s in lines):
            raise UsageError(f"labels must be lines of text, one each, not {self.labels!r:.60}")
        if not 0 < self.input_size < 2**31:
            raise UsageError(f"an input of {self.input_size} pixels is none")
        for number in (self.threshold, self.novelty_threshold):
            if not (math.isfinite(number) and 0 <= number <= 1):
                raise UsageError(f"a threshold must be between 0 and 1, not {number}")

    @property
    def full_description(self) -> str:
        """With the precision and the notice."""
        return f"{self.description} Precision: {self.precision}. {self.notice}"


def licences(weights: str) -> str:
    """The licence of the weights, and the code's behind it."""
    return f"{weights}. {CODE_LICENCE}."


def labels_text(labels: tuple[str, ...]) -> bytes:
    """The associated file `labels.txt`: a label a line."""
    return "".join(f"{label}\n" for label in labels).encode("utf-8")


def described(graph: bytes, about: About) -> bytes:
    """The `.tflite` graph with TFLite Metadata inside; outputs and weights stay the same.

    To be called on what the converter gave, before the graph is opened, digested or appended
    to: `graph_sha256` covers the metadata. The same graph and `about` give the same bytes.
    Heads are written in the order of the subgraph's outputs, found by the signature's names.
    Raises `ModelError` where `graph` is no graph of ours or is described already.
    """
    writer = Writer()
    heads = [_head(writer, name, about) for name in output_names(graph)]
    film = _film(writer, about)
    files = [writer.file(name, text, kind) for name, text, kind in FILES]
    subgraph = writer.table(
        {
            SubGraphMetadata.INPUTS: writer.vector([film]),
            SubGraphMetadata.OUTPUTS: writer.vector(heads),
        }
    )
    model = writer.table(
        {
            ModelMetadata.NAME: writer.text(about.name),
            ModelMetadata.DESCRIPTION: writer.text(about.full_description),
            ModelMetadata.VERSION: writer.text(about.version),
            ModelMetadata.SUBGRAPHS: writer.vector([subgraph]),
            ModelMetadata.AUTHOR: writer.text(about.author),
            ModelMetadata.LICENCE: writer.text(licences(about.licence)),
            ModelMetadata.FILES: writer.vector(files),
            ModelMetadata.PARSER_VERSION: writer.text(PARSER_VERSION),
        }
    )
    return with_metadata(graph, writer.finished(model))


def _film(writer: Writer, about: About) -> int:
    """The input: RGB, S x S, taken as it is in every precision, so mean 0 and std 1."""
    size = writer.numbers({ImageSize.WIDTH: about.input_size, ImageSize.HEIGHT: about.input_size})
    image = writer.table(
        {ImageProperties.DEFAULT_SIZE: size}, {ImageProperties.COLOR_SPACE: ImageProperties.RGB}
    )
    normalization = writer.table(
        {Normalization.MEAN: writer.reals([0.0]), Normalization.STD: writer.reals([1.0])}
    )
    unit = writer.union(ProcessUnit.KIND, UnitKind.NORMALIZATION, normalization)
    text = "Chest film as raw gray levels 0-255, the same in all three channels; no rescaling."
    return writer.table(
        {
            TensorMetadata.NAME: writer.text("film"),
            TensorMetadata.DESCRIPTION: writer.text(text),
            TensorMetadata.CONTENT: writer.union(Content.KIND, ContentKind.IMAGE, image),
            TensorMetadata.PROCESS_UNITS: writer.vector([unit]),
            TensorMetadata.STATS: writer.stats(0.0, 255.0),
        }
    )


def _head(writer: Writer, name: str, about: About) -> int:
    """One output. Only the probabilities are classes: they alone have labels and a threshold."""
    texts = {
        "probabilities": f"Calibrated probability of each label: {', '.join(about.labels)}. "
        f"The answer is {about.labels[-1]} from {about.threshold:.6g} on.",
        "heatmap": "Grad-CAM of covid against normal, row by row, rectified, not normalised: "
        "what the network used, not where a disease is. No classes.",
        "novelty": "How unfamiliar the film is, 0 to 1; above "
        f"{about.novelty_threshold:.6g} the answer is not_recognised. No classes.",
    }
    offsets = {
        TensorMetadata.NAME: writer.text(name),
        TensorMetadata.DESCRIPTION: writer.text(texts.get(name, "")),
        TensorMetadata.CONTENT: writer.union(
            Content.KIND, ContentKind.FEATURE, writer.table({})
        ),
        TensorMetadata.STATS: writer.stats(0.0, None if name == "heatmap" else 1.0),
    }  # fmt: skip
    if name == "probabilities":
        threshold = writer.real(ScoreThresholding.THRESHOLD, about.threshold)
        unit = writer.union(ProcessUnit.KIND, UnitKind.SCORE_THRESHOLDING, threshold)
        labels = writer.file(LABELS_FILE, "A label a line", FileKind.TENSOR_AXIS_LABELS)
        offsets[TensorMetadata.PROCESS_UNITS] = writer.vector([unit])
        offsets[TensorMetadata.FILES] = writer.vector([labels])
    return writer.table(offsets)


def _utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True

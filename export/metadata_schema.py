"""Field numbers of the two FlatBuffer schemas that TFLite Metadata takes.

A FlatBuffer names nothing: a field is its number in the table, counted from 0 in the order of
the schema, and a union takes two (its type, then its value). Written out here, because the
classes that are generated from the schemas come in packages without wheels for today's Pythons.

Sources, both Apache-2.0: `metadata_schema.fbs` of tensorflow/tflite-support (file identifier
"M001", schema 1.5.0) and `tensorflow/lite/schema/schema.fbs` of tensorflow/tensorflow ("TFL3").
"""

from __future__ import annotations

__all__ = [
    "GRAPH_IDENTIFIER",
    "METADATA_IDENTIFIER",
    "METADATA_NAME",
    "AssociatedFile",
    "Buffer",
    "Content",
    "ContentKind",
    "FileKind",
    "ImageProperties",
    "ImageSize",
    "Metadata",
    "Model",
    "ModelMetadata",
    "Normalization",
    "ProcessUnit",
    "ScoreThresholding",
    "SignatureDef",
    "Stats",
    "SubGraph",
    "SubGraphMetadata",
    "TensorMap",
    "TensorMetadata",
    "UnitKind",
]

GRAPH_IDENTIFIER = b"TFL3"
METADATA_IDENTIFIER = b"M001"
METADATA_NAME = "TFLITE_METADATA"  # under which a graph lists the buffer that holds it


# tensorflow/lite/schema/schema.fbs


class Model:
    """The root of a graph."""

    (
        VERSION, OPERATOR_CODES, SUBGRAPHS, DESCRIPTION, BUFFERS, METADATA_BUFFER, METADATA,
        SIGNATURE_DEFS, EXTERNAL_BUFFER_GROUPS, EXTERNAL_BUFFERS,
    ) = range(10)  # fmt: skip


class SubGraph:
    """Operators and tensors; the first is the one that runs."""

    TENSORS, INPUTS, OUTPUTS = range(3)


class Buffer:
    """Bytes of a tensor or of a metadata entry."""

    DATA, OFFSET, SIZE = range(3)


class Metadata:
    """An entry: its name, and the number of its buffer."""

    NAME, BUFFER = range(2)


class SignatureDef:
    """Names for the inputs and outputs of a subgraph."""

    INPUTS, OUTPUTS = range(2)


class TensorMap:
    """One name of a signature."""

    NAME, TENSOR_INDEX = range(2)


# metadata_schema.fbs


class ModelMetadata:
    """The root of the metadata."""

    NAME, DESCRIPTION, VERSION, SUBGRAPHS, AUTHOR, LICENCE, FILES, PARSER_VERSION = range(8)


class SubGraphMetadata:
    """One entry for each input and output of the subgraph, in the subgraph's order."""

    NAME, DESCRIPTION, INPUTS, OUTPUTS, FILES = range(5)


class TensorMetadata:
    """What one input or output is."""

    NAME, DESCRIPTION, DIMENSIONS, CONTENT, PROCESS_UNITS, STATS, FILES = range(7)


class Content:
    """What kind of thing a tensor holds."""

    KIND, PROPERTIES, RANGE = range(3)


class ContentKind:
    """Members of the union `ContentProperties`."""

    FEATURE, IMAGE = 1, 2


class ImageProperties:
    """Of an input that is a picture; `RGB` is a color space."""

    COLOR_SPACE, DEFAULT_SIZE = range(2)
    RGB = 1


class ImageSize:
    """In pixels."""

    WIDTH, HEIGHT = range(2)


class ProcessUnit:
    """What is to be done before or after the graph."""

    KIND, OPTIONS = range(2)


class UnitKind:
    """Members of the union `ProcessUnitOptions`."""

    NORMALIZATION, SCORE_THRESHOLDING = 1, 3


class Normalization:
    """The graph takes (pixel - mean) / std."""

    MEAN, STD = range(2)


class ScoreThresholding:
    """Below it a label is not reported."""

    THRESHOLD = 0


class Stats:
    """The values that a tensor can hold."""

    MAX, MIN = range(2)


class AssociatedFile:
    """A file of the ZIP behind the graph."""

    NAME, DESCRIPTION, KIND = range(3)


class FileKind:
    """Of an associated file."""

    UNKNOWN, DESCRIPTIONS, TENSOR_AXIS_LABELS = range(3)

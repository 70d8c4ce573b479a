"""What an ONNX model says of itself in the places that the ONNX specification has for it.

Sources: the specification's pages IR (optional metadata), Versioning, TypeDenotation and
MetadataProps. The contract, which says more, stands in `metadata_props` beside it.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Any

import edge_runtime
from edge_runtime.container import CONTRACT
from edge_runtime.contract import Contract
from edge_runtime.errors import ModelError
from export.metadata import LABELS_FILE, About, labels_text, licences

__all__ = [
    "STANDARD",
    "OnnxMetadata",
    "check_onnx",
    "described_onnx",
    "read_onnx",
    "standard_props",
]

PRODUCER = "cxr-edge"
DOMAIN = "cxr-edge"  # the project has no domain name that could be reversed
DENOTATION = "IMAGE"
DIMENSIONS = ("DATA_BATCH", "DATA_FEATURE", "DATA_FEATURE", "DATA_CHANNEL")
AUTHOR, LICENCE = "model_author", "model_license"
IMAGE_PROPS = {
    "Image.BitmapPixelFormat": "Rgb8",
    "Image.ColorSpaceGamma": "SRGB",
    "Image.NominalPixelRange": "NominalRange_0_255",
}
STANDARD = frozenset({AUTHOR, LICENCE, *IMAGE_PROPS})


@dataclass(frozen=True)
class OnnxMetadata:
    """A model's standard fields; `props` are the standard keys of `metadata_props`."""

    producer: str
    producer_version: str
    domain: str
    model_version: int
    description: str
    input_denotation: str
    props: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


def described_onnx(model: bytes, about: About) -> bytes:
    """The model with producer, version, domain, notice and what its input is.

    To be called on what `to_onnx` gave, before it is opened or digested: `graph_sha256` covers
    all of it. The same model and `about` give the same bytes.
    """
    import onnx

    proto = onnx.load_from_string(model)
    proto.producer_name, proto.producer_version = PRODUCER, edge_runtime.__version__
    proto.domain = DOMAIN
    proto.model_version = _version_number(about.version)
    proto.doc_string = f"{about.name} {about.version}. {about.full_description}"
    film = proto.graph.input[0].type
    film.denotation = DENOTATION
    for dimension, denotation in zip(film.tensor_type.shape.dim, DIMENSIONS, strict=True):
        dimension.denotation = denotation
    return bytes(proto.SerializeToString(deterministic=True))


def standard_props(files: dict[str, bytes]) -> dict[str, str]:
    """Standard keys of `metadata_props` beside the associated `files`, from their contract."""
    if CONTRACT not in files:
        return {}
    contract = json.loads(files[CONTRACT])
    said = {AUTHOR: contract.get("author"), LICENCE: contract.get("licence")}
    texts = {key: value for key, value in said.items() if isinstance(value, str)}
    if LICENCE in texts:
        texts[LICENCE] = licences(texts[LICENCE])
    return {**texts, **IMAGE_PROPS}


def read_onnx(data: bytes) -> OnnxMetadata:
    """The standard fields of an ONNX file; raises `ModelError` where it is none."""
    import onnx

    try:
        proto = onnx.load_from_string(data)
        denotation = proto.graph.input[0].type.denotation
    except Exception as error:  # protobuf's DecodeError is a class of its C++ part
        raise ModelError(f"not an ONNX model: {error}") from error
    return OnnxMetadata(
        producer=proto.producer_name,
        producer_version=proto.producer_version,
        domain=proto.domain,
        model_version=proto.model_version,
        description=proto.doc_string,
        input_denotation=denotation,
        props={one.key: one.value for one in proto.metadata_props if one.key in STANDARD},
    )


def check_onnx(metadata: OnnxMetadata, contract: Contract, files: dict[str, bytes]) -> None:
    """The standard fields say what the contract says; raises `ModelError`, naming what differs."""
    expected = {AUTHOR: contract.author, LICENCE: licences(contract.licence), **IMAGE_PROPS}
    pairs: dict[str, tuple[object, object]] = {
        "producer": ((metadata.producer, metadata.domain), (PRODUCER, DOMAIN)),
        "version": (metadata.model_version, _version_number(contract.version)),
        "input": (metadata.input_denotation, DENOTATION),
        "labels": (files.get(LABELS_FILE), labels_text(contract.labels)),
        **{key: (metadata.props.get(key), value) for key, value in expected.items()},
    }
    for what, (said, agreed) in pairs.items():
        if said != agreed:
            raise ModelError(
                f"the model's metadata says {what} {said}, its contract {agreed}; export it again"
            )
    opening = f"{contract.name} {contract.version}. "
    if not metadata.description.startswith(opening) or contract.notice not in metadata.description:
        raise ModelError("the model's doc_string lacks its name or the notice; export it again")


def _version_number(version: str) -> int:
    """A version as the specification packs it: two bytes major, two minor, four patch.

    A plain number stays one, and what is no version of numbers is 0.
    """
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9}){0,2}", version):
        return 0
    major, *rest = (int(part) for part in version.split("."))
    if not rest:
        return major
    minor, patch = (*rest, 0)[:2]
    return major << 48 | minor << 32 | patch if major < 2**15 and minor < 2**16 else 0

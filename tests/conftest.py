"""What tests of every package share: small real model files, made once a session.

A test that needs what is not there calls `pytest.skip` with the reason; in CI the
conftest above this folder turns every skip into a failure.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests import tiny

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

__all__ = ["tiny_float_model", "tiny_graphs", "tiny_model"]


@pytest.fixture(scope="session")
def tiny_graphs() -> dict[str, bytes]:
    """Bare `.tflite` graphs by precision: "int8" and "float32"."""
    model = tiny.keras_model()
    return {precision: tiny.convert(model, precision) for precision in ("int8", "float32")}


def _written(graphs: dict[str, bytes], precision: str, folder: Path) -> Path:
    path = folder / f"tiny-{precision}.tflite"
    path.write_bytes(tiny.model_file(graphs[precision], precision))
    return path


@pytest.fixture(scope="session")
def tiny_model(tiny_graphs: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An int8 model file (S = 64, heat map 4 x 4) with contract and golden inputs."""
    return _written(tiny_graphs, "int8", tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def tiny_float_model(
    tiny_graphs: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same network in float32."""
    return _written(tiny_graphs, "float32", tmp_path_factory.mktemp("tiny"))

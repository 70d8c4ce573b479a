"""The module `tensorflow`, as the converter needs it."""

from __future__ import annotations

import os
from typing import Any

from edge_runtime.errors import UsageError
from workshop.quiet import import_keras_quietly

__all__ = ["tensorflow"]


def tensorflow() -> Any:
    """The module `tensorflow`, imported without its start-up log, CPU only.

    Raises `UsageError` where Keras was told to use another backend: the converter reads
    TensorFlow's graphs alone.
    """
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # a GPU would change low bits
    import_keras_quietly()
    import keras

    if keras.backend.backend() != "tensorflow":
        raise UsageError("export needs Keras on TensorFlow: unset KERAS_BACKEND and run it again")
    import tensorflow as module

    return module

"""TensorFlow and its converter, kept from talking on stdout, which is for data."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator
from typing import Any

from edge_runtime.errors import UsageError

__all__ = ["converter_silenced", "tensorflow"]


def tensorflow() -> Any:
    """The module `tensorflow`, imported without its start-up log, CPU only.

    Raises `UsageError` where Keras was told to use another backend: the converter reads
    TensorFlow's graphs alone.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # a GPU would change low bits
    with converter_silenced():
        import keras
        import tensorflow as module
    if keras.backend.backend() != "tensorflow":
        raise UsageError("export needs Keras on TensorFlow: unset KERAS_BACKEND and run it again")
    return module


@contextlib.contextmanager
def converter_silenced() -> Iterator[None]:
    """Nothing reaches file descriptors 1 and 2, no warning is shown.

    The converter prints every variable of a network from Python and more from C++; what
    goes wrong comes back as an exception.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    saved = [os.dup(1), os.dup(2)]
    try:
        with open(os.devnull, "w") as nowhere, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
            with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
                yield
    finally:
        for number, descriptor in enumerate(saved, start=1):
            os.dup2(descriptor, number)
            os.close(descriptor)

"""TensorFlow and its converter, kept from talking where results and errors go."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Iterator

__all__ = ["import_keras_quietly", "silenced"]


def import_keras_quietly() -> None:
    """Import Keras and its backend without their start-up log.

    TensorFlow's C++ talks of processors on stderr before any logging can be set up, so
    that a one-line error would not be one line. What goes wrong still raises.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with silenced():
        import keras  # noqa: F401
    # TensorFlow's logger was born with the silenced stream, which is closed by now; what it
    # has to say of retracing concerns nobody who trains several networks in one process.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


@contextlib.contextmanager
def silenced() -> Iterator[None]:
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

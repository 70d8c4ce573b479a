"""LiteRT's C library, found inside its wheel and bound through ctypes."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

from edge_runtime.errors import InterpreterError
from edge_runtime.interpreters import wheel_version
from edge_runtime.native_messages import native_messages

__all__ = ["VERSIONS", "Handles", "PerTensor", "RankedType", "find"]

# A wrong call can end the process, and the API changes: those that the tests have run.
VERSIONS = ("2.1.6", "2.2.0", "2.3.0")
PACKAGE = "ai_edge_litert"
LIBRARY = "libLiteRt.so"


def find() -> tuple[str, str]:
    """The library's path and version, without importing anything of the wheel.

    Raises `InterpreterError` where there is none, or none of a version that was tried.
    """
    if sys.platform != "linux" or sys.maxsize <= 2**32:
        raise InterpreterError("LiteRT's C API is used on 64-bit Linux alone")
    if PACKAGE in sys.modules and sys.modules[PACKAGE] is None:
        raise InterpreterError(f"the import of {PACKAGE} is blocked")
    for folder in sys.path:
        library = os.path.join(folder, PACKAGE, LIBRARY)
        if not os.path.isfile(library):
            continue
        version = wheel_version(folder, PACKAGE)
        if version in VERSIONS:
            return library, version
        known = ", ".join(VERSIONS)
        raise InterpreterError(f"LiteRT's C API was tried in {known}; another one is installed")
    raise InterpreterError("no ai-edge-litert with the C API is installed")


class Layout(ctypes.Structure):
    """Rank and dimensions, as the library lays them out."""

    _fields_ = (
        ("rank", ctypes.c_uint, 7),
        ("has_strides", ctypes.c_bool, 1),
        ("dimensions", ctypes.c_int32 * 8),
        ("strides", ctypes.c_uint32 * 8),
    )


class RankedType(ctypes.Structure):
    """A tensor's element type, by TFLite's numbers, and shape."""

    _fields_ = (("element_type", ctypes.c_int), ("layout", Layout))

    def shape(self) -> list[int]:
        """The dimensions as a list."""
        return list(self.layout.dimensions[: self.layout.rank])


class PerTensor(ctypes.Structure):
    """A tensor's quantization: value = scale * (number - zero_point)."""

    _fields_ = (("scale", ctypes.c_float), ("zero_point", ctypes.c_int64))


class Handles:
    """The library, and what it gave; all is given back together, last first."""

    def __init__(self, path: str) -> None:
        try:
            self.library = ctypes.CDLL(path)
        except OSError as error:
            raise InterpreterError(f"LiteRT's C API does not load: {error}") from error
        self.process = os.getpid()
        self.held: list[tuple[str, ctypes.c_void_p]] = []  # destroyer, what it destroys

    def call(self, name: str, *arguments: Any) -> None:
        """Call a function by its name without the prefix; raises `InterpreterError`.

        Plain integers go as C's int, so that sizes and indices must come as `c_size_t`.
        """
        try:
            status = getattr(self.library, f"LiteRt{name}")(*arguments)
        except AttributeError as error:
            raise InterpreterError(f"LiteRt{name} is not in LiteRT's library") from error
        if status:
            raise InterpreterError(f"LiteRt{name} gave status {status}")

    def get(self, name: str, *arguments: Any) -> ctypes.c_void_p:
        """The handle that a function gives through its last argument."""
        found = ctypes.c_void_p()
        self.call(name, *arguments, ctypes.byref(found))
        return found

    def create(self, kind: str, name: str, *arguments: Any) -> ctypes.c_void_p:
        """As `get`, of a thing that is ours to give back."""
        made = self.get(name, *arguments)
        self.held.append((f"LiteRtDestroy{kind}", made))
        return made

    def count(self, name: str, owner: ctypes.c_void_p) -> int:
        """A number that a function gives through its last argument."""
        found = ctypes.c_size_t()
        self.call(name, owner, ctypes.byref(found))
        return found.value

    def text(self, name: str, *arguments: Any) -> str:
        """A name that a function gives through its last argument."""
        found = ctypes.c_char_p()
        self.call(name, *arguments, ctypes.byref(found))
        return (found.value or b"").decode(errors="replace")

    def close(self) -> None:
        """Give everything back; in a forked child nothing, whose threads are not there to end."""
        held, self.held = self.held, []
        if not held or self.process != os.getpid():
            return
        with native_messages():
            for destroy, made in reversed(held):
                function = getattr(self.library, destroy)
                function.restype = None
                function(made)

    def __del__(self) -> None:
        # At the end of the process the system takes all back, sooner than we could.
        if getattr(self, "held", None) and not sys.is_finalizing():
            self.close()

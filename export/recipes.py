"""The files of an export, each a named recipe: another one is another line of `RECIPES`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge_runtime.errors import UsageError
from export.convert import to_dynamic, to_float16, to_float32, to_int8, to_int16
from export.novelty_int8 import fit_novelty
from export.novelty_statistics import NoveltyStatistics
from export.onnx_file import to_onnx
from export.onnx_unsigned import unsigned
from export.ranges import input_quantization

__all__ = ["RECIPES", "Recipe", "Sources", "named"]


@dataclass
class Sources:
    """What recipes make graphs of; `made` holds the graphs of the recipes before."""

    student: Path  # SavedModel
    representative: npt.NDArray[np.uint8]  # [n, S, S], ranges come from these
    novelty: NoveltyStatistics
    made: dict[str, bytes] = field(default_factory=dict)

    def graph(self, name: str) -> bytes:
        """The graph of a recipe, made now if need be."""
        if name not in self.made:
            self.made[name] = named(name).make(self)
        return self.made[name]


@dataclass(frozen=True)
class Recipe:
    """A file by name: its precision (which bounds it has to keep) and how its graph is made."""

    name: str
    file: str
    precision: str
    make: Callable[[Sources], bytes]


def _int8(sources: Sources) -> bytes:
    graph = to_int8(sources.student, sources.representative)
    graph = fit_novelty(graph, sources.graph("float32"), sources.novelty, sources.representative)
    input_quantization(graph)
    return graph


RECIPES = (
    Recipe("int8", "student-int8.tflite", "int8", _int8),
    Recipe("float32", "student-float32.tflite", "float32", lambda s: to_float32(s.student)),
    Recipe("float16", "student-float16.tflite", "float16", lambda s: to_float16(s.student)),
    Recipe("dynamic", "student-dynamic.tflite", "dynamic", lambda s: to_dynamic(s.student)),
    Recipe(
        "int16x8", "student-int16x8.tflite", "int16x8",
        lambda s: to_int16(s.student, s.representative),
    ),
    Recipe("onnx", "student-float32.onnx", "float32", lambda s: to_onnx(s.graph("float32"))),
    Recipe("onnx-int8", "student-int8.onnx", "int8", lambda s: to_onnx(s.graph("int8"))),
    Recipe(
        "onnx-int8-x86", "student-int8-x86.onnx", "int8",
        lambda s: unsigned(s.graph("onnx-int8")),
    ),
)  # fmt: skip


def named(name: str) -> Recipe:
    """A recipe; raises `UsageError` for a name that there is not."""
    for recipe in RECIPES:
        if recipe.name == name:
            return recipe
    known = ", ".join(recipe.name for recipe in RECIPES)
    raise UsageError(f"there is no recipe {name!r}; there are {known}")

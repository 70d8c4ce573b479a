"""The C program under the sanitizers, with LiteRT's library and without."""

from __future__ import annotations

import pytest

from tests.examples.c_program import SANITIZED, Program, compiled, native_library

__all__ = ["bare", "program"]


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program under the sanitizers (it ends by _exit, so leaks are not looked for)."""
    return Program(compiled("gcc", tmp_path_factory.mktemp("asan") / "edge_infer", *SANITIZED))


@pytest.fixture(scope="session")
def program(bare: Program) -> Program:
    """The same with LiteRT's library."""
    return Program(bare.path, library=native_library())

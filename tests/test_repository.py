"""Rules of the repository itself: sizes, words, imports, scripts."""

from __future__ import annotations

import ast
import functools
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MEGABYTE = 1_000_000

# Which of our packages each of them may import.
ARROWS = {
    "edge_runtime": {"edge_runtime"},
    "workshop": {"workshop", "edge_runtime"},
    "training": {"training", "workshop", "edge_runtime"},
    "export": {"export", "workshop", "edge_runtime"},
    "benchmarks": {"benchmarks", "workshop", "edge_runtime"},
    # Its tests run TensorFlow Lite's library on the C library that export has for it.
    "android_demo": {"android_demo", "export", "workshop", "edge_runtime"},
}
# A path of somebody's machine, or the address of a package registry.
MACHINE = re.compile(r"(?<![\w.~}-])/(?:work|root|home|Users)/\w")
REGISTRY = re.compile(
    r"pypi\.(?:org|python)|pythonhosted|registry\.npmjs|crates\.io|repo1?\.maven|proxy\.golang"
)


@functools.cache
def tracked() -> tuple[Path, ...]:
    """Files that are in the repository, or would be with the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    paths = (ROOT / name for name in listed.split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


def texts() -> list[tuple[str, str]]:
    """(path, content) of every tracked text file but this one."""
    found = []
    for path in tracked():
        data = path.read_bytes()
        if path != Path(__file__) and b"\0" not in data:
            found.append((path.relative_to(ROOT).as_posix(), data.decode("utf-8", "replace")))
    return found


def test_files_are_short() -> None:
    code = {".py", ".sh", ".toml", ".cfg", ".md", ""}
    free = ("tests/", "requirements/", "LICENSE")
    long = {
        name: count
        for name, text in texts()
        if Path(name).suffix in code
        if (count := text.count("\n")) > (300 if name.startswith(free) else 250)
    }
    assert not long


def test_no_machine_is_named() -> None:
    lines = [
        f"{name}: {line.strip()[:100]}"
        for name, text in texts()
        for line in text.splitlines()
        if MACHINE.search(line) or REGISTRY.search(line)
    ]
    assert not lines


def test_films_are_given_not_assumed() -> None:
    # The one place that may know where CI keeps real films.
    places = {name for name, text in texts() if "shared/cxr" in text}
    assert places <= {".ci/run"}


def test_nothing_is_large() -> None:
    assert not [path for path in tracked() if path.stat().st_size > 4 * MEGABYTE]


def imports(source: str) -> set[str]:
    """The top-level packages that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("package", sorted(ARROWS))
def test_imports_point_one_way(package: str) -> None:
    modules = [path for path in tracked() if (ROOT / package) in path.parents]
    wrong = {
        path.relative_to(ROOT).as_posix(): sorted(bad)
        for path in modules
        if path.suffix == ".py"
        if (bad := (imports(path.read_text("utf-8")) & {*ARROWS, "tests"}) - ARROWS[package])
    }
    assert not wrong


def test_imports_inside_functions_are_seen() -> None:
    assert imports("def f():\n    from training.run import train\n    import os.path") == {
        "training",
        "os",
    }


def scripts() -> list[Path]:
    return sorted(path for path in (ROOT / "scripts").iterdir() if path.is_file())


@pytest.mark.parametrize("script", scripts(), ids=lambda path: path.name)
def test_script_is_sound(script: Path) -> None:
    if script.suffix == ".sh":  # sourced by the others
        assert not os.access(script, os.X_OK)
    else:
        assert os.access(script, os.X_OK)
        assert script.read_text("utf-8").startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", script], check=True)


def test_ci_script_is_sound() -> None:
    assert os.access(ROOT / ".ci/run", os.X_OK)
    subprocess.run(["bash", "-n", ROOT / ".ci/run"], check=True)

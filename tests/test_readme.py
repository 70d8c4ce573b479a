"""Every command that the README shows is there, with the options that it shows."""

from __future__ import annotations

import functools
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_FENCE = re.compile(r"^```(sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`((?:python -m (?!pip)|scripts/|edge-infer |\.ci/)[^`]*)`")


def commands() -> list[str]:
    """Commands of the README and of CONTRIBUTING.md, fenced or inline, each once."""
    found = []
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text("utf-8")
        for kind, body in _FENCE.findall(text):
            lines = [line for line in body.splitlines() if line.strip()]
            if kind == "console":
                lines = [line[2:] for line in lines if line.startswith("$ ")]
            found += [part.strip() for line in lines for part in line.split("#")[0].split("|")]
        found += _INLINE.findall(_FENCE.sub("", text))
    return list(dict.fromkeys(found))


@functools.cache
def help_of(*command: str) -> str:
    plain = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    done = subprocess.run(
        [sys.executable, "-m", *command, "--help"],
        cwd=ROOT, capture_output=True, text=True, env=plain,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-300:]
    return done.stdout


def test_commands_are_found() -> None:
    assert {"scripts/demo", "scripts/test", "scripts/refresh"} <= {
        command.split()[0] for command in commands()
    }
    assert any(command.startswith("python -m training run") for command in commands())


@pytest.mark.parametrize("command", commands())
def test_shown_command_exists(command: str) -> None:
    words = shlex.split(command)
    flags = [word for word in words if word.startswith("--") and word != "--help"]
    if words[0].startswith(("scripts/", ".ci/")):
        assert os.access(ROOT / words[0], os.X_OK)
    elif words[:2] == ["python", "-m"] and words[2] == "json.tool":
        pass
    elif words[:2] == ["python", "-m"]:
        page = help_of(*words[2:4])
        assert not [flag for flag in flags if flag not in page]
    else:
        assert words[0] == "edge-infer", f"nothing here is called {words[0]}"
        page = help_of("edge_runtime")
        assert not [flag for flag in flags if flag not in page]

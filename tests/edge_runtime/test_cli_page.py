"""docs/edge-infer.md and the shells' completions know the options that there are."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.cli import DEFAULTS
from edge_runtime.options import SHELLS, parser
from tests.edge_runtime.commands import draw, named, run
from tests.environments import ROOT

PAGE = (ROOT / "docs/edge-infer.md").read_text("utf-8")
OPTIONS = {name for action in parser()._actions for name in action.option_strings}


def first_cells(heading: str) -> str:
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [re.split(r"(?<!\\)\|", line)[1] for line in section.splitlines() if line[:1] == "|"]
    return " ".join(rows)


def test_films_alone_ask_for_what_the_parser_would_make_of_them() -> None:
    assert vars(parser().parse_args(["a.png", "-"])) == {**DEFAULTS, "films": ["a.png", "-"]}


def test_the_page_has_every_option_and_no_other() -> None:
    assert set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", first_cells("Options"))) == OPTIONS


def test_the_page_has_every_exit_status() -> None:
    said = set(re.findall(r"\d+", first_cells("Exit status")))
    help_text = parser().format_help().partition("exit status:")[2]
    assert said == set(re.findall(r"\b\d\b", help_text)) | {"130"}


def script(shell: str) -> str:
    status, out, err = run("--completion", shell)
    assert (status, err) == (0, b"")
    return out.decode("ascii")


@pytest.mark.parametrize("shell", SHELLS)
def test_completions_have_every_option(shell: str) -> None:
    text = script(shell)
    if shell == "fish":
        text = re.sub(r" -l ", " --", re.sub(r" -s ", " -", text))
    assert all(re.search(rf"(?<![\w-]){name}(?![\w-])", text) for name in OPTIONS)


def complete(text: str, *words: str, folder: Path) -> list[str]:
    """What bash offers for the last word of a command line."""
    bash = shutil.which("bash")
    assert bash, "CI and every workshop have bash"
    call = (
        f'{text}\nCOMP_WORDS=(edge-infer "$@"); COMP_CWORD=$#; _edge_infer\n'
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        [bash, "-c", call, "bash", *words], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_completes(tmp_path: Path) -> None:
    text = script("bash")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "film.png").touch()
    assert complete(text, "--th", folder=tmp_path) == ["--threshold", "--threads"]
    assert complete(text, "--completion", "z", folder=tmp_path) == ["zsh"]
    assert complete(text, "--explain", "", folder=tmp_path) == ["pictures"]
    assert complete(text, "f", folder=tmp_path) == []  # left to bash: files


def test_a_benchmark_is_the_probe_s_record(tiny_model: Path) -> None:
    status, out, err = run("--model", tiny_model, "--benchmark", "3", "--threads", "2")
    assert (status, err) == (0, b"")
    record = BenchmarkRecord.from_json(out.decode())
    assert record.times and len(record.times.steady_ms) == 3 and record.runtime["threads"] == 2
    assert record.model["name"] == json.loads(out)["model"]["name"] == "tiny-int8"


def test_a_benchmark_takes_no_film() -> None:
    status, out, err = run("--benchmark", "3", "film.png")
    assert (status, out) == (2, b"") and b"--benchmark takes no film" in err


@pytest.mark.parametrize("count", ["0", "-1", "many", "1" * 400])
def test_a_benchmark_of_no_number(count: str) -> None:
    status, out, err = run(f"--benchmark={count}")
    assert (status, out, err.count(b"\n")) == (2, b"", 1)


def test_words_that_ask_only_import_only_that(tmp_path: Path) -> None:
    (film,) = draw(tmp_path, 1)
    program = (
        "import sys; from edge_runtime.cli import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit: pass\n"
        "print(*(n for n in ('PIL', 'numpy', 'edge_runtime.archive', 'edge_runtime.explain',"
        " 'edge_runtime.resume', 'edge_runtime.progress', 'edge_runtime.completion', 'glob',"
        " 'multiprocessing', 'concurrent.futures', 'edge_runtime.model') if n in sys.modules),"
        " file=sys.stderr)"
    )

    def found(*words: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", program, *words],
            capture_output=True, text=True, cwd=ROOT, check=True,
        )  # fmt: skip
        return done.stderr.splitlines()[-1].split()

    assert found("--help") == found("--version") == []
    assert found("--completion", "bash") == ["edge_runtime.completion"]
    assert not set(found("--json", str(film))) - {"PIL", "numpy", "edge_runtime.model"}


def test_the_other_examples_of_the_page_run(tmp_path: Path) -> None:
    """Those that no session has (tests/test_sessions.py replays these): Python, and completions."""
    rest = re.sub(r"<!-- refresh:.*?<!-- /refresh:[a-z-]+ -->", "", PAGE, flags=re.DOTALL)
    found = re.findall(r"^```(\w+)\n(.*?)^```", rest, re.MULTILINE | re.DOTALL)
    assert sorted(kind for kind, _ in found) == ["console", "python"]
    for kind, body in found:
        if kind == "python":
            names: dict[str, str] = {}
            exec(body, names)
            assert json.loads(names["schema"])["oneOf"]
            continue
        tools = tmp_path / "edge-infer"
        tools.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m edge_runtime "$@"\n')
        tools.chmod(0o755)
        for line in body.splitlines():
            subprocess.run(
                ["sh", "-ec", line.removeprefix("$ ")], check=True, cwd=ROOT,
                env={**os.environ, "HOME": str(tmp_path), "PATH": f"{tmp_path}:{os.defpath}"},
            )  # fmt: skip
        written = [path.read_text() for path in tmp_path.rglob("*edge-infer*") if path != tools]
        assert len(written) == 3
        assert all("--threshold" in text or "-l threshold" in text for text in written)


def test_films_after_two_hyphens_anywhere(tiny_model: Path, tmp_path: Path) -> None:
    (one,) = draw(tmp_path, 1)
    odd = tmp_path / "--json"
    odd.write_bytes(one.read_bytes())
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for words, films in (
        ((one.name, "--json", "--", one.name), [one.name] * 2),
        (("--json", "--", "--json", one.name), ["--json", one.name]),
        ((one.name, "--json", one.name, "--"), [one.name] * 2),
        (("--json", "--", one.name, "--"), [one.name, "--"]),
    ):
        status, out, err = run("--model", tiny_model, *words, cwd=tmp_path, env=environment)
        assert (status, err) == (int("--" in films), b"") and named(out) == films
    assert b"expected one argument" in run("--explain", "--", one)[2]


@pytest.mark.parametrize("words", [
    ("--threads", "9" * 5000), ("--threads", "0" * 5000), ("--threads", "\u0663"),
    ("--threads", "\u00b2"), ("--workers", "257"), ("--benchmark", "00000000199999999"),
    ("--benchmark", "1000001"), ("--threshold", "0." + "\u0663"), ("--threshold", "0_1"),
    ("--threshold", "9" * 5000), ("--completion", "z" * 5000), ("--" + "z" * 5000,),
    ("--explain", ""), ("--resume", ""),
])  # fmt: skip
def test_values_that_are_none(words: tuple[str, ...]) -> None:
    status, out, err = run(*words)
    assert (status, out, err.count(b"\n")) == (2, b"", 1) and len(err) < 300
    assert words[0][:40].encode() in err and err.endswith(b"see edge-infer --help\n")


def test_values_that_may_be_written_so(tiny_model: Path, tmp_path: Path) -> None:
    (one,) = draw(tmp_path, 1)
    words = ("--model", tiny_model, "--threads", "0" * 5000 + "2", "--threshold=-0", one)
    status, out, err = run("--json", *words)
    assert (status, err) == (0, b"") and b"-0.0" not in out
    assert json.loads(out)["runtime"]["threads"] == 2
    assert b"threshold 0.000)" in run(*words)[1]

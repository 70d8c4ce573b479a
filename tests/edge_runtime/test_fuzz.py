"""Damaged files of every kind end as a result or as one of our errors, in one line."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime import cli
from tests.edge_runtime import fuzz
from tests.edge_runtime.fuzzing import TARGETS, damaged, seeds, survives

ROOT = Path(__file__).parents[2]
WORD = st.integers(0, 2**32 - 1)
EDITS = st.lists(st.tuples(WORD, WORD, WORD), min_size=1, max_size=6)


@pytest.mark.parametrize("target", sorted(TARGETS))
@settings(max_examples=150)
@given(data=st.data(), edits=EDITS, sums=st.booleans())
def test_a_damaged_file_ends_well(
    target: str, data: st.DataObject, edits: list[tuple[int, int, int]], sums: bool
) -> None:
    files = seeds(target)
    name = data.draw(st.sampled_from(sorted(files)))
    last = [(8, 0, 0)] if sums else []
    survives(target, damaged(files[name], [*edits, *last], list(files.values())))


@pytest.mark.parametrize("target", sorted(TARGETS))
@given(data=st.binary(max_size=400))
def test_any_bytes_end_well(target: str, data: bytes) -> None:
    survives(target, data)


@pytest.mark.parametrize("name", sorted(seeds("film")))
def test_a_film_cut_anywhere_ends_well(name: str) -> None:
    whole = seeds("film")[name]
    for length in {*range(0, min(len(whole), 200), 7), *range(0, len(whole), len(whole) // 24 + 1)}:
        survives("film", whole[:length])


OPTIONS = ["--json", "--threads", "--threshold", "--model", "--info", "--"]
VALUES = st.one_of(
    st.sampled_from(["0", "1", "-1", "nan", "inf", "1e999", "9" * 5000, "²", "", ".", "\0"]),
    st.text(max_size=12),
    st.integers().map(str),
).filter(lambda text: not text.startswith(("-", "/")) and ".." not in text)


@settings(max_examples=80)
@given(st.lists(st.sampled_from(OPTIONS) | VALUES, max_size=5))
def test_any_arguments_end_in_an_exit_status(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory() as empty, contextlib.chdir(empty):
        try:
            status = cli.main(arguments)
        except SystemExit as ended:
            status = int(str(ended.code))
    assert status in (0, 1, 2, 3, 4)


def test_the_fuzzer_sees_what_ends_its_child(tmp_path: Path) -> None:
    """A crash, an exception and a clean run, each in a real child process."""
    assert fuzz.case(5) == fuzz.case(5) != fuzz.case(6)
    for broken, says in (
        ("os.kill(os.getpid(), signal.SIGSEGV)", "crashed with status -11"),
        ("raise KeyError('x')", "raised .*KeyError"),
        ("None", "0 found"),
    ):
        code = f"""if True:
            import os, pathlib, signal, sys
            from tests.edge_runtime import fuzz, fuzzing
            def worse(data):
                {broken}
            if "--child" in sys.argv:
                fuzzing.TARGETS["archive"] = worse
            fuzz.COMMAND = [sys.executable, sys.argv[0]]
            sys.exit(fuzz.main())
        """
        script = tmp_path / "script.py"
        script.write_text(code)
        done = subprocess.run(
            [sys.executable, script, "--seconds", ".1", "--seed", "3", "--target", "archive",
             "--save", tmp_path / "found"],
            cwd=ROOT, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert re.search(says, done.stdout), done.stderr
        assert done.returncode == ("found:" in done.stdout)
    assert list((tmp_path / "found").iterdir())

"""Model files in the Android library of TensorFlow Lite 2.16.1, run without a phone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge_runtime import container
from edge_runtime.errors import EdgeError, GateError, InterpreterError, ModelError
from edge_runtime.model import BUNDLED, Model, model_path
from export.android import library as library_module
from export.android.check import AndroidResult, check_file, outputs
from export.android.library import ABIS, Library, build
from export.operators import operator_names
from export.run import FLOAT, INT8
from tests import tiny
from tests.environments import ROOT

FILE = model_path()


def built(abi: str) -> Library:
    try:
        return build(abi)
    except InterpreterError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def phone() -> Library:
    return built("arm64-v8a")


def test_the_bundled_file_answers_as_in_litert(phone: Library) -> None:
    xnnpack, plain = check_file(FILE, phone)
    assert [one.name for one in xnnpack.golden] == ["between", "ordinary", "refused"]
    assert all(one.passed for one in (*xnnpack.golden, *plain.golden))
    assert (xnnpack.mode, plain.mode) == ("xnnpack", "plain")
    # Integers: nothing may be off. And it was XNNPACK that ran nearly all of it.
    assert {one.difference for one in xnnpack.golden} == {0.0}
    assert {one.tolerance for one in xnnpack.golden} == {0.0}
    assert xnnpack.delegated > 0.9 * xnnpack.nodes > 0 and plain.delegated == 0


def test_both_processors_libraries_are_the_same_function(phone: Library) -> None:
    contract = Model.open(FILE, check=False).contract
    films = [bytes([level]) * contract.input_size**2 for level in (0, 90, 255)]
    found = [
        outputs(FILE, contract, films, "xnnpack", library) for library in (phone, built("x86_64"))
    ]
    assert found[0] == found[1]
    assert len({one["probabilities"] for one in found[0][0]}) > 1


@pytest.mark.parametrize("name", [INT8, FLOAT])
def test_exported_files_answer_too(phone: Library, exported: Path, name: str) -> None:
    results = check_file(exported / name, phone)
    assert all(one.passed for result in results for one in result.golden)
    assert [len(result.golden) for result in results] == [3, 3]


def test_films_reach_the_graph_in_their_places(phone: Library, tiny_float_model: Path) -> None:
    """Gray by gray and film by film: a picture with a gradient, in the float32 file."""
    model = Model.open(tiny_float_model)
    films = [tiny.film(level, seed=level).tobytes() for level in (60, 131, 200)]
    films.append(films[0][::-1])
    answers, _, _ = outputs(tiny_float_model, model.contract, films, "plain", phone)
    for film, answer in zip(films, answers, strict=True):
        expected = model.interpreter.run(film)
        for name, values in expected.items():
            assert answer[name] == pytest.approx(values, abs=1e-4)
    assert answers[0] != answers[3]


def test_an_operator_that_it_lacks_is_named(phone: Library, tmp_path: Path) -> None:
    """An int8 SQRT: LiteRT has it, 2.16.1 has not."""
    import keras

    plain = tiny.keras_model()
    rooted: dict[str, Any] = {**plain.output, "novelty": keras.ops.sqrt(plain.output["novelty"])}
    graph = tiny.convert(keras.Model(plain.input, rooted), "int8")
    assert "SQRT" in operator_names(graph)
    file = tmp_path / "sqrt.tflite"
    file.write_bytes(tiny.model_file(graph, "int8"))
    assert Model.open(file, check=False).self_test()[0].passed
    with pytest.raises(ModelError, match=r"2\.16\.1 .*xnnpack.*'SQRT' version '2'") as caught:
        check_file(file, phone)
    assert "\n" not in str(caught.value)


def test_one_wrong_weight_is_an_output_that_differs(phone: Library, tmp_path: Path) -> None:
    """One weight of the last layer but the sigmoid; the digest is made right again."""
    from ai_edge_litert import schema_py_generated as schema

    graph, files = container.split(FILE.read_bytes())
    data = bytearray(graph)
    model = schema.Model.GetRootAs(data, 0)
    subgraph = model.Subgraphs(0)
    at = operator_names(graph).index("LOGISTIC") - 1
    tensor = subgraph.Tensors(subgraph.Operators(at).Inputs(1))
    table = model.Buffers(tensor.Buffer())._tab
    first, count = table.Vector(table.Offset(4)), table.VectorLen(table.Offset(4))
    contract = json.loads(files[container.CONTRACT])
    broken = tmp_path / "broken.tflite"
    for place in range(first, first + count):  # of a hidden unit that a golden input opens
        spoiled = bytearray(data)
        spoiled[place] ^= 0x40
        contract["graph_sha256"] = container.sha256(bytes(spoiled))
        files[container.CONTRACT] = json.dumps(contract).encode()
        broken.write_bytes(container.append(bytes(spoiled), files))
        with Model.open(broken, check=False) as other:
            if not all(one.passed for one in other.self_test()):
                break
    with pytest.raises(GateError, match=r"arm64.*golden input '\w+': \w+ is .* off"):
        check_file(broken, phone)


def test_tolerance_follows_who_computes(
    phone: Library, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """XNNPACK is held to LiteRT's tolerance; what it does not compute alike, to the others'."""

    def tolerances(results: list[AndroidResult]) -> list[float]:
        return [result.golden[0].tolerance for result in results]

    strict, loose = (tiny.TOLERANCE["int8"][key].novelty for key in ("litert_xnnpack", "other"))
    assert tolerances(check_file(tiny_model, phone)) == [strict, loose]
    monkeypatch.setattr("export.android.check.PORTABLE", ())
    assert tolerances(check_file(tiny_model, phone)) == [loose, loose]


def test_a_crash_and_a_hang_are_one_line_each(tiny_model: Path, tmp_path: Path) -> None:
    contract = Model.open(tiny_model).contract
    for body, message in (("kill -SEGV $$", "signal 11"), ("echo '1 < 2' >&2; exit 3", "1 < 2")):
        program = tmp_path / "program"
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)
        with pytest.raises(ModelError, match=message):
            outputs(tiny_model, contract, [b""], "plain", Library("arm64-v8a", program, ()))


def test_another_archive_is_refused_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built("x86_64")
    place = tmp_path / "maven/org/tensorflow/tensorflow-lite/2.16.1/tensorflow-lite-2.16.1.aar"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"another")
    with pytest.raises(InterpreterError, match="not the file that it should be"):
        build("x86_64", tmp_path)
    assert not place.exists() and not (tmp_path / "2.16.1-x86_64").exists()
    monkeypatch.setattr(library_module, "_fetch", lambda cache: (_ for _ in ()).throw(OSError(28)))
    with pytest.raises(EdgeError):
        build("x86_64", tmp_path)


def test_a_failing_compiler_leaves_nothing(tmp_path: Path) -> None:
    source = library_module.CACHE / "maven"
    built("x86_64")
    (tmp_path / "maven").symlink_to(source)
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "gcc").write_text(
        "#!/bin/sh\n[ $1 != --version ] || exit 0\necho 'x.c:1: error: no' >&2; exit 1\n"
    )
    (tools / "gcc").chmod(0o755)
    done = command(str(FILE), "--abi", "x86_64", "--cache", str(tmp_path / "c"), PATH=str(tools))
    assert done.returncode == 3 and "mvn is not installed" in done.stderr
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "maven").symlink_to(source)
    done = command(str(FILE), "--abi", "x86_64", "--cache", str(cache), PATH=str(tools))
    assert done.returncode == 3 and "gcc failed: x.c:1: error: no" in done.stderr
    assert sorted(path.name for path in cache.iterdir()) == ["maven", "x86_64.lock"]


def command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "export", "android", *words],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, **environment},
    )  # fmt: skip


def test_the_command(phone: Library) -> None:
    done = command(BUNDLED)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("golden ") == 6 and "2.16.1" in done.stdout and done.stderr == ""
    told = json.loads(command(BUNDLED, "--json").stdout)
    assert [mode["mode"] for mode in told["modes"]] == ["xnnpack", "plain"]


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (lambda folder: ["nowhere.tflite"], 3, "nowhere.tflite"),
        (lambda folder: [str(ROOT / "README.md")], 3, "carries no contract"),
        (lambda folder: [BUNDLED, "--abi", "mips"], 2, "arm64-v8a, x86_64"),
        (lambda folder: [BUNDLED, "--cache", "/dev/null/x"], 1, "cannot be written"),
        (lambda folder: [str(damaged(folder))], 3, "damaged"),
    ],
)
def test_bad_input_is_one_line(
    words: Callable[[Path], list[str]], status: int, text: str, phone: Library, tmp_path: Path
) -> None:
    done = command(*words(tmp_path))
    assert done.returncode == status and text in done.stderr and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


def damaged(folder: Path) -> Path:
    data = bytearray(FILE.read_bytes())
    data[len(data) // 2] ^= 1
    path = folder / "damaged.tflite"
    path.write_bytes(data)
    return path


def test_a_missing_tool_is_named_with_its_package(tmp_path: Path) -> None:
    done = command(BUNDLED, PATH=str(tmp_path))
    assert done.returncode == 3 and "apt-get install" in done.stderr
    assert ABIS["arm64-v8a"].packages in done.stderr

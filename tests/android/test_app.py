"""The Android app: the APK is built and verified, its screens run on the JVM."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from android_demo.tools import apk, artefacts, films, jvm, run, verify
from android_demo.tools.apk import Built
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import GateError, InterpreterError
from edge_runtime.model import Model
from edge_runtime.pixels import film_pixels
from tests.environments import ROOT

RES = run.APP / "main" / "res"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    missing = [name for name in run.PACKAGES if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)}: not installed, without which no APK can be built")
    return apk.build(tmp_path_factory.mktemp("app") / "out", run.CACHE)


def test_the_apk_is_what_it_must_be(built: Built) -> None:
    lines = verify.verify(built)
    assert "no permission" in lines and "no invoke-custom" in lines
    assert built.apk.stat().st_size <= verify.MOST_BYTES
    # The whole list of what another app may start: the start, and adb's benchmark.
    tree = run.run("aapt2", "dump", "xmltree", "--file", "AndroidManifest.xml", built.apk)
    assert len(re.findall(r"exported\(0x[0-9a-f]+\)=true", tree)) == 2
    assert re.search(r"allowBackup\(0x[0-9a-f]+\)=false", tree)


def test_the_same_sources_give_the_same_bytes(built: Built, tmp_path: Path) -> None:
    again = apk.build(tmp_path / "elsewhere", built.cache)
    assert again.unsigned.read_bytes() == built.unsigned.read_bytes()


def test_android_8_has_what_it_calls(built: Built) -> None:
    jvm.oldest(built)


def test_screens_and_answers(built: Built) -> None:
    """Robolectric: every screen, phantoms to the bit, pictures as in docs/android."""
    said = jvm.test(built)
    assert re.fullmatch(r"OK \((\d+) tests\)", said), said
    drawn = {path.name for path in (built.out / "pictures").glob("*.png")}
    assert drawn == {path.name for path in jvm.PICTURES.glob("*.png")}
    # The record that the benchmark's intent wrote is one that Python reads.
    record = BenchmarkRecord.from_json((built.out / "benchmark.json").read_text("utf-8"))
    assert record.golden and record.times is not None and len(record.times.steady_ms) == 7
    assert record.model["file_sha256"] and record.runtime["name"] == "tensorflow-lite-android"


def test_the_known_jpeg_is_the_references() -> None:
    """What the app's self-check compares the phone's JPEG decoder with."""
    wanted = (RES / "raw" / "known_gray.bin").read_bytes()
    found = film_pixels(RES / "raw" / "known.jpg", 224)
    # libjpeg's versions may differ in the last bit too.
    assert max(abs(a - b) for a, b in zip(wanted, found, strict=True)) <= 1


def test_every_text_is_in_both_languages() -> None:
    """Plain resources alone: the app's own test compares them as Android resolves them."""
    names = [
        re.findall(r'<string name="(\w+)"', (RES / folder / "strings.xml").read_text("utf-8"))
        for folder in ("values", "values-de")
    ]
    assert names[0] == names[1] and len(set(names[0])) == len(names[0])


def rewritten(built: Built, out: Path, change: Callable[[zipfile.ZipInfo, bytes], bytes]) -> Path:
    """The APK's entries anew; `change` may alter an entry and what it holds."""
    path = out / "broken.apk"
    with zipfile.ZipFile(built.unsigned) as old, zipfile.ZipFile(path, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            fresh = zipfile.ZipInfo(entry.filename, entry.date_time)
            fresh.compress_type = entry.compress_type
            data = change(fresh, data)
            new.writestr(fresh, data)
    aligned = out / "aligned.apk"
    run.run("zipalign", "-f", "-p", "4", path, aligned)
    return aligned


def test_a_compressed_or_another_model_is_found(built: Built, tmp_path: Path) -> None:
    def compressed(entry: zipfile.ZipInfo, data: bytes) -> bytes:
        if entry.filename.endswith(".tflite"):
            entry.compress_type = zipfile.ZIP_DEFLATED
        return data

    def another(entry: zipfile.ZipInfo, data: bytes) -> bytes:
        return data[:-1] + b"x" if entry.filename.endswith(".tflite") else data

    for change, message in ((compressed, "is compressed"), (another, "not the bundled one")):
        with pytest.raises(GateError, match=message):
            verify._stored(rewritten(built, tmp_path, change))


def test_a_permission_is_found(built: Built, tmp_path: Path) -> None:
    manifest = tmp_path / "AndroidManifest.xml"
    asked = '<uses-permission android:name="android.permission.INTERNET" /><application'
    manifest.write_text(built.manifest.read_text("utf-8").replace("<application", asked, 1))
    out = tmp_path / "asks.apk"
    run.run("aapt2", "link", "-o", out, "-I", built.android, "--manifest", manifest,
            built.out / "resources.zip")  # fmt: skip
    with pytest.raises(GateError, match=r"asks for a permission.*INTERNET"):
        verify._permissions(run.run("aapt2", "dump", "permissions", out))
    with pytest.raises(GateError, match="sdkVersion"):
        verify._badging(run.run("aapt2", "dump", "badging", out))


def test_a_lambda_that_android_8_cannot_link_is_found(built: Built, tmp_path: Path) -> None:
    source = tmp_path / "Late.java"
    source.write_text("class Late { Runnable later(int n) { return () -> wait(n); }\n"
                      "static void wait(int n) {} }\n")  # fmt: skip
    run.run("javac", "--release", "8", "-Xlint:-options", "-d", tmp_path, source)
    for words, left in ((["--no-desugaring"], True), (["--lib", built.android], False)):
        out = tmp_path / f"left-{left}"
        out.mkdir()
        r8 = artefacts.fetched(run.CACHE, "build")["com/android/tools/r8"]
        run.run("java", "-cp", r8, "com.android.tools.r8.D8", "--min-api", "26", *words,
                "--output", out, tmp_path / "Late.class")  # fmt: skip
        if left:
            with pytest.raises(GateError, match="invoke-custom is left"):
                verify._dex(out / "classes.dex")
        else:
            assert verify._dex(out / "classes.dex") == "no invoke-custom"


def test_an_apk_that_is_too_large_is_found(tmp_path: Path) -> None:
    for more, held in ((0, True), (1, False)):
        apk = tmp_path / "large.apk"
        with apk.open("wb") as stream:
            stream.truncate(verify.MOST_BYTES + more)
        if held:
            assert "9,000,000 bytes" in verify._size(apk)
        else:
            with pytest.raises(GateError, match="9,000,001 bytes; 9,000,000 are allowed"):
                verify._size(apk)


def test_an_unsigned_apk_is_found(built: Built) -> None:
    with pytest.raises(InterpreterError, match="apksigner failed"):
        verify._signature(built.unsigned)


def test_another_artefact_is_refused_and_removed(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in artefacts._listed("build"):
        place = tmp_path / "maven" / name
        place.parent.mkdir(parents=True)
        place.symlink_to(built.cache / "maven" / name)
    first = next(iter(artefacts._listed("build")))
    place = tmp_path / "maven" / first
    place.unlink()
    place.write_bytes(b"another")
    with pytest.raises(InterpreterError, match="not the file that it should be"):
        artefacts.fetched(tmp_path, "build")
    assert not place.exists()


def test_a_missing_tool_is_one_line_with_its_package(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "android_demo.tools", "--out", str(tmp_path / "out")],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 3 and done.stdout == "" and len(done.stderr.splitlines()) == 1
    assert "apt-get install" in done.stderr and "aapt" in done.stderr


def test_a_failing_screen_is_named() -> None:
    said = "Time: 1\nThere was 1 failure:\n1) turned(org.cxredge.demo.MainTest)\nwhy: because\n"
    assert jvm._failed(said) == "turned(org.cxredge.demo.MainTest): why: because"


def test_there_is_a_phantom_of_every_kind() -> None:
    """Where another model is bundled: `android_demo/build films`, then `pictures`."""
    with Model.open() as model:
        found = {path.stem: films.kind(model.predict(path)) for path in jvm.FILMS.glob("*.png")}
    assert found == {name: name for name in films.KINDS}

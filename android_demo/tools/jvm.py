"""The app's tests on the JVM: Robolectric, with TensorFlow Lite's real library.

Android's screens are drawn by Android's own code, compiled for this machine. The interpreter
is the AAR's x86_64 library on the C library of `export/android/bionic.c`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

from android_demo.tools.apk import MODEL, PACKAGE, SHORT_LIVED, Built, compile_sources, sources
from android_demo.tools.artefacts import fetched
from android_demo.tools.run import APP, ROOT, run, tool
from edge_runtime import container
from edge_runtime.errors import GateError
from export.android import library
from workshop.progress import Progress

__all__ = ["FILMS", "MADE_OF", "PICTURES", "digest", "oldest", "test"]

PICTURES = ROOT / "docs" / "android"
MADE_OF = "model.txt"  # beside them: the digest of the model that they show
TESTS = APP / "test" / "java"
SANDBOX = "org/robolectric/android-all-instrumented"
# What Robolectric reaches into.
OPENED = ("java.io", "java.nio", "java.lang", "java.util", "java.net", "jdk.internal.access")
SECONDS = 600
SPOILED = 20_000  # bytes: fewer may change an output by less than other roundings do
LARGE, WRONG = "large.jpg", "wrong.tflite"
NEWER = "Newer.java"
FILMS = APP / "test" / "films"
VECTORS = ROOT / "tests" / "vectors"


def test(built: Built, only: Sequence[str] = (), *, draw: bool = False) -> str:
    """Run the tests of the app's screens, of the named classes alone where any are named.

    Screens are drawn into `pictures` beside the APK and compared with those in docs/android;
    with `draw` they replace them. Gives JUnit's last line; raises `GateError` with what failed,
    `InterpreterError` where a tool is missing.
    """
    libraries = library.build("x86_64", built.cache).program.parent
    artefacts = fetched(built.cache, "tests")
    sandbox = built.out / "sandbox"
    sandbox.mkdir(exist_ok=True)
    instrumented = artefacts.pop(SANDBOX)
    (sandbox / instrumented.name).unlink(missing_ok=True)
    (sandbox / instrumented.name).symlink_to(instrumented)
    path = [*_jars(built, artefacts), built.classes, *built.tensorflow]
    classes = _compiled(built, path)
    _configured(built, classes)
    opened = [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in OPENED]
    pictures = built.out / "pictures"
    shutil.rmtree(pictures, ignore_errors=True)
    said = _run(
        [
            tool("java"), *opened, "-Xmx768m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
            f"-Djava.library.path={libraries}", f"-Dcxr.pictures={pictures}",
            f"-Dcxr.wanted={'' if draw else PICTURES}", f"-Dcxr.films={FILMS}",
            f"-Dcxr.vectors={VECTORS}", f"-Dcxr.out={built.out}",
            f"-Dcxr.expected={_expected(built.out)}",
            "-Drobolectric.offline=true", f"-Drobolectric.dependency.dir={sandbox}",
            "-cp", ":".join(map(str, [classes, *path, built.android])),
            "org.junit.runner.JUnitCore", *(only or _names()),
        ],
        libraries, built.out / "tests.log", pictures,
    )  # fmt: skip
    if draw:
        _keep(pictures)
        if not only:
            (PICTURES / MADE_OF).write_text(f"{digest()}\n", "utf-8")
    found = re.search(r"^OK \(.*\)$", said, re.M)
    return found[0] if found else "no test was run"


def _run(command: Sequence[str], libraries: Path, log: Path, pictures: Path) -> str:
    """What the tests say, into `log` too; on the way, how many screens have been drawn."""
    progress = Progress("screens", len(list(PICTURES.glob("*.png"))), every=10)
    begun = time.monotonic()
    with log.open("w", encoding="utf-8") as out:
        done = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT,
            env={**os.environ, "LD_LIBRARY_PATH": str(libraries)},
        )  # fmt: skip
        try:
            while done.poll() is None:
                if time.monotonic() - begun > SECONDS:
                    raise GateError(f"the tests have not ended after {SECONDS} s: {log}")
                time.sleep(0.2)
                drawn = len(list(pictures.glob("*.png")))
                progress.advance(steps=drawn - progress.done)
        finally:
            done.kill()  # an interrupted run leaves no program behind
            done.wait()
    progress.close()
    said = log.read_text("utf-8", errors="replace")
    if done.returncode:
        raise GateError(_failed(said) + f" (all of it: {log})")
    return said


def digest() -> str:
    """`graph_sha256` of the bundled model."""
    return container.sha256(container.split(MODEL.read_bytes())[0])


def oldest(built: Built) -> None:
    """Compile against Android 8: what it lacks stands in Newer.java alone.

    Raises `InterpreterError` with what else it lacks.
    """
    jar = fetched(built.cache, "oldest")["org/robolectric/android-all"]
    newer, rest = built.out / "newer", [one for one in sources(built) if one.name != NEWER]
    at = next(one for one in sources(built) if one.name == NEWER)
    compile_sources([at], [built.android], newer)
    compile_sources(rest, [newer, jar, *built.tensorflow], built.out / "oldest")


def _expected(out: Path) -> Path:
    """What edge-infer answers to the tests' phantoms, to be met to the bit."""
    from android_demo.tools import decoded
    from edge_runtime.model import Model

    with Model.open() as model:
        found = {
            path.name: model.predict(path).to_dict(heatmap=True)
            for path in sorted(FILMS.glob("*.png"))
        }
    decoded.draw(out / "decoded")
    _large(out / LARGE)
    _wrong(out / WRONG)
    path = out / "expected.json"
    path.write_text(json.dumps(found), "utf-8")
    return path


def _large(path: Path) -> None:
    """A JPEG of 50 megapixels: 48 of them are more than the app holds as colours."""
    from PIL import Image

    Image.linear_gradient("L").resize((8192, 6144)).save(path, quality=70)


def _wrong(path: Path) -> None:
    """The bundled model with other weights in its middle, under a digest that is right."""
    graph, files = container.split(MODEL.read_bytes())
    spoiled = bytearray(graph)
    for place in range(len(spoiled) // 2, len(spoiled) // 2 + SPOILED):
        spoiled[place] ^= 0x40
    contract = json.loads(files[container.CONTRACT])
    contract["graph_sha256"] = container.sha256(bytes(spoiled))
    files[container.CONTRACT] = json.dumps(contract).encode()
    path.write_bytes(container.append(bytes(spoiled), files))


def _keep(pictures: Path) -> None:
    """Put them in their place, with 256 colours each: a third of the bytes, and as good."""
    from PIL import Image

    PICTURES.mkdir(parents=True, exist_ok=True)
    for path in sorted(pictures.glob("*.png")):
        with Image.open(path) as picture:
            few = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        few.save(PICTURES / path.name, optimize=True)


def _jars(built: Built, artefacts: dict[str, Path]) -> list[Path]:
    """Jars as they are; of an AAR its classes."""
    found = []
    for path in artefacts.values():
        if path.suffix == ".aar":
            jar = built.out / f"{path.stem}.jar"
            with zipfile.ZipFile(path) as stored:
                jar.write_bytes(stored.read("classes.jar"))
            path = jar
        found.append(path)
    return found


def _compiled(built: Built, path: Sequence[Path]) -> Path:
    classes = built.out / "test-classes"
    run(
        "javac", *SHORT_LIVED, "-nowarn", "-Xlint:-options", "-encoding", "UTF-8",
        "-cp", ":".join(map(str, [*path, built.android])), "-d", classes,
        *sorted((TESTS / "org/cxredge/demo").glob("*.java")),
    )  # fmt: skip
    return classes


def _configured(built: Built, classes: Path) -> None:
    """Where Robolectric finds what Android's build tools would have told it."""
    place = classes / "com" / "android" / "tools"
    place.mkdir(parents=True, exist_ok=True)
    (place / "test_config.properties").write_text(
        f"android_merged_assets={built.assets}\n"
        f"android_merged_resources={APP / 'main' / 'res'}\n"
        f"android_merged_manifest={built.manifest}\n"
        f"android_custom_package={PACKAGE}\n"
        f"android_resource_apk={built.linked}\n",
        "utf-8",
    )


def _names() -> list[str]:
    found = sorted((TESTS / "org/cxredge/demo").glob("*Test.java"))
    return [f"{PACKAGE}.{path.stem}" for path in found]


def _failed(said: str) -> str:
    """JUnit's list of failures: each one's name and first line."""
    named = re.findall(r"^\d+\) (.*)\n(.*)$", said, re.M)
    return "; ".join(f"{name}: {why.strip()[:300]}" for name, why in named[:5]) or said[-500:]

"""Resources, classes, dex, package, signature: the APK from sources and fetched artefacts.

Up to the signature the same sources give the same bytes. The key is made on the spot, for
debugging alone, and stays in the cache.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from android_demo.tools.artefacts import fetched
from android_demo.tools.run import APP, run, tool
from edge_runtime.model import model_path
from workshop.runs import storage_error

__all__ = ["ABIS", "LIBRARY", "MODEL", "PACKAGE", "SHORT_LIVED", "TARGET_SDK", "Built", "build",
           "compile_sources", "sources"]  # fmt: skip

PACKAGE = "org.cxredge.demo"
MIN_SDK, TARGET_SDK = 26, 34
VERSION = "0.1", 1
TENSORFLOW = "tensorflow-lite", "tensorflow-lite-api"
ABIS = ("arm64-v8a", "armeabi-v7a")
LIBRARY = "libtensorflowlite_jni.so"
MODEL = model_path()
ASSETS = (MODEL, MODEL.with_name("LICENSE"), MODEL.with_name("NOTICE"))
NEW_YEAR_1980 = (1980, 1, 1, 0, 0, 0)
# For a compiler that ends before the second compiler of Java pays.
SHORT_LIVED = ("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC")
PASSWORD = "android"  # what debug keys have; it keeps nothing secret


@dataclass(frozen=True)
class Built:
    """The APK, and what was made on the way to it."""

    out: Path
    cache: Path
    android: Path  # android-all's jar, to compile against

    @property
    def apk(self) -> Path:
        """Aligned and signed."""
        return self.out / "cxr-edge-debug.apk"

    @property
    def unsigned(self) -> Path:
        """Aligned; the same bytes from the same sources."""
        return self.out / "aligned.apk"

    @property
    def linked(self) -> Path:
        """The resources alone, as aapt2 left them; tests read them from here."""
        return self.out / "linked.apk"

    @property
    def manifest(self) -> Path:
        """The manifest with the package's name in it."""
        return self.out / "AndroidManifest.xml"

    @property
    def assets(self) -> Path:
        """The folder of what goes into the APK as it is."""
        return self.out / "assets"

    @property
    def classes(self) -> Path:
        """The app's own classes."""
        return self.out / "classes"

    @property
    def tensorflow(self) -> list[Path]:
        """TensorFlow Lite's classes."""
        return [self.out / f"{name}.jar" for name in TENSORFLOW]

    @property
    def dex(self) -> Path:
        """All classes, as Android's runtime takes them."""
        return self.out / "dex" / "classes.dex"


def build(out: Path, cache: Path) -> Built:
    """Build into `out`, which is emptied first; fetch into `cache` what is not there.

    Raises `InterpreterError` where a tool or an artefact is missing or a compiler fails, and
    `StorageError`.
    """
    try:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        artefacts = fetched(cache, "build")
        built = Built(out, cache, artefacts["org/robolectric/android-all"])
        _unpack(built, *(artefacts[f"org/tensorflow/{name}"] for name in TENSORFLOW))
        _link(built)
        _compile(built)
        _dex(built, artefacts["com/android/tools/r8"])
        _package(built)
        _sign(built)
    except OSError as error:
        raise storage_error(out, error) from error
    return built


def _unpack(built: Built, library: Path, api: Path) -> None:
    for archive, classes in zip((library, api), built.tensorflow, strict=True):
        with zipfile.ZipFile(archive) as stored:
            classes.write_bytes(stored.read("classes.jar"))
            for abi in ABIS if archive == library else ():
                place = built.out / "lib" / abi
                place.mkdir(parents=True)
                (place / LIBRARY).write_bytes(stored.read(f"jni/{abi}/{LIBRARY}"))
    built.assets.mkdir()
    for path in ASSETS:
        shutil.copyfile(path, built.assets / path.name)


def _link(built: Built) -> None:
    """Resources and manifest. Gradle's plugin forbids the package's name, aapt2 wants it."""
    text = (APP / "main" / "AndroidManifest.xml").read_text("utf-8")
    built.manifest.write_text(
        text.replace("<manifest ", f'<manifest package="{PACKAGE}" ', 1), "utf-8"
    )
    compiled = built.out / "resources.zip"
    run("aapt2", "compile", "--dir", APP / "main" / "res", "-o", compiled)
    # "-0 .tflite": stored, so that it can be mapped.
    run(
        "aapt2", "link", "-o", built.linked, "-I", built.android, "--manifest", built.manifest,
        "--java", built.out / "generated", "-A", built.assets, "-0", ".tflite",
        "--min-sdk-version", str(MIN_SDK), "--target-sdk-version", str(TARGET_SDK),
        "--version-name", VERSION[0], "--version-code", str(VERSION[1]), compiled,
    )  # fmt: skip


def _compile(built: Built) -> None:
    compile_sources(sources(built), [built.android, *built.tensorflow], built.classes)


def sources(built: Built) -> list[Path]:
    """The app's own, and what aapt2 wrote of its resources."""
    folders = (APP / "main" / "java", built.out / "generated")
    return sorted(path for folder in folders for path in folder.rglob("*.java"))


def compile_sources(files: Sequence[Path], path: Sequence[Path], out: Path) -> None:
    """java.* by the JDK's signatures of Java 8, android.* by a jar in `path`."""
    run(
        "javac", *SHORT_LIVED, "-nowarn", "-Xlint:-options", "--release", "8", "-encoding", "UTF-8",
        "-cp", ":".join(map(str, path)), "-d", out, *files,
    )  # fmt: skip


def _dex(built: Built, r8: Path) -> None:
    jar = built.out / "app.jar"
    with zipfile.ZipFile(jar, "w") as archive:
        for path in sorted(built.classes.rglob("*.class")):
            name = path.relative_to(built.classes).as_posix()
            archive.writestr(zipfile.ZipInfo(name, NEW_YEAR_1980), path.read_bytes())
    built.dex.parent.mkdir()
    home = Path(tool("javac")).resolve().parent.parent
    run(
        "java", *(flag[2:] for flag in SHORT_LIVED), "-cp", r8,
        "com.android.tools.r8.D8", "--release", "--min-api", str(MIN_SDK),
        "--lib", home, "--lib", built.android,
        "--output", built.dex.parent, jar, *built.tensorflow,
    )  # fmt: skip


def _package(built: Built) -> None:
    """Native libraries are stored and aligned to pages, so that Android maps them."""
    loose = built.out / "loose.apk"
    shutil.copyfile(built.linked, loose)
    parts = [("classes.dex", built.dex, zipfile.ZIP_DEFLATED)]
    parts += [
        (f"lib/{abi}/{LIBRARY}", built.out / "lib" / abi / LIBRARY, zipfile.ZIP_STORED)
        for abi in ABIS
    ]
    with zipfile.ZipFile(loose, "a") as archive:
        for name, path, method in parts:
            entry = zipfile.ZipInfo(name, NEW_YEAR_1980)
            entry.compress_type, entry.external_attr = method, 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    run("zipalign", "-f", "-p", "4", loose, built.unsigned)


def _sign(built: Built) -> None:
    key = built.cache / "debug.keystore"
    if not key.is_file():
        fresh = built.out / key.name
        run(
            "keytool", "-genkeypair", "-keystore", fresh, "-storepass", PASSWORD, "-keypass",
            PASSWORD, "-alias", "debug", "-keyalg", "RSA", "-keysize", "2048",
            "-validity", "10950", "-dname", "CN=Android Debug",
        )  # fmt: skip
        fresh.rename(key)
    run(
        "apksigner", "sign", "--ks", key, "--ks-pass", f"pass:{PASSWORD}", "--ks-key-alias",
        "debug", "--min-sdk-version", str(MIN_SDK), "--v1-signing-enabled", "false",
        "--out", built.apk, built.unsigned,
    )  # fmt: skip

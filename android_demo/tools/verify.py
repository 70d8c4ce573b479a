"""What must hold of the APK, each with the tool that Android's own people use for it."""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import Path

from android_demo.tools.apk import ABIS, LIBRARY, MIN_SDK, MODEL, PACKAGE, TARGET_SDK, Built
from android_demo.tools.run import run
from edge_runtime.errors import GateError

__all__ = ["MOST_BYTES", "verify"]

MOST_BYTES = 9_000_000
PAGE = 4096
LOCAL_HEADER = 30  # bytes, before the name of a ZIP's entry


def verify(built: Built) -> list[str]:
    """What was found, a line each; raises `GateError` at the first that does not hold."""
    return [
        _badging(run("aapt2", "dump", "badging", built.apk)),
        _permissions(run("aapt2", "dump", "permissions", built.apk)),
        _signature(built.apk),
        _stored(built.apk),
        _dex(built.dex),
        _size(built.apk),
    ]


def _hold(what: bool, otherwise: str) -> None:
    if not what:
        raise GateError(f"the APK: {otherwise}")


def _badging(text: str) -> str:
    for line in (
        f"package: name='{PACKAGE}'",
        f"sdkVersion:'{MIN_SDK}'",
        f"targetSdkVersion:'{TARGET_SDK}'",
    ):
        _hold(line in text, f"aapt2 does not see {line!r} in it")
    codes = re.search(r"^native-code: (.*)$", text, re.M)
    found = sorted(re.findall(r"'([^']+)'", codes[1])) if codes else []
    _hold(found == sorted(ABIS), f"it is for {', '.join(found) or 'no processor'}")
    return f"{PACKAGE}, Android {MIN_SDK} to {TARGET_SDK}, {', '.join(ABIS)}"


def _permissions(text: str) -> str:
    asked = [line for line in text.splitlines() if "permission" in line]
    _hold(not asked, f"it asks for a permission: {'; '.join(asked)}")
    return "no permission"


def _signature(apk: Path) -> str:
    said = run("apksigner", "verify", "--verbose", "--min-sdk-version", str(MIN_SDK), apk)
    _hold("Verified using v2 scheme (APK Signature Scheme v2): true" in said, "is not signed")
    run("zipalign", "-c", "-p", "4", apk)
    return "signed (v2), aligned"


def _stored(apk: Path) -> str:
    """Model and libraries lie plain in the file, where a phone can map them."""
    data = apk.read_bytes()
    model = f"assets/{MODEL.name}"
    wanted = {model: 4} | {f"lib/{abi}/{LIBRARY}": PAGE for abi in ABIS}
    with zipfile.ZipFile(apk) as archive:
        for name, multiple in wanted.items():
            _hold(name in archive.namelist(), f"{name} is not in it")
            entry = archive.getinfo(name)
            lengths = struct.unpack_from("<HH", data, entry.header_offset + 26)
            start = entry.header_offset + LOCAL_HEADER + sum(lengths)
            _hold(entry.compress_type == zipfile.ZIP_STORED, f"{name} is compressed")
            _hold(start % multiple == 0, f"{name} is not at a multiple of {multiple}")
        _hold(archive.read(model) == MODEL.read_bytes(), "its model is not the bundled one")
    return f"{MODEL.name} stored, equal to the bundled one"


def _dex(dex: Path) -> str:
    """A lambda that was not rewritten is an invoke-custom, which Android 8 cannot link."""
    _hold("invoke-custom" not in run("dexdump", "-d", dex), "invoke-custom is left in its code")
    return "no invoke-custom"


def _size(apk: Path) -> str:
    size = apk.stat().st_size
    _hold(size <= MOST_BYTES, f"it has {size:,} bytes; {MOST_BYTES:,} are allowed")
    return f"{apk}: {size:,} bytes"

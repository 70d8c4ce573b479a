"""Debian's real adbd, in a network namespace of its own: it takes commands from anybody.

It comes from the release's backports, whose libraries do not fit beside the release's own
Android tools; so it is unpacked into the cache, and nothing is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

__all__ = ["PORT", "SERIAL", "inside"]

ROOT = Path(__file__).resolve().parents[2]
RELEASE = "bookworm"
CACHE = ROOT / ".cache" / "adbd" / RELEASE
PORT = 6555
SERIAL = f"127.0.0.1:{PORT}"
SCRIPT = f"""
ip link set lo up || exit 1
PATH=$DEVICE_PATH ADBD_PORT={PORT} adbd >"$HOME/adbd.log" 2>&1 &
daemon=$!
trap 'adb kill-server; kill $daemon' EXIT
for _ in $(seq 100); do adb connect {SERIAL} | grep -q '^connected' && break; sleep 0.1; done
"$@"
"""


def inside(
    command: list[str | Path], home: Path, device_path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command where `adb:SERIAL` is adbd of this machine; `device_path` is its PATH."""
    for tool in ("unshare", "ip", "mmdebstrap"):
        if shutil.which(tool, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None:
            pytest.skip(f"{tool} is not installed (.ci/run lists the packages)")
    if subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode:
        pytest.skip("no network namespace can be made: this needs root")
    root = _unpacked()
    tools = root / "usr/lib/android-sdk/platform-tools"
    libraries = root / "usr/lib/x86_64-linux-gnu"
    path = f"{tools}:{os.environ['PATH']}:/usr/sbin:/sbin"
    home.mkdir(exist_ok=True)
    return subprocess.run(
        ["unshare", "-n", "sh", "-c", SCRIPT, "sh", *command],
        cwd=ROOT, capture_output=True, text=True,
        env={
            **os.environ, "HOME": str(home), "PATH": path,
            "DEVICE_PATH": f"{device_path}:{tools}" if device_path else path,
            "LD_LIBRARY_PATH": f"{libraries}/android:{libraries}",
            "ANDROID_ADB_SERVER_PORT": "5137", "PYTHONPATH": str(ROOT),
        },
    )  # fmt: skip


def _unpacked() -> Path:
    """Both ends, 34.0; made the first time. Skips where they cannot be had."""
    if not CACHE.is_dir():
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        mirror = _mirror()
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=CACHE.parent) as fresh:
            made = Path(fresh) / "new"
            done = subprocess.run(
                ["mmdebstrap", "--quiet", "--variant=extract", "--skip=check/qemu",
                 "--include=adbd,adb", f'--aptopt=APT::Default-Release "{RELEASE}-backports"',
                 RELEASE, made, f"deb {mirror} {RELEASE} main",
                 f"deb {mirror} {RELEASE}-backports main"],
                stdout=sys.stderr, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            if done.returncode:
                pytest.skip(f"adbd cannot be fetched: {done.stderr.strip()[-300:]}")
            made.rename(CACHE)
    return CACHE


def _mirror() -> str:
    """Where this machine's own apt has the release from."""
    told = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages",
         f"Release: {RELEASE}"],
        capture_output=True, text=True, check=False,
    ).stdout.split()  # fmt: skip
    if not told:
        pytest.skip(
            f"adbd cannot be fetched: apt has no package list of {RELEASE} (apt-get update)"
        )
    return told[0]

"""The command under a blocked network and a file system that cannot be written.

Two proofs: Linux's own (a process without a network, every mount read-only), and Python's
audit hook, which sees what is asked for even where it would have been allowed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "vectors"
FILMS = ["gray8_odd.png", "gray16.tif", "rgb.png", "gray8_lossless.webp", "monochrome1.dcm"]

# As root of a user namespace of its own: no interface but a loopback that is down, and every
# mount that is there turned read-only, /tmp and HOME with it.
SEAL = """set -eu
while read -r _ _ _ _ place _; do
    mount -o remount,bind,ro "$place" 2>/dev/null || :
done </proc/self/mountinfo
! touch "$HOME/proof" "$TMPDIR/proof" ./proof 2>/dev/null || exit 97
! "$1" -c 'import socket; socket.create_connection(("192.0.2.1", 80), 2)' 2>/dev/null || exit 98
exec "$@"
"""
AUDIT = """if True:
    import json, os, sys
    seen = []
    FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork",
                 "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink",
                 "os.truncate", "os.chmod", "os.chown", "os.utime", "shutil.",
                 "tempfile.", "urllib.", "http.", "sqlite3.", "webbrowser.", "ftplib.")
    def hook(event, args):
        if event == "open":
            name, mode, flags = args
            writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
            if writes and name != os.devnull:
                seen.append([event, str(name)])
        elif event.startswith(FORBIDDEN):
            seen.append([event, repr(args)])
    sys.addaudithook(hook)
    # The wheel does not bring it. Where it is installed, pydicom loads it, and urllib3 behind it
    # binds a socket on this machine's own address to learn whether there is IPv6.
    sys.modules["requests"] = None
    from edge_runtime.cli import main
    try:
        if sys.argv[1] == "break":
            __import__("socket").socket().close()
            open("written", "w").close()
        else:
            main(sys.argv[1:])
    finally:
        sys.stdout.flush()
        print(json.dumps(seen), file=sys.stderr)
"""


def sealed(*command: str) -> subprocess.CompletedProcess[str]:
    """Run under `unshare` as above; skips where this machine allows no namespaces."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("there is no unshare here: not Linux, or util-linux is missing")
    flags = [unshare, "--user", "--map-root-user", "--net", "--mount"]
    if subprocess.run([*flags, "true"], capture_output=True).returncode:
        pytest.skip("this machine allows no namespaces, so nothing can be sealed off")
    environment = {"HOME": str(Path.home()), "TMPDIR": "/tmp", "PATH": "/usr/bin:/bin:/sbin",
                   "PYTHONDONTWRITEBYTECODE": ""}  # fmt: skip
    return subprocess.run(
        [*flags, "sh", "-c", SEAL, "sh", *command],
        cwd=ROOT, env=environment, capture_output=True, text=True,
    )  # fmt: skip


def test_the_command_needs_no_network_and_nothing_to_write() -> None:
    paths = [str(VECTORS / name) for name in FILMS]
    done = sealed(sys.executable, "-m", "edge_runtime", "--json", *paths)
    assert done.returncode in (0, 4), done.stderr
    assert not done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == len(FILMS) and all("answer" in line for line in lines)


def test_its_self_test_needs_none_either() -> None:
    done = sealed(sys.executable, "-m", "edge_runtime", "--self-test")
    assert (done.returncode, done.stderr) == (0, "") and done.stdout


def test_the_seal_holds() -> None:
    """Whatever writes or connects fails there, so that the tests above can fail."""
    done = sealed(sys.executable, "-c", "open('written', 'w')")
    assert done.returncode == 1 and "Read-only file system" in done.stderr


def audited(folder: Path, *arguments: str) -> list[list[str]]:
    """What the command asked for that it should not."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", AUDIT, *arguments],
        cwd=folder, env={"PYTHONPATH": str(ROOT), "HOME": str(folder)},
        capture_output=True, text=True,
    )  # fmt: skip
    found: list[list[str]] = json.loads(done.stderr.strip().splitlines()[-1])
    return found


def test_no_socket_is_opened_and_nothing_for_writing(tmp_path: Path) -> None:
    paths = [str(VECTORS / name) for name in FILMS]
    damaged = tmp_path / "damaged.png"
    damaged.write_bytes((VECTORS / FILMS[0]).read_bytes()[:500])
    assert audited(tmp_path, "--json", "--info", "--self-test", *paths, str(damaged)) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["damaged.png"]


def test_the_hook_sees_both(tmp_path: Path) -> None:
    events = [event for event, _ in audited(tmp_path, "break")]
    assert "socket.__new__" in events and "open" in events

"""Memory in a whole emulated machine, where it is the device's own: one start for all."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.boards.device import site_of
from benchmarks.boards.whole import Job, boot
from edge_runtime import container, golden
from edge_runtime.errors import EdgeError
from edge_runtime.model import Model, model_path
from tests.arm.tools import need
from tests.environments import ROOT
from tests.examples.c_program import compiled, netpbm
from workshop.phantoms import write_set

MODEL = model_path()
C_KIB, PYTHON_KIB = 20_000_000 // 1024, 43_000  # the most that may be resident
PEAK = """
import resource, subprocess, sys
status = subprocess.call([sys.executable, "-m", "edge_runtime", "--json", "film.png"])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)
"""
C = "./edge_infer --model model.tflite --golden golden.gray --memory --json"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantoms")
    write_set(folder, 1, 3)
    (path,) = folder.glob("films/*.png")
    return path


@pytest.fixture(scope="module")
def jobs(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Job]]:
    need("mmdebstrap", "qemu-system-aarch64", "mke2fs", "cpio", "aarch64-linux-gnu-gcc")
    folder = tmp_path_factory.mktemp("machine")
    from PIL import Image

    with Image.open(film) as image:
        gray = image.convert("L")
    (folder / "film.pgm").write_bytes(netpbm(*gray.size, gray.tobytes()))
    wide, tall = 2048, 2500  # as a detector gives it: rows are shifted, and of 12 bits
    row = [(at * 3 + 900) % 4096 for at in range(wide + 64)]
    rows = (struct.pack(f">{wide}H", *row[at % 64 :][:wide]) for at in range(tall))
    (folder / "wide.pgm").write_bytes(netpbm(wide, tall, b"".join(rows), 4095))
    (folder / "peak.py").write_text(PEAK)
    files = container.split(MODEL.read_bytes())[1]
    pixels = golden.from_json(files[container.GOLDEN]).items[0].pixels()
    (folder / "golden.gray").write_bytes(pixels)
    given = {
        "edge_infer": compiled("aarch64-linux-gnu-gcc", folder / "edge_infer"),
        "libLiteRt.so": site_of("aarch64") / "ai_edge_litert" / "libLiteRt.so",
        "edge_runtime": ROOT / "edge_runtime",
        "model.tflite": MODEL,
        "film.png": film,
        **{name: folder / name for name in ("film.pgm", "wide.pgm", "golden.gray", "peak.py")},
    }
    commands = {
        "C": f"{C} film.pgm",
        "C, a film of 16 bits": f"{C} wide.pgm",
        "Python": "python3 peak.py",
        "fails": "echo no >&2; false",
    }
    yield dict(zip(commands, boot(given, list(commands.values())), strict=True))


@pytest.mark.parametrize("which", ["C", "C, a film of 16 bits"])
def test_memory_of_the_c_program(jobs: dict[str, Job], which: str, film: Path) -> None:
    """Digest and golden run included; 8 bits or 16, small or large."""
    done = jobs[which]
    assert done.status in (0, 4), done.stderr
    (peak,) = re.findall(r"peak memory\s+(\d+) kB", done.stderr)
    print(which, peak)
    assert 4_000 < int(peak) <= C_KIB
    told = json.loads(done.stdout)
    if which == "C":
        with Model.open() as model:
            assert told["score"] == model.predict(film).score


def test_memory_of_the_command(jobs: dict[str, Job], film: Path) -> None:
    done = jobs["Python"]
    assert done.status == 0, done.stderr
    line, peak = done.stdout.splitlines()
    print("Python", peak)
    assert 20_000 < int(peak) <= PYTHON_KIB
    told = json.loads(line)
    assert told["runtime"] | {"version": ""} == {
        "name": "litert", "api": "c", "delegate": "xnnpack", "threads": 1, "version": "",
    }  # fmt: skip
    with Model.open() as model:
        assert told["score"] == model.predict(film).score


def test_a_job_that_fails_is_heard(jobs: dict[str, Job]) -> None:
    assert jobs["fails"] == Job(1, "", "no\n")


def test_a_machine_that_breaks_down_is_told() -> None:
    need("mmdebstrap", "qemu-system-aarch64", "mke2fs", "cpio")
    # Its second disk goes away under the jobs, and nothing that they print is kept.
    with pytest.raises(EdgeError, match="stopped before job 0 ended"):
        boot({}, ["/mnt/busybox poweroff -f"])

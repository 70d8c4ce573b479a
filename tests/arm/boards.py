"""ARM boards under qemu-user: a Debian root, the wheels, and the files that name the core.

LiteRT chooses its kernels by the core's identity, which it reads from /proc/cpuinfo and
/sys/devices/system/cpu. qemu-user looks for both in its root first, so a board is a root with
such files of its own. They must be the board's: without them the host's are read.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["BOARDS", "Board", "Device", "device"]

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "arm"
RELEASE = "bookworm"
CORES = 4
PLAIN = "fp asimd evtstrm crc32 cpuid"
DOTS = (
    "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop "
    "asimddp"
)
THUMB = "half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt vfpd32 lpae evtstrm"


@dataclass(frozen=True)
class System:
    """What boards of one word size share. Debian brings what has no wheel there."""

    qemu: str
    architecture: str  # Debian's
    packages: str
    of_debian: tuple[str, ...]  # pins that have no wheel there
    platforms: tuple[str, ...]  # of wheels
    pins: str


SYSTEMS = {
    "aarch64": System(
        "qemu-aarch64", "arm64", "python3,libstdc++6,zlib1g", (),
        ("manylinux_2_28_aarch64", "manylinux_2_27_aarch64", "manylinux2014_aarch64"),
        "wheel-3.11.txt",
    ),
    "armv7l": System(
        "qemu-arm", "armhf", "python3,python3-numpy,python3-pil,libstdc++6,zlib1g",
        ("numpy", "pillow"),
        ("manylinux_2_34_armv7l", "manylinux2014_armv7l", "linux_armv7l"),
        "wheel-3.11-armv7l.txt",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Board:
    """What tells one board from another; facts of Arm's and Raspberry Pi's manuals."""

    name: str
    system: str  # a key of SYSTEMS
    cpu: str  # qemu's name
    part: int  # of MIDR
    variant: int
    revision: int
    features: str
    khz: int
    level1_kib: int
    level2_kib: int

    @property
    def midr(self) -> int:
        """The identification register: Arm's code, variant, architecture, part, revision."""
        return 0x41 << 24 | self.variant << 20 | 0xF << 16 | self.part << 4 | self.revision


BOARDS = {
    one.name: one
    for one in (
        Board("pi3", "aarch64", "cortex-a53", 0xD03, 0, 4, PLAIN, 1_400_000, 32, 512),
        Board("pi4", "aarch64", "cortex-a72", 0xD08, 0, 3, PLAIN, 1_800_000, 32, 1024),
        Board("pi5", "aarch64", "cortex-a76", 0xD0B, 4, 1, DOTS, 2_400_000, 64, 512),
        Board("armv7l", "armv7l", "cortex-a7", 0xC07, 0, 5, THUMB, 900_000, 32, 512),
    )
}


@dataclass(frozen=True)
class Device:
    """A board that can run Python."""

    board: Board
    root: Path
    site: Path

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Python with these arguments; the checkout's packages can be imported."""
        return subprocess.run(
            [SYSTEMS[self.board.system].qemu, "-cpu", self.board.cpu, "-L", self.root,
             self.root / "usr/bin/python3", *arguments],
            capture_output=True, text=True, cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{self.site}:{ROOT}",
                 "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip


def device(name: str) -> Device:
    """The board of that name, made the first time; raises `CalledProcessError`."""
    board = BOARDS[name]
    system = SYSTEMS[board.system]
    base = _made(f"{board.system}-root", RELEASE, lambda folder: _debian(folder, system))
    pins = (ROOT / "requirements" / system.pins).read_text("utf-8")
    site = _made(f"{board.system}-site", pins, lambda folder: _wheels(folder, system))
    root = _made(name, f"{RELEASE} {board}", lambda folder: _board(folder, board, base))
    return Device(board, root, site)


def _made(name: str, made_of: str, make: Callable[[Path], None]) -> Path:
    """A folder of the cache, made again when what it is made of changes."""
    digest = hashlib.sha256(f"{Path(__file__).read_text('utf-8')}{made_of}".encode()).hexdigest()
    folder = CACHE / f"{name}-{digest[:12]}"
    if not folder.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=CACHE) as place:
            fresh = Path(place) / "new"
            make(fresh)
            fresh.rename(folder)
    return folder


def _debian(folder: Path, system: System) -> None:
    """The release as it came out, without later updates: the same root next month."""
    subprocess.run(
        ["mmdebstrap", "--quiet", f"--arch={system.architecture}", "--variant=extract",
         "--skip=check/qemu", f"--include={system.packages}", RELEASE, folder, *_mirror()],
        check=True, stdout=sys.stderr,
    )  # fmt: skip
    # Debian links these when it configures a package, which extracting leaves out.
    for name in ("blas", "lapack"):
        for library in folder.glob(f"usr/lib/*/{name}/lib{name}.so.3"):
            (library.parents[1] / library.name).symlink_to(f"{name}/{library.name}")


def _mirror() -> list[str]:
    """Where this machine's own apt has the release from; nothing where it has another."""
    told = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages",
         f"Release: {RELEASE}"],
        capture_output=True, text=True, check=False,
    ).stdout.split()  # fmt: skip
    return [f"deb {told[0]} {RELEASE} main"] if told else []


def _wheels(folder: Path, system: System) -> None:
    """What the runtime needs, and what its tests do."""
    requirements = ROOT / "requirements"
    lines = (requirements / system.pins).read_text("utf-8").splitlines()
    pins = [line.split()[0] for line in lines if "==" in line.split("#")[0]]
    wanted = [pin for pin in pins if not pin.startswith(system.of_debian)]
    install = [
        sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder),
        *(f"--platform={one}" for one in system.platforms), "--python-version=3.11",
        "--implementation=cp", "--abi=cp311", "--only-binary=:all:",
    ]  # fmt: skip
    subprocess.run([*install, "--no-deps", *wanted], check=True, stdout=sys.stderr)
    tools = ["-c", str(requirements / "workshop-3.11.txt"), "pytest", "hypothesis", "pydicom"]
    subprocess.run([*install, "--upgrade", *tools], check=True, stdout=sys.stderr)


def _board(folder: Path, board: Board, base: Path) -> None:
    """The root with hard links, and the files that name the core."""
    shutil.copytree(base, folder, symlinks=True, copy_function=os.link)
    version = 8 if board.system == "aarch64" else 7
    core = (
        f"BogoMIPS\t: 108.00\nFeatures\t: {board.features}\nCPU implementer\t: 0x41\n"
        f"CPU architecture: {version}\nCPU variant\t: 0x{board.variant:x}\n"
        f"CPU part\t: 0x{board.part:x}\nCPU revision\t: {board.revision}\n"
    )
    text = "".join(f"processor\t: {number}\n{core}\n" for number in range(CORES))
    _write(folder / "proc/cpuinfo", text)
    cpu = folder / "sys/devices/system/cpu"
    every = f"0-{CORES - 1}"
    for name in ("possible", "present", "online"):
        _write(cpu / name, every + "\n")
    _write(cpu / "kernel_max", f"{CORES - 1}\n")
    for number in range(CORES):
        one = cpu / f"cpu{number}"
        _write(one / "regs/identification/midr_el1", f"0x{board.midr:016x}\n")
        _write(one / "cpufreq/cpuinfo_max_freq", f"{board.khz}\n")
        _write(one / "cpufreq/cpuinfo_min_freq", "600000\n")
        _write(one / "topology/physical_package_id", "0\n")
        _write(one / "topology/core_id", f"{number}\n")
        for name in ("core_siblings_list", "package_cpus_list", "cluster_cpus_list"):
            _write(one / "topology" / name, every + "\n")
        for index, (kind, level, size, shared) in enumerate((
            ("Data", 1, board.level1_kib, str(number)),
            ("Instruction", 1, board.level1_kib, str(number)),
            ("Unified", 2, board.level2_kib, every),
        )):  # fmt: skip
            cache = one / "cache" / f"index{index}"
            sets = size * 1024 // 64 // 16
            for name, value in {
                "type": kind, "level": level, "size": f"{size}K", "shared_cpu_list": shared,
                "coherency_line_size": 64, "ways_of_associativity": 16, "number_of_sets": sets,
            }.items():  # fmt: skip
                _write(cache / name, f"{value}\n")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")

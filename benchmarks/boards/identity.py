"""What tells one board from another, and the files by which a program learns it.

LiteRT chooses its kernels by the core's identity, which it reads from /proc/cpuinfo and
/sys/devices/system/cpu. qemu-user looks for both in its root first, so a board is a root with
such files of its own. They must be the board's: without them the host's are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["BOARDS", "Board", "write_identity"]

CORES = 4
PLAIN = "fp asimd evtstrm crc32 cpuid"
DOTS = (
    "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop "
    "asimddp"
)
THUMB = "half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt vfpd32 lpae evtstrm"


@dataclass(frozen=True)
class Board:
    """Facts of Arm's and Raspberry Pi's manuals."""

    name: str
    system: str  # "aarch64" | "armv7l"
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


# The last is no board but a phone with the large cores of 2019.
BOARDS = {
    one.name: one
    for one in (
        Board("pi3", "aarch64", "cortex-a53", 0xD03, 0, 4, PLAIN, 1_400_000, 32, 512),
        Board("pi4", "aarch64", "cortex-a72", 0xD08, 0, 3, PLAIN, 1_800_000, 32, 1024),
        Board("pi5", "aarch64", "cortex-a76", 0xD0B, 4, 1, DOTS, 2_400_000, 64, 512),
        Board("armv7", "armv7l", "cortex-a7", 0xC07, 0, 5, THUMB, 900_000, 32, 512),
        Board("android-arm64", "aarch64", "cortex-a76", 0xD0B, 4, 0, DOTS, 2_840_000, 64, 256),
    )
}


def write_identity(root: Path, board: Board) -> None:
    """Put the files that name the core, all cores alike, into a root for qemu-user."""
    version = 8 if board.system == "aarch64" else 7
    core = (
        f"BogoMIPS\t: 108.00\nFeatures\t: {board.features}\nCPU implementer\t: 0x41\n"
        f"CPU architecture: {version}\nCPU variant\t: 0x{board.variant:x}\n"
        f"CPU part\t: 0x{board.part:x}\nCPU revision\t: {board.revision}\n"
    )
    text = "".join(f"processor\t: {number}\n{core}\n" for number in range(CORES))
    _write(root / "proc/cpuinfo", text)
    cpu = root / "sys/devices/system/cpu"
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

"""A whole emulated machine: Debian's kernel for ARM in `qemu-system-aarch64`, started for jobs.

The only emulation whose memory is a device's: in qemu-user QEMU's own is counted too. The
kernel comes with an initrd of busybox and the modules for two disks, one with Debian and the
wheels, one with the caller's files. Jobs run one after the other; what they print is read off
the second disk when the machine has stopped.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.boards.cache import RELEASE, debian, made
from benchmarks.boards.device import debian_root, site_of
from edge_runtime.errors import EdgeError
from workshop.tools import run_tool, tool

__all__ = ["CPU", "QEMU", "Job", "boot"]

QEMU, CPU = "qemu-system-aarch64", "cortex-a72"
PACKAGES = "qemu-system-arm e2fsprogs cpio"
PURPOSE = "no whole machine can be emulated"
MODULES = (
    "virtio", "virtio_ring", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci",
    "virtio_blk",
)  # fmt: skip
WORK = "mnt"  # where jobs find the caller's files
SPARE = 64  # MiB of a disk beyond its files
BUSYBOX = "/bin/busybox"
# Shell, where "b" is busybox. The fake files of boards for qemu-user are not in this root.
INIT = f"""#!{BUSYBOX} sh
b={BUSYBOX}
$b mkdir -p /proc /sys /dev /new
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
for module in {" ".join(MODULES)}; do $b insmod /$module.ko; done
$b mount /dev/vda /new && $b mount /dev/vdb /new/{WORK}
for folder in proc sys dev; do $b mount --bind /$folder /new/$folder; done
$b mount -t tmpfs tmp /new/tmp
$b chroot /new /{WORK}/busybox sh /{WORK}/jobs
$b umount /new/{WORK}
$b poweroff -f
"""


@dataclass(frozen=True)
class Job:
    """What a command left behind."""

    status: int
    stdout: str
    stderr: str


def boot(
    files: Mapping[str, Path], commands: Sequence[str], *, mib: int = 512, timeout: float = 900
) -> list[Job]:
    """Start the machine with `mib` of memory, run shell `commands`, stop it.

    `files` lie where the commands start, by name (folders whole); `python3` finds the wheels,
    and a package that is among the files. Raises `EdgeError` where the machine does not come
    to its end, `InterpreterError` where a tool is missing.
    """
    qemu = tool(QEMU, PACKAGES, PURPOSE)
    kernel, root = _kernel(), _root()
    with tempfile.TemporaryDirectory(prefix="machine-") as place:
        work, disk = Path(place) / "work", Path(place) / "work.img"
        work.mkdir()
        for name, path in files.items():
            if path.is_dir():
                shutil.copytree(path, work / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(path, work / name)
        shutil.copy2(kernel / "busybox", work / "busybox")
        (work / "jobs").write_text(_script(commands), "utf-8")
        _disk(work, disk)
        command: list[str | Path] = [
            qemu, "-M", "virt", "-cpu", CPU, "-m", str(mib), "-nographic", "-nic", "none",
            "-no-reboot", "-kernel", kernel / "vmlinuz", "-initrd", kernel / "initrd.gz",
            "-append", "console=ttyAMA0 panic=-1 quiet",
            "-drive", f"file={root / 'root.img'},format=raw,if=virtio,snapshot=on",
            "-drive", f"file={disk},format=raw,if=virtio",
        ]  # fmt: skip
        said = _until_it_stops(command, timeout)
        found = Path(place) / "found"
        found.mkdir()
        run_tool([tool("debugfs", PACKAGES, PURPOSE), "-R", f"rdump /out {found}", disk])
        return [_job(found / "out", number, said) for number in range(len(commands))]


def _script(commands: Sequence[str]) -> str:
    """All jobs; one that fails does not keep the next from running."""
    lines = [f"b=/{WORK}/busybox", "$b mkdir /mnt/out", f"export PYTHONPATH=/site:/{WORK}",
             "export PYTHONDONTWRITEBYTECODE=1 HOME=/tmp PATH=/usr/bin:/bin"]  # fmt: skip
    for number, command in enumerate(commands):
        out = f"/{WORK}/out/{number}"
        lines += [
            f"(cd /{WORK}; {command}) >{out}.stdout 2>{out}.stderr </dev/null",
            f"echo $? >{out}.status",
        ]
    return "\n".join(lines) + "\n"


def _until_it_stops(command: Sequence[str | Path], timeout: float) -> str:
    """What the machine's console said."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise EdgeError(f"the emulated machine did not stop within {timeout:.0f} s") from error
    said = (done.stdout + done.stderr).decode(errors="replace")
    if done.returncode:
        raise EdgeError(f"the emulated machine does not start: {_last_line(said)}")
    return said


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1].strip()


def _job(folder: Path, number: int, said: str) -> Job:
    """Its three files; raises `EdgeError` where the machine stopped before it had ended."""
    try:
        status = int((folder / f"{number}.status").read_text("ascii"))
        texts = [(folder / f"{number}.{name}").read_text("utf-8") for name in ("stdout", "stderr")]
    except (OSError, ValueError) as error:
        raise EdgeError(
            f"the emulated machine stopped before job {number} ended: {_last_line(said)}"
        ) from error
    return Job(status, *texts)


def _kernel() -> Path:
    """Debian's kernel for virtual machines, an initrd for it, and busybox."""

    def build(folder: Path) -> None:
        folder.mkdir()
        with tempfile.TemporaryDirectory(prefix="kernel-") as place:
            root = Path(place) / "root"
            debian(root, "arm64", "linux-image-cloud-arm64,busybox-static")
            (kernel,) = (root / "boot").glob("vmlinuz-*")
            shutil.copy2(kernel, folder / "vmlinuz")
            shutil.copy2(root / "bin/busybox", folder / "busybox")
            first = Path(place) / "initrd"
            (first / "bin").mkdir(parents=True)
            shutil.copy2(root / "bin/busybox", first / "bin/busybox")
            for name in MODULES:
                (module,) = (root / "lib/modules").rglob(f"{name}.ko")
                shutil.copy2(module, first / module.name)
            (first / "init").write_text(INIT, "utf-8")
            (first / "init").chmod(0o755)
            names = "\n".join(sorted(str(path.relative_to(first)) for path in first.rglob("*")))
            packed = subprocess.run(
                [tool("cpio", PACKAGES, PURPOSE), "-o", "-H", "newc", "--quiet"],
                input=names.encode(), cwd=first, stdout=subprocess.PIPE, check=True,
            ).stdout  # fmt: skip
            (folder / "initrd.gz").write_bytes(gzip.compress(packed, 1))

    return made("kernel", f"{RELEASE} {MODULES} {INIT}", build)


def _root() -> Path:
    """The disk that never changes: Debian, Python, the wheels."""
    base, site = debian_root("aarch64"), site_of("aarch64")

    def build(folder: Path) -> None:
        folder.mkdir()
        with tempfile.TemporaryDirectory(prefix="root-", dir=folder.parent) as place:
            root = Path(place) / "root"
            # Without its devices, to copy which would never end: the kernel makes them.
            shutil.copytree(
                base, root, symlinks=True,
                ignore=lambda place, _: ["dev"] if Path(place) == base else [],
            )  # fmt: skip
            for name in (WORK, "proc", "sys", "dev", "tmp"):
                (root / name).mkdir(exist_ok=True)
            shutil.copytree(site, root / "site")
            _disk(root, folder / "root.img")

    return made("whole", f"{base.name} {site.name} {WORK}", build)


def _disk(folder: Path, image: Path) -> None:
    """An ext4 file system of a folder's files, and some space."""
    used = sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
    size = used * 5 // 4 // 1024**2 + SPARE
    run_tool(
        [tool("mke2fs", PACKAGES, PURPOSE), "-q", "-F", "-t", "ext4", "-d", folder, image,
         f"{size}M"]
    )  # fmt: skip

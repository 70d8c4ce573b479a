"""What a machine tells, from trees of files that stand in for boards that nobody has here."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge_runtime import energy, machine, machine_state, system

Tree = Callable[[dict[str, str]], Path]
CPU = "sys/devices/system/cpu"
CPUINFO = "".join(
    f"processor\t: {n}\nFeatures\t: fp asimd crc32\nCPU implementer\t: 0x41\n"
    "CPU variant\t: 0x0\nCPU part\t: 0xd08\nCPU revision\t: 3\n\n"
    for n in range(12)
)
BOARD = {
    "proc/cpuinfo": CPUINFO + "Hardware\t: BCM2835\nModel\t\t: Raspberry Pi 4 Model B Rev 1.4\n",
    "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.4\0",
    "proc/meminfo": "MemTotal: 3884000 kB\nMemAvailable: 3000000 kB\nSwapTotal: 100 kB\n"
    "SwapFree: 90 kB\n",
    "proc/vmstat": "pgpgin 7\npswpin 3\npswpout 4\n",
    "proc/self/status": "Name: python\nVmHWM:\t 40000 kB\n",
    "proc/self/smaps_rollup": "0-1 ---p 0 0 0 [rollup]\nPss: 30000 kB\nPrivate_Dirty: 20000 kB\n",
    f"{CPU}/online": "0-3\n",
    "sys/class/thermal/thermal_zone0/type": "cpu-thermal",
    "sys/class/thermal/thermal_zone0/temp": "58426",
    "sys/class/thermal/thermal_zone0/trip_point_0_type": "critical",
    "sys/class/thermal/thermal_zone0/trip_point_0_temp": "110000",
    "sys/class/thermal/thermal_zone0/trip_point_1_type": "hot",
    "sys/class/thermal/thermal_zone0/trip_point_1_temp": "85000",
    "sys/class/thermal/thermal_zone0/trip_point_2_type": "active",
    "sys/class/thermal/thermal_zone0/trip_point_2_temp": "40000",
    **{f"{CPU}/cpu{n}/cpu_capacity": str(100 + n) for n in range(12)},
    **{f"{CPU}/cpu{n}/regs/identification/midr_el1": "0x00000000410fd083" for n in range(2)},
    **{f"{CPU}/cpu{n}/cpufreq/scaling_cur_freq": "1500000" for n in range(4)},
    **{f"{CPU}/cpu{n}/cpufreq/scaling_max_freq": "1500000" for n in range(4)},
    **{f"{CPU}/cpu{n}/cpufreq/scaling_governor": "ondemand\n" for n in range(4)},
}
QUIET: dict[str, Any] = {
    "throttle_bits": None, "throttle_count": None, "thermal_status": None, "thermal": None,
    "frequency_khz": [1500, 600], "frequency_limit_khz": [1500, 1500],
}  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    def write(files: dict[str, str]) -> Path:
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(content)
        return tmp_path

    return write


def command(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_this_machine_tells_itself() -> None:
    said = machine.describe()
    assert said["cores"] == os.cpu_count() and said["memory_kib"] > 100_000
    assert said["cpu"] and said["python"].count(".") == 2 and said["page_size"] >= 4096
    assert set(said["affinity"]) == os.sched_getaffinity(0)
    assert os.uname().nodename not in json.dumps([said, machine_state.state()])
    used = machine.memory()
    assert used["hwm"] and used["pss"] and used["private_dirty"]
    assert used["hwm"] > used["private_dirty"] and used["hwm"] > 5_000


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    said = machine.describe(tmp_path)
    assert said["memory_kib"] is None and said["board"] is None and said["midr"] is None
    assert set(machine.memory(tmp_path).values()) == {None}
    assert machine.busy_seconds(tmp_path) is None
    state = machine_state.state(tmp_path)
    assert [name for name, value in state.items() if value is not None] == ["load"]
    assert machine_state.throttled(state, None, state) is None
    assert not machine_state.swapping(state, state)
    assert energy.per_invoke(lambda: 1.0, tmp_path) is None


def test_a_board_tells_what_it_is(tree: Tree) -> None:
    root = tree(BOARD)
    said = machine.describe(root)
    assert said["cpu"] == said["board"] == "Raspberry Pi 4 Model B Rev 1.4"
    assert (said["parts"], said["midr"]) == (["0x41 0x0 0xd08 3"], ["0x00000000410fd083"])
    assert said["cpu_capacity"] == [100 + n for n in range(12)]  # cpu10 after cpu9
    assert (said["features"], said["online"]) == ("fp asimd crc32", "0-3")
    assert said["memory_kib"] == 3884000 and said["swap_kib"] == 100
    assert machine.memory(root) == {"hwm": 40000, "pss": 30000, "private_dirty": 20000}


def test_a_core_without_a_name_is_told_by_its_part(tree: Tree) -> None:
    assert machine.describe(tree({"proc/cpuinfo": CPUINFO}))["cpu"] == "ARM part 0xd08"


def test_a_board_tells_how_it_is(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command(tmp_path / "bin", "vcgencmd", "echo throttled=0x50000")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    state = machine_state.state(tree(BOARD))
    assert state["governors"] == ["ondemand"] * 4 and state["frequency_khz"] == [1500000] * 4
    assert state["thermal"] == [{"name": "cpu-thermal", "temperature": 58426, "trip": 85000}]
    assert (state["throttle_bits"], state["swapped_pages"]) == (0x50000, 7)
    assert (state["available_kib"], state["swap_free_kib"]) == (3000000, 90)


def test_a_phone_tells_model_and_heat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command(tmp_path / "bin", "getprop", 'echo "value of $1"')
    command(tmp_path / "bin", "dumpsys", 'echo "Cached temperatures:"; echo "Thermal Status: 2"')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    assert machine.describe(tmp_path)["android"]["soc"] == "value of ro.soc.model"
    assert machine_state.state(tmp_path)["thermal_status"] == 2


def test_a_command_is_not_waited_for_without_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command(tmp_path / "bin", "slow", "echo begun; exec sleep 60")
    command(tmp_path / "bin", "fails", "echo something; exit 3")
    command(tmp_path / "bin", "says", "echo complaint >&2; echo word")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setattr(system, "LONGEST", 0.3)
    assert [system.said(name) for name in ("slow", "fails", "says", "none")] == [
        None, None, "word", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ({}, {}, None),
        ({"throttle_bits": 0x50000}, {"throttle_bits": 0x50000}, None),  # of some day before
        ({"throttle_bits": 0}, {"throttle_bits": 0x50005}, "throttles"),
        ({"throttle_bits": 0}, {"throttle_bits": 0x40000}, "throttles"),
        ({"throttle_bits": 4}, {"throttle_bits": 4}, "throttles"),
        ({"throttle_count": 7}, {"throttle_count": 7}, None),
        ({"throttle_count": 7}, {"throttle_count": 8}, "counted"),
        ({}, {"thermal_status": 0}, None),
        ({}, {"thermal_status": 1}, "thermal service"),
        ({}, {"thermal": [{"name": "cpu", "temperature": 84, "trip": 85}]}, None),
        ({}, {"thermal": [{"name": "cpu", "temperature": 99, "trip": None}]}, None),
        ({}, {"thermal": [{"name": "cpu", "temperature": 85, "trip": 85}]}, "trip point"),
        ({}, {"frequency_khz": [600, 1400]}, None),
        ({}, {"frequency_khz": [600, 1200]}, "fell from 1500 to 1200"),
        ({}, {"frequency_khz": None}, None),
        ({}, {"frequency_limit_khz": [1000, 1000]}, "fell from 1500 to 1000"),
    ],
)
def test_throttling_is_seen(
    before: dict[str, Any], after: dict[str, Any], reason: str | None
) -> None:
    found = machine_state.throttled({**QUIET, **before}, [600, 1500], {**QUIET, **after})
    assert (found is None) if reason is None else (found and reason in found)


@pytest.mark.parametrize(("pages", "seen"), [(0, False), (200, False), (300, True)])
def test_swapping_is_seen(pages: int, seen: bool) -> None:
    states = {"swapped_pages": 5}, {"swapped_pages": 5 + pages}
    assert machine_state.swapping(*states) == seen


@pytest.mark.parametrize("start", [1_000_000, 9_800_000])  # the second counter starts again
def test_energy_by_the_processor_s_counters(tree: Tree, start: int) -> None:
    zone = "sys/class/powercap/intel-rapl:0"
    root = tree({f"{zone}/name": "package-0", f"{zone}/energy_uj": str(start),
                 f"{zone}/max_energy_range_uj": "10000000",
                 "sys/class/powercap/intel-rapl:1/name": "psys",
                 "sys/class/powercap/intel-rapl:1/energy_uj": "5"})  # fmt: skip
    spent = 0

    def invoke() -> float:
        nonlocal spent
        spent += 30_000  # microjoules
        (root / zone / "energy_uj").write_text(str((start + spent) % 10_000_000))
        (root / f"{zone[:-1]}1/energy_uj").write_text(str(3 * spent))  # holds the package
        return 100.0

    assert energy.per_invoke(invoke, root) == pytest.approx(30.0)
    assert spent == 300_000


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"power_now": "2500000"}, 250.0),  # 2.5 W for 100 ms
        ({"current_now": "-500000", "voltage_now": "4000000"}, 200.0),
        ({"voltage_now": "4000000"}, None),
        ({"power_now": "2500000", "status": "Charging"}, None),
    ],
)
def test_energy_by_the_battery(tree: Tree, files: dict[str, str], expected: float | None) -> None:
    whole = {"status": "Discharging", **files}
    root = tree({f"sys/class/power_supply/battery/{name}": text for name, text in whole.items()})
    assert energy.per_invoke(lambda: 100.0, root) == expected

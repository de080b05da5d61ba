"""Each fault is seen where it should be seen, and nowhere else."""

import pkgutil
from collections.abc import Callable, Mapping

import pytest

from warpwatch.clock import ManualClock
from warpwatch.errors import InputError
from warpwatch.fields import events, temperature
from warpwatch.samples.sample import Kind, Reason, Report, Value
from warpwatch.sources.sim import faults
from warpwatch.sources.sim.faults import FAULTS
from warpwatch.sources.sim.source import SimSource

Lab = Callable[[str], tuple[SimSource, ManualClock]]
Values = Callable[[SimSource, int], Mapping[int, Value]]
ReadReport = Callable[[SimSource, int], Report]
REPORTED = {
    48: Kind.ECC_UNCORRECTED,
    63: Kind.ROW_REMAP,
    64: Kind.ROW_REMAP_FAILURE,
    154: Kind.RECOVERY_ACTION,
}
"""What the driver reports beside an XID."""
SHARED = {"fault", "nvlink", "remap"}
"""Modules that hold what several faults have in common."""

POWER_AND_HEAT = {150, 153, 155, 156, 157, 1611}
SLOWED = {100, 102, 112, 1009, 1010, 200, 201, 204, 1005, 1603} | set(range(1084, 1097))
ROW = {385, 386, 393, 230}
SRAM = {311, 313, 343, 345, 346, 230}
PCIE = {200, 201, 237, 238, 1009, 1010, 1091, 1092}
BRAKE = POWER_AND_HEAT | SLOWED | {140, 240, 244, 1424}

# Each fault, the board that has it, its parameters, the fields it may touch on a GPU that
# runs a burn, and the codes it reports.
CASES: tuple[tuple[str, str, str, set[int], list[int]], ...] = (
    ("xid", "H100", "code = 31", {230}, [31]),
    ("sbe", "H100", "count = 3", {310, 312}, []),
    ("dbe", "H100", "", ROW | {311, 313, 396}, [48, 63, 94]),
    ("dbe", "H100", "contained = false", ROW | {311, 313, 396}, [48, 63, 95]),
    ("dbe", "A10", "", ROW | {311, 313, 396}, [48, 63, 95]),
    ("dbe", "T4", "", {311, 313, 230}, [48]),
    ("retired_pages", "T4", "sbe = 1", {390, 391, 392, 230}, [63]),
    ("remapped_rows", "A100", "correctable = 1", {385, 386, 393, 394, 230}, [63]),
    ("remap_pending", "H100", "", {396, 230}, [63]),
    ("remap_failed", "H100", "", {385, 389, 395, 230}, [64]),
    ("sram_threshold", "H100", "", SRAM, [48, 94]),
    ("sram_threshold", "A10", "", SRAM, [48, 95]),
    ("inforom", "H100", "", {84}, []),
    ("recovery_action", "H100", "action = 2", {1523, 230}, [154]),
    ("memory_overheat", "H100", "degrees = 20", {140}, []),
    ("pcie_replay", "H100", "", {202, 1501}, []),
    ("pcie_downgrade", "H100", "gen = 3\nwidth = 8", PCIE, []),
    ("nvlink_errors", "H100", "link = 5\nkind = 'replay'", {429, 425}, []),
    ("power_brake", "H100", "", BRAKE, []),
)


def text(name: str, kind: str, parameters: str, gpu: int = 0) -> str:
    return (
        f'[[gpus]]\nboard = "{name}"\ncount = 2\nworkload = "burn"\n'
        f'[[faults]]\nfault = "{kind}"\ngpu = {gpu}\nat = "30s"\n{parameters}\n'
    )


def test_every_module_is_in_the_list() -> None:
    modules = {each.name for each in pkgutil.iter_modules(faults.__path__)}
    assert modules - SHARED == {each.__module__.rsplit(".", 1)[1] for each in FAULTS}
    assert {each.name() for each in FAULTS} == modules - SHARED


@pytest.mark.parametrize(("kind", "name", "parameters", "touched", "codes"), CASES)
def test_it_touches_its_own_fields_and_no_others(
    *,
    kind: str,
    name: str,
    parameters: str,
    touched: set[int],
    codes: list[int],
    lab: Lab,
    report: ReadReport,
) -> None:
    ill, ill_clock = lab(text(name, kind, parameters))
    well, well_clock = lab(f'[[gpus]]\nboard = "{name}"\ncount = 2\nworkload = "burn"')
    ill_clock.advance(90)
    well_clock.advance(90)
    sick, sound = report(ill, 0), report(well, 0)
    left, right = sick.readings[0].values, sound.readings[0].values
    differing = {number for number in right if left[number] != right[number]}
    assert differing <= touched
    visible = touched - BRAKE if touched != BRAKE else {112, 155, 1424, 100}
    assert visible <= differing
    assert [event.data for event in sick.events if event.kind is Kind.XID] == codes
    others = [event.kind for event in sick.events if event.kind is not Kind.XID]
    assert others == [REPORTED[code] for code in codes if code in REPORTED]
    assert {event.kind for event in sick.events} <= sick.heard
    assert report(ill, 1).readings[0] == report(well, 1).readings[0]


@pytest.mark.parametrize(("kind", "name", "parameters", "touched", "codes"), CASES)
def test_nothing_is_seen_before_its_time(
    *,
    kind: str,
    name: str,
    parameters: str,
    touched: set[int],
    codes: list[int],
    lab: Lab,
    report: ReadReport,
) -> None:
    assert touched or codes
    ill, ill_clock = lab(text(name, kind, parameters))
    well, well_clock = lab(f'[[gpus]]\nboard = "{name}"\ncount = 2\nworkload = "burn"')
    ill_clock.advance(29)
    well_clock.advance(29)
    assert report(ill, 0) == report(well, 0)
    ill_clock.advance(1)
    happened = report(ill, 0).events
    assert {event.time for event in happened} <= {1_772_442_030.0}
    assert sum(event.kind is Kind.XID for event in happened) == len(codes)


def test_still_air_warms_a_passive_board(lab: Lab, values: Values) -> None:
    source, clock = lab(text("L40S", "fan_stop", ""))
    clock.advance(25)
    before = int(values(source, 0)[temperature.GPU_TEMP.id])
    clock.advance(600)
    assert int(values(source, 0)[temperature.GPU_TEMP.id]) > before + 8


def test_a_stopped_fan_reads_zero_under_load(lab: Lab, values: Values) -> None:
    source, clock = lab(text("RTX4080S", "fan_stop", ""))
    clock.advance(25)
    assert int(values(source, 0)[temperature.FAN_SPEED.id]) > 30
    clock.advance(60)
    assert values(source, 0)[temperature.FAN_SPEED.id] == 0


def test_a_flapping_link_goes_and_comes_and_counts_its_recoveries(lab: Lab) -> None:
    source, clock = lab(text("H100", "nvlink_flap", "link = 4\nevery = '20s'"))
    gpu = source.inventory().devices[0]
    states = []
    for _ in range(100):
        clock.advance(1)
        readings = source.read(gpu, {1508, 1528}).readings
        states.append(readings[1 + 4].values)
        assert all(each.values[1508] == 1 for each in readings[1:5])
    assert [each[1508] for each in states[:30]] == [1] * 29 + [0]
    rounds = "".join(str(each[1508]) for each in states[29:])
    assert rounds.startswith("0" * 10 + "1" * 10 + "0" * 10 + "1" * 10)
    assert states[-1][1528] == 4


def test_a_link_that_is_down_carries_nothing_and_the_others_no_more_than_before(lab: Lab) -> None:
    scenario = text("H100", "nvlink_flap", "link = 4\ndown = 1.0")
    source, clock = lab(scenario.replace("burn", "communication_bound"))
    gpu = source.inventory().devices[0]
    clock.advance(29)
    before = [each.values[1530] for each in source.read(gpu, {1530}).readings[1:]]
    clock.advance(1)
    after = [each.values[1530] for each in source.read(gpu, {1530}).readings[1:]]
    assert all(before)
    assert [index for index, rate in enumerate(after) if rate == 0] == [4]
    assert max(int(rate) for rate in after) < 25_000


def test_memory_that_is_too_hot_slows_the_gpu(lab: Lab, values: Values) -> None:
    source, clock = lab(text("H100", "memory_overheat", "degrees = 60"))
    clock.advance(600)
    seen = values(source, 0)
    assert int(seen[events.CLOCKS_EVENT_REASONS.id]) & 0x20
    assert int(seen[temperature.MEMORY_TEMP.id]) > 90
    assert int(seen[temperature.GPU_TEMP.id]) < 65
    assert int(seen[100]) < 1800


def test_the_brake_is_told_on_an_idle_gpu_too(lab: Lab, values: Values) -> None:
    source, clock = lab(text("H100", "power_brake", "").replace("burn", "idle"))
    clock.advance(60)
    assert values(source, 0)[events.CLOCKS_EVENT_REASONS.id] == 0x1 | 0x8 | 0x80


@pytest.mark.parametrize(
    ("kind", "name", "flag", "well", "counted"),
    [
        ("remap_pending", "H100", 396, 0, 230),
        ("remap_failed", "H100", 395, 0, 230),
        ("remap_failed", "H100", 389, 0, 230),
        ("dbe", "H100", 396, 0, 393),
        ("retired_pages", "T4", 392, 0, 391),
        ("sram_threshold", "A100", 346, 0, 345),
        ("recovery_action", "A10", 1523, 0, 230),
        ("inforom", "H200", 84, 1, 84),
    ],
)
def test_a_repair_lowers_the_flag_and_leaves_the_counts(
    *, kind: str, name: str, flag: int, well: int, counted: int, lab: Lab, values: Values
) -> None:
    source, clock = lab(text(name, kind, "for = '1m'"))
    clock.advance(60)
    assert values(source, 0)[flag] != well
    clock.advance(60)
    mended = values(source, 0)
    assert mended[flag] == well
    assert int(mended[counted]) > 0


def test_steady_errors_come_at_their_rate(lab: Lab, values: Values) -> None:
    source, clock = lab(text("H100", "sbe", "count = 0\nper_minute = 90"))
    clock.advance(30 + 600)
    assert values(source, 0)[312] == 900


def test_a_lost_gpu_says_so_once_and_then_nothing(lab: Lab, report: ReadReport) -> None:
    source, clock = lab(text("H100", "lost", ""))
    clock.advance(31)
    first, second = report(source, 0), report(source, 0)
    assert [event.data for event in first.events] == [79]
    assert second.events == ()
    assert first.readings[0].values == {}
    assert set(first.readings[0].gaps.values()) == {Reason.LOST}
    assert report(source, 1).readings[0].values


def test_a_missing_gpu_leaves_the_inventory_and_returns(lab: Lab) -> None:
    source, clock = lab(text("H100", "missing", "for = '60s'"))
    before = source.inventory()
    assert source.inventory() is before
    clock.advance(45)
    missing = source.inventory()
    assert [each.index for each in missing.devices] == [1]
    assert source.inventory() is missing
    report = source.read(before.devices[0], {150})
    assert report.readings[0].gaps == {150: Reason.LOST}
    clock.advance(60)
    assert source.inventory().devices == before.devices


def test_the_exporter_of_a_node_may_be_down_while_its_gpus_run_on(lab: Lab, values: Values) -> None:
    source, clock = lab(text("H100", "exporter_down", "for = '30s'"))
    assert not source.exporter_down
    clock.advance(40)
    assert source.exporter_down
    assert values(source, 0)
    clock.advance(40)
    assert not source.exporter_down


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("retired_pages", "H100"),
        ("remap_pending", "T4"),
        ("sbe", "RTX4080S"),
        ("dbe", "RTX4080S"),
        ("memory_overheat", "L40S"),
        ("nvlink_errors", "A10"),
        ("nvlink_flap", "A100"),
    ],
)
def test_a_board_that_cannot_have_a_fault_is_refused_it(kind: str, name: str, lab: Lab) -> None:
    parameters = "link = 12" if name == "A100" else ""
    with pytest.raises(InputError, match=r"lab: faults\[0\]: GPU 0, a ") as refusal:
        lab(text(name, kind, parameters))
    assert refusal.value.hint

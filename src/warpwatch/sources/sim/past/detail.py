"""What a GPU's own page shows beside what looks back for weeks: of the last hours alone, for it
is three times as much.
"""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import nan

from warpwatch.samples.entity import Instance
from warpwatch.samples.owner import Owner
from warpwatch.sources.sim.physics import counters
from warpwatch.sources.sim.physics.clocks import Reason
from warpwatch.sources.sim.readings import clocks, memory
from warpwatch.sources.sim.readings.reader import Build, every, hbm, nvlink, profiled, whole
from warpwatch.sources.sim.state import State
from warpwatch.units import MIB

CLOSE = 6 * 3600.0
"""Seconds before now from which a fleet is looked at closely."""
_MEGA = 1e6


@dataclass(frozen=True, slots=True)
class Detail:
    name: str
    """As the rules have it."""
    of: Callable[[State], float]
    digits: int
    needs: Callable[[Build], bool] = every


@dataclass(frozen=True, slots=True)
class Tenant:
    """Who has a GPU or an instance of it."""

    owner: Owner
    instance: Instance | None


class Closeup:
    """One GPU's, a value for each step from the first that is looked at closely."""

    __slots__ = ("_build", "courses", "steps", "tenants")

    def __init__(self, state: State) -> None:
        self._build = Build(state.board, bool(state.parts))
        known = (detail for detail in DETAILS if detail.needs(self._build))
        self.courses = {detail: array("d") for detail in known}
        self.tenants: dict[Tenant, tuple[int, array[float]]] = {}
        """Each with the step at which it came."""
        self.steps = 0

    def seen(self, state: State) -> tuple[float, ...]:
        return tuple(detail.of(state) for detail in self.courses)

    def add(self, values: tuple[float, ...], tenants: Iterator[Tenant]) -> None:
        for course, value in zip(self.courses.values(), values, strict=True):
            course.append(value)
        for tenant in tenants:
            first, there = self.tenants.setdefault(tenant, (self.steps, array("d")))
            there.extend([nan] * (self.steps - first - len(there)))
            there.append(1.0)
        self.steps += 1

    def nothing(self) -> None:
        """Nobody knows."""
        self.add((nan,) * len(self.courses), iter(()))


def _usable(state: State) -> int:
    return state.board.memory.total - state.board.memory.reserved


def _slowed(reasons: Reason, state: State) -> float:
    return 1.0 if state.reasons & reasons else 0.0


DETAILS: tuple[Detail, ...] = (
    Detail("gpu:utilisation:ratio", lambda state: state.activity.busy, 2, whole),
    Detail("gpu:sm_active:ratio", lambda state: state.activity.sm, 3, profiled),
    Detail("gpu:tensor_active:ratio", lambda state: state.activity.tensor, 3, profiled),
    Detail("gpu:dram_active:ratio", lambda state: state.activity.dram, 3, profiled),
    Detail("gpu:memory_total:bytes", lambda state: _usable(state) * MIB, 0),
    Detail("gpu:memory_used:ratio", lambda state: memory.used(state) / _usable(state), 4),
    Detail("gpu:memory_temperature:celsius", lambda state: state.hbm_temperature, 0, hbm),
    Detail("gpu:temperature_limit:celsius", lambda state: state.board.thermal.slowdown, 0),
    Detail("gpu:power_limit:watts", lambda state: state.board.power.limit, 0),
    Detail("gpu:sm_clock:hertz", lambda state: clocks.sm(state) * _MEGA, 0),
    Detail("gpu:sm_clock_max:hertz", lambda state: state.board.clocks.sm_max * _MEGA, 0),
    Detail("gpu:memory_clock:hertz", lambda state: clocks.memory(state) * _MEGA, 0),
    *(
        Detail(f"gpu:throttled_{name}:ratio", partial(_slowed, reasons), 0)
        for name, reasons in (
            ("power_cap", Reason.SW_POWER_CAP),
            ("thermal_software", Reason.SW_THERMAL),
            ("thermal_hardware", Reason.HW_THERMAL),
            ("power_brake", Reason.HW_POWER_BRAKE),
        )
    ),
    Detail(
        "gpu:pcie_received:bytes_per_second",
        lambda state: counters.pcie_peak(state) * state.activity.pcie_rx,
        0,
    ),
    Detail(
        "gpu:pcie_sent:bytes_per_second",
        lambda state: counters.pcie_peak(state) * state.activity.pcie_tx,
        0,
    ),
    Detail(
        "gpu:nvlink:bytes_per_second",
        lambda state: (
            counters.nvlink_peak(state) * (state.activity.nvlink_rx + state.activity.nvlink_tx)
        ),
        0,
        nvlink,
    ),
)

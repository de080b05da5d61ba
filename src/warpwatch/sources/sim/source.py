"""The simulator as a source: one node's GPUs, read like any others."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from threading import Event
from typing import Literal

from warpwatch.clock import Clock
from warpwatch.samples.entity import Device, Gpu, Link, Switch
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Kind, Reading, Reason, Report
from warpwatch.sources.base import Inventory, SourceInfo
from warpwatch.sources.sim import assembly
from warpwatch.sources.sim.faults.fault import Access
from warpwatch.sources.sim.gpu import SimGpu
from warpwatch.sources.sim.house import House
from warpwatch.sources.sim.incidents import ActiveFault, Incidents
from warpwatch.sources.sim.readings import peers, processes
from warpwatch.sources.sim.readings import switches as switch_readings
from warpwatch.sources.sim.readings.links import LinkView
from warpwatch.sources.sim.readings.table import Plan, plan
from warpwatch.sources.sim.scenario import Scenario
from warpwatch.sources.sim.stage import Stage
from warpwatch.sources.sim.state import Part, State
from warpwatch.sources.sim.timeline import Timeline
from warpwatch.sources.sim.work import Work

Hang = Literal["block", "report"]
_BASEBOARD = 8
"""GPUs that share NVSwitches."""
_GLANCE = 0.05
"""Seconds between two looks at whether a hung call may return; its end may come by simulated
time, by a request or by close, and none of them can wake it."""

HEARD = frozenset(
    {Kind.XID, Kind.ECC_UNCORRECTED, Kind.ROW_REMAP, Kind.ROW_REMAP_FAILURE, Kind.RECOVERY_ACTION}
)
"""What faults report; corrected errors are counted, and not reported one by one."""


class SimSource:
    def __init__(
        self,
        scenario: Scenario,
        clock: Clock,
        *,
        node: str = "localhost",
        hang: Hang = "block",
        switches: bool = False,
        house: House | None = None,
        first_seat: int = 0,
    ) -> None:
        """With hang="block" a hung GPU blocks its reader, as a driver does; "report" is for
        readers that cannot wait. `switches` lists NVSwitches among the devices. In a fleet
        the nodes of a rack share a house, and each has its seats there from `first_seat` on.
        """
        if house is None:
            timeline = Timeline(scenario, clock)
            house = House(timeline, Stage(timeline))
        self._timeline = house.timeline
        self._stage = house.stage
        self._names = tuple(name for name, _ in scenario.boards)
        self._gpus = assembly.gpus(scenario, node, house.timeline, house.schedule, first_seat)
        self._stage.join(self._gpus)
        self._incidents = Incidents(scenario, node, house, self._gpus)
        self._hang = hang
        self._closed = Event()
        boards = ", ".join(f"{group.count}x{group.board}" for group in scenario.gpus)
        self._info = SourceInfo(
            name="sim",
            simulated=True,
            driver=scenario.driver,
            detail=f"simulated GPUs: {boards}, seed {scenario.seed}",
        )
        self._switches = tuple(Switch(index) for index in range(self._switch_count()))
        self._listed: tuple[Device, ...] = self._switches if switches else ()
        self._inventory = Inventory(self._info, self._present())

    def inventory(self) -> Inventory:
        present = self._present()
        if present != self._inventory.devices:
            self._inventory = Inventory(self._info, present)
        return self._inventory

    def read(self, device: Device, fields: AbstractSet[int]) -> Report:
        if isinstance(device, Gpu):
            return self._read_gpu(device, frozenset(fields))
        if isinstance(device, Switch):
            return self._read_switch(device, frozenset(fields))
        return Report(device, self._timeline.now(), ())

    def close(self) -> None:
        """Calls that hang come back."""
        self._closed.set()

    def inject(self, request: Mapping[str, object]) -> ActiveFault:
        return self._incidents.inject(request)

    def active(self) -> tuple[ActiveFault, ...]:
        return self._incidents.active()

    def clear(self, number: int) -> ActiveFault | None:
        return self._incidents.clear(number)

    @property
    def gpus(self) -> tuple[SimGpu, ...]:
        return self._gpus

    def idle(self) -> tuple[int, ...]:
        """Whole GPUs that nobody has just now."""
        with self._stage.lock:
            self._stage.advance(self._timeline.now())
            return tuple(
                index
                for index, gpu in enumerate(self._gpus)
                if gpu.state.work is None and not gpu.state.parts and gpu.fit
            )

    @property
    def exporter_down(self) -> bool:
        """Whether a page of this node should not be served just now."""
        return self._incidents.exporter_down()

    def _present(self) -> tuple[Device, ...]:
        now = self._timeline.now()
        gpus = (gpu.state.entity for gpu in self._gpus if gpu.access(now) is not Access.MISSING)
        return (*gpus, *self._listed)

    def _switch_count(self) -> int:
        nvlink = self._gpus[0].state.board.nvlink
        whole = len(self._names) == _BASEBOARD and len(set(self._names)) == 1
        return nvlink.switches if nvlink and whole else 0

    def _plan(self, index: int, fields: frozenset[int]) -> Plan:
        return plan(fields, self._names[index], mig=bool(self._gpus[index].state.parts))

    def _read_gpu(self, device: Gpu, fields: frozenset[int]) -> Report:
        gpu = self._gpus[device.index]
        answers = self._plan(device.index, fields)
        reason = self._silence(gpu)
        with self._stage.lock:
            now = self._timeline.now()
            self._stage.advance(now)
            if reason is None and gpu.state.wear.off_bus:
                reason = Reason.LOST
            readings = (
                _readings(gpu, answers) if reason is None else _refusals(gpu, answers, reason)
            )
            if reason is None and peers.PEERS in fields:
                board, *parts = readings
                readings = (peers.add(board, gpu.state, self._others(gpu)), *parts)
            events = tuple(gpu.state.events)
            gpu.state.events.clear()
        return Report(device, now, readings, events, HEARD)

    def _others(self, one: SimGpu) -> Iterator[tuple[State, bool]]:
        now = self._timeline.now()
        for gpu in self._gpus:
            access = gpu.access(now)
            if gpu is not one and access is not Access.MISSING:
                yield gpu.state, access is None and not gpu.state.wear.off_bus

    def _silence(self, gpu: SimGpu) -> Reason | None:
        """Why the GPU does not answer, once it is known: a hung one lets its reader wait."""
        access = gpu.access(self._timeline.now())
        while access is Access.HUNG and self._hang == "block" and not self._closed.is_set():
            self._closed.wait(_GLANCE)
            access = gpu.access(self._timeline.now())
        if access is Access.HUNG:
            return Reason.TIMED_OUT
        return None if access is None else Reason.LOST

    def _read_switch(self, device: Switch, fields: frozenset[int]) -> Report:
        answers = self._plan(0, fields).switch
        if not answers:
            return Report(device, self._timeline.now(), ())
        with self._stage.lock:
            now = self._timeline.now()
            self._stage.advance(now)
            states = [gpu.state for gpu in self._gpus]
            view = switch_readings.view(device.index, len(self._switches), states)
        return Report(device, now, (answers.read(device, view),))


def _readings(gpu: SimGpu, answers: Plan) -> tuple[Reading, ...]:
    """The GPU, then its instances, then its links as far as anything is asked of them."""
    state = gpu.state
    readings = [answers.gpu.read(state.entity, state, _owners(state.work))]
    if answers.processes:
        readings[0] = replace(readings[0], processes=processes.of_gpu(state))
    if answers.part:
        readings += [_of_part(part, answers) for part in state.parts]
    if answers.link and state.board.nvlink:
        readings += [
            answers.link.read(Link(index, state.entity), LinkView(state, index))
            for index in range(state.board.nvlink.links)
        ]
    return tuple(readings)


def _of_part(part: Part, answers: Plan) -> Reading:
    reading = answers.part.read(part.instance, part, _owners(part.work))
    return replace(reading, processes=processes.of_part(part)) if answers.processes else reading


def _owners(work: Work | None) -> tuple[Owner, ...]:
    return work.owners if work else ()


def _refusals(gpu: SimGpu, answers: Plan, reason: Reason) -> tuple[Reading, ...]:
    state = gpu.state
    parts = [answers.part.refuse(part.instance, reason) for part in state.parts]
    return (answers.gpu.refuse(state.entity, reason), *parts)

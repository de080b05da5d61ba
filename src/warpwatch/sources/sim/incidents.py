"""The faults of one node, planned and injected: who has what, since when, for how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from warpwatch.errors import InputError
from warpwatch.sources.sim.decode import decode_fault
from warpwatch.sources.sim.faults.fault import Access, Fault
from warpwatch.sources.sim.gpu import SimGpu
from warpwatch.sources.sim.house import House
from warpwatch.sources.sim.incident import Incident
from warpwatch.sources.sim.scenario import Scenario
from warpwatch.sources.sim.spec import check_fault


@dataclass(frozen=True, slots=True)
class ActiveFault:
    """A fault that has been asked for and is not over, for people and for programs."""

    id: int
    node: str
    gpu: int | None
    fault: str
    begins: float
    """Simulated seconds since the epoch."""
    ends: float | None
    """None: not before it is cleared."""
    struck: bool
    """Whether it has begun."""
    program: str = ""
    """Which program has it, where it is neither of a GPU nor of a node."""


class Incidents:
    def __init__(
        self, scenario: Scenario, node: str, house: House, gpus: tuple[SimGpu, ...]
    ) -> None:
        self._scenario = scenario
        self._node = node
        self._timeline = timeline = house.timeline
        self._stage = house.stage
        self._gpus = gpus
        self._ids = house.ids
        for fault in scenario.faults:
            incident, *_ = self._add(fault, timeline.at_tick(fault.at))
            house.stage.stop_at(incident.begins, timeline.at_tick(incident.ends - timeline.begin))

    def inject(self, request: Mapping[str, object]) -> ActiveFault:
        """A fault as a scenario file would write it; its `at` counts from now, and it waits
        for no tick.
        """
        origin = "the request"
        if "node" in request:
            raise InputError(
                f"{origin}: node",
                "names one of many nodes, and this simulation is a single one",
                hint="leave it out",
            )
        fault = decode_fault(request, origin)
        check_fault(fault, self._scenario, origin)
        if self._timeline.frozen:
            raise InputError(
                origin,
                "comes to a simulation that stands still",
                hint="take `frozen` out of the scenario's [time] table",
            )
        with self._stage.lock:
            now = self._timeline.now()
            self._stage.advance(now)
            incident, *_ = self._add(fault, now + fault.at)
            self._stage.stop_at(incident.begins, incident.ends)
        return self._shown(incident, now)

    def active(self) -> tuple[ActiveFault, ...]:
        now = self._timeline.now()
        return tuple(
            self._shown(incident, now)
            for gpu in self._gpus
            for incident in gpu.incidents
            if not incident.over(now)
        )

    def clear(self, number: int) -> ActiveFault | None:
        """End a fault now, on all its GPUs, or never let it begin; None if there is none of this
        number.
        """
        ended = [
            self._end(gpu, incident)
            for gpu in self._gpus
            for incident in gpu.incidents
            if incident.id == number
        ]
        return ended[0] if ended else None

    def _end(self, gpu: SimGpu, incident: Incident) -> ActiveFault | None:
        with self._stage.lock:
            now = self._timeline.now()
            self._stage.advance(now)
            if incident.over(now):
                return None
            incident.ends = now
            if incident.struck:
                self._stage.stop_at(now)
            else:
                gpu.recover(incident)
            return self._shown(incident, now)

    def exporter_down(self) -> bool:
        now = self._timeline.now()
        return any(
            incident.access(now) is Access.DOWN for gpu in self._gpus for incident in gpu.incidents
        )

    def _add(self, fault: Fault, begins: float) -> list[Incident]:
        """One for each GPU that the fault is of, all of one number."""
        ends = inf if fault.lasting is None else begins + fault.lasting
        number = next(self._ids)
        parts = fault.parts(self._node, begins)
        incidents = [Incident(number, part, begins, ends) for part in parts]
        for incident in incidents:
            self._gpus[incident.fault.gpu].suffer(incident)
        return incidents

    def _shown(self, incident: Incident, now: float) -> ActiveFault:
        fault = incident.fault
        return ActiveFault(
            id=incident.id,
            node=self._node,
            gpu=fault.gpu,
            fault=fault.name(),
            begins=incident.begins,
            ends=None if incident.ends == inf else incident.ends,
            struck=incident.begins <= now,
        )

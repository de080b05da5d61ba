"""The faults of one node, planned and injected: who has what, since when, for how long."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf

from warpwatch.errors import InputError
from warpwatch.sources.sim.decode import decode_fault
from warpwatch.sources.sim.faults.fault import Access, Fault
from warpwatch.sources.sim.gpu import SimGpu
from warpwatch.sources.sim.incident import Incident
from warpwatch.sources.sim.scenario import Scenario
from warpwatch.sources.sim.spec import check_fault
from warpwatch.sources.sim.timeline import Timeline


@dataclass(frozen=True, slots=True)
class ActiveFault:
    """A fault that has been asked for and is not over, for people and for programs."""

    id: int
    node: str
    gpu: int
    fault: str
    begins: float
    """Simulated seconds since the epoch."""
    ends: float | None
    """None: not before it is cleared."""


class Incidents:
    def __init__(
        self,
        scenario: Scenario,
        node: str,
        timeline: Timeline,
        gpus: tuple[SimGpu, ...],
        ids: Iterator[int],
    ) -> None:
        self._scenario = scenario
        self._node = node
        self._timeline = timeline
        self._gpus = gpus
        self._ids = ids
        for fault in scenario.faults:
            self._add(fault, timeline.at_tick(fault.at))

    def inject(self, request: Mapping[str, object]) -> ActiveFault:
        """A fault as a scenario file would write it; its `at` counts from now."""
        origin = "the request"
        fault = decode_fault(request, origin)
        check_fault(fault, self._scenario, origin)
        if self._timeline.frozen:
            raise InputError(
                origin,
                "comes to a simulation that stands still",
                hint="take `frozen` out of the scenario's [time] table",
            )
        return self._shown(
            self._add(fault, self._timeline.next_tick(self._timeline.now() + fault.at))
        )

    def active(self) -> tuple[ActiveFault, ...]:
        now = self._timeline.now()
        return tuple(
            self._shown(incident)
            for gpu in self._gpus
            for incident in gpu.incidents
            if not incident.over(now)
        )

    def clear(self, number: int) -> bool:
        """End a fault now; False if there is none of this number."""
        now = self._timeline.now()
        for gpu in self._gpus:
            with gpu.lock:
                for incident in gpu.incidents:
                    if incident.id == number and not incident.over(now):
                        incident.ends = now
                        return True
        return False

    def exporter_down(self) -> bool:
        now = self._timeline.now()
        return any(
            incident.access(now) is Access.DOWN for gpu in self._gpus for incident in gpu.incidents
        )

    def _add(self, fault: Fault, begins: float) -> Incident:
        ends = inf if fault.lasting is None else begins + fault.lasting
        incident = Incident(next(self._ids), fault, begins, ends)
        gpu = self._gpus[fault.gpu]
        with gpu.lock:
            gpu.suffer(incident)
        return incident

    def _shown(self, incident: Incident) -> ActiveFault:
        fault = incident.fault
        return ActiveFault(
            id=incident.id,
            node=self._node,
            gpu=fault.gpu,
            fault=fault.name(),
            begins=incident.begins,
            ends=None if incident.ends == inf else incident.ends,
        )

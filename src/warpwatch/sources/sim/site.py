"""What stands around the GPUs of a rack: the hosts that they are in, the programs that use them.

It moves with the GPUs' stage, step by step, so what it says of a time does not depend on who read
what before either. Programs come and go with the jobs.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import inf

from warpwatch.expo.plain import Metric
from warpwatch.sources.sim.gang import Gang
from warpwatch.sources.sim.gpu import SimGpu
from warpwatch.sources.sim.hosts.faults import HostFault
from warpwatch.sources.sim.hosts.host import Host
from warpwatch.sources.sim.house import House
from warpwatch.sources.sim.incidents import ActiveFault
from warpwatch.sources.sim.mishap import Mishap, Planned, Troubles
from warpwatch.sources.sim.programs.faults import ProgramFault
from warpwatch.sources.sim.programs.program import Program, placed
from warpwatch.sources.sim.programs.serving import Serving
from warpwatch.sources.sim.programs.training import USUAL, Training
from warpwatch.sources.sim.work import Job

_SERVING = ("inference", "leak")


class Site:
    def __init__(self, house: House, hosts: Sequence[Host], standing: Sequence[Program]) -> None:
        """`standing` are programs that are there whatever the GPUs do."""
        self._timeline = house.timeline
        self._stage = house.stage
        self._ids = house.ids
        self.hosts = {host.name: host for host in hosts}
        self._standing = tuple(standing)
        self._nodes: dict[SimGpu, str] = {gpu: host.name for host in hosts for gpu in host.gpus}
        self._gangs: Mapping[Job, Gang] = {}
        self._hired: dict[Job, Program] = {}
        self._stage.follow(self._move)
        self._hire(self._stage.gangs)

    def programs(self) -> tuple[Program, ...]:
        """Those that run now."""
        with self._stage.lock:
            self._stage.advance(self._timeline.now())
            return self._running()

    def down(self, node: str) -> bool:
        """Whether the machine is gone; empty is the place of what stands nowhere."""
        with self._stage.lock:
            self._stage.advance(self._timeline.now())
            return bool(node) and self.hosts[node].strain.down

    def of_program(self, program: Program) -> tuple[Metric, ...]:
        return self._read(program)

    def of_host(self, node: str) -> tuple[Metric, ...]:
        return self._read(self.hosts[node])

    def strike_host(self, node: str, fault: HostFault) -> ActiveFault:
        planned = self._strike(self.hosts[node].troubles, fault)
        return self._shown(planned, node=node)

    def strike_program(self, program: Program, fault: ProgramFault) -> ActiveFault:
        planned = self._strike(program.troubles, fault)
        return self._shown(planned, program=program.name)

    def active(self) -> Iterator[ActiveFault]:
        now = self._timeline.now()
        for name, host in self.hosts.items():
            for of_host in host.troubles.planned:
                if not of_host.over(now):
                    yield self._shown(of_host, node=name)
        for program in self._running():
            for planned in program.troubles.planned:
                if not planned.over(now):
                    yield self._shown(planned, program=program.name)

    def clear(self, number: int) -> ActiveFault | None:
        found = next((each for each in self.active() if each.id == number), None)
        if found is None:
            return None
        with self._stage.lock:
            now = self._timeline.now()
            self._stage.advance(now)
            for planned in self._planned():
                if planned.id == number:
                    planned.ends = now
            self._stage.stop_at(now)
        return found

    def _planned(self) -> Iterator[Planned]:
        for host in self.hosts.values():
            yield from host.troubles.planned
        for program in self._running():
            yield from program.troubles.planned

    def _running(self) -> tuple[Program, ...]:
        return (*self._standing, *self._hired.values())

    def _read(self, one: Host | Program) -> tuple[Metric, ...]:
        with self._stage.lock:
            now = self._timeline.now()
            self._stage.advance(now)
            return tuple(one.metrics(now))

    def _strike(self, troubles: Troubles, fault: Mishap) -> Planned:
        with self._stage.lock:
            now = self._timeline.now()
            self._stage.advance(now)
            planned = troubles.add(next(self._ids), fault, now + fault.at)
            self._stage.stop_at(planned.begins, planned.ends)
        return planned

    def _shown(self, planned: Planned, node: str = "", program: str = "") -> ActiveFault:
        return ActiveFault(
            id=planned.id,
            node=node,
            gpu=None,
            fault=planned.mishap.name(),
            begins=planned.begins,
            ends=None if planned.ends == inf else planned.ends,
            struck=planned.begins <= self._timeline.now(),
            program=program,
        )

    def _move(self, time: float, seconds: float, gangs: Mapping[Job, Gang]) -> None:
        if gangs is not self._gangs:
            self._hire(gangs)
        for host in self.hosts.values():
            host.step(time, seconds)
        for program in self._running():
            program.step(time, seconds)

    def _hire(self, gangs: Mapping[Job, Gang]) -> None:
        self._gangs = gangs
        known, self._hired = self._hired, {}
        for job, gang in gangs.items():
            program = known.get(job) or self._program(gang)
            if isinstance(program, Serving | Training):
                program.gang = gang
                self._hired[job] = program

    def _program(self, gang: Gang) -> Program | None:
        first = gang.gpus[0]
        work = first.state.work
        if work is None or not work.owners:
            return None
        owner = work.owners[0]
        labels = placed(owner, self._nodes[first])
        name = gang.job.workload.name
        if name in USUAL:
            return Training(owner.pod, labels, gang)
        return Serving(owner.pod, labels, gang) if name in _SERVING else None

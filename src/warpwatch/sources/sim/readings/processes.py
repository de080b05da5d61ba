"""Who runs on a GPU: one process for each rank, with the memory that is in use but for a little
that the driver keeps for itself.
"""

from warpwatch.fields import processes
from warpwatch.samples.sample import Process
from warpwatch.sources.sim.readings import memory
from warpwatch.sources.sim.readings.reader import Reader
from warpwatch.sources.sim.state import Part, State
from warpwatch.sources.sim.work import Work
from warpwatch.units import MIB

DRIVERS_SHARE = 4
"""MiB in use that are nobody's."""
_FIRST = 2000
_NUMBERS = 4_000_000
"""Linux counts to 4194304 on machines of this size."""


def of_gpu(state: State) -> tuple[Process, ...]:
    """None of one that is divided: there they are its instances'."""
    if state.parts:
        return ()
    return _of(state.work, memory.used(state), state.activity.busy)


def of_part(part: Part) -> tuple[Process, ...]:
    """NVML tells no shares under MIG."""
    return _of(part.work, memory.part_used(part), None)


def _of(work: Work | None, used: int, busy: float | None) -> tuple[Process, ...]:
    if work is None or not work.job.workload.command:
        return ()
    user = work.owners[0].user if work.owners else ""
    return (
        Process(
            pid=_FIRST + (work.job.seed + work.rank) % _NUMBERS,
            kind="compute",
            memory=max(used - DRIVERS_SHARE, 0) * MIB,
            sm=busy,
            user=user,
            command=work.job.workload.command,
        ),
    )


def _all(state: State) -> int:
    """As NVML counts them for a whole GPU, its instances' included."""
    return len(of_gpu(state)) + sum(len(of_part(part)) for part in state.parts)


READERS: tuple[Reader[State], ...] = (
    Reader(processes.COMPUTE_PIDS, _all),
    Reader(processes.GRAPHICS_PIDS, lambda _: 0),
)
PART_READERS: tuple[Reader[Part], ...] = (
    Reader(processes.COMPUTE_PIDS, lambda part: len(of_part(part))),
    Reader(processes.GRAPHICS_PIDS, lambda _: 0),
)

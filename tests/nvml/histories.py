"""Run in a process of its own: histories of faults and recoveries, each lived through by a sampler
over the real bindings. Prints how many there were; a broken promise ends it with a traceback.
"""

import asyncio
import json
import os
import sys
import threading
from pathlib import Path

import pynvml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bindings import source_of
from machine import H100, Machine
from warpwatch.clock import ManualClock
from warpwatch.exporter.sampler import Pace, Sampler
from warpwatch.fields import events, power, profiling, temperature
from warpwatch.samples.entity import Gpu
from warpwatch.samples.sample import Reason
from warpwatch.samples.snapshot import State
from warpwatch.sources.nvml.patience import LONGEST_SECONDS

NEEDED = frozenset({temperature.GPU_TEMP.id, power.POWER_USAGE.id, events.XID_ERRORS.id})
FIGURE = profiling.PROF_GR_ENGINE_ACTIVE.id
"""Asked for so that samples are held; its value would need real time to pass."""
ASKED = NEEDED | {FIGURE}
MOST_GPUS = 4
ALIVE_OF_A_GPU = 4
"""An event set, a sample, and a sample of each of two instances."""
THREADS = MOST_GPUS + 1
"""A reader for each, and the scout; no listener, so that nothing depends on its pace."""

SICKNESS: dict[str, tuple[dict[str, object], Reason]] = {
    "hang": ({"hang.all": 1}, Reason.TIMED_OUT),
    "lose": ({"left": 0}, Reason.LOST),
    "fail": ({"error.all": 999}, Reason.FAILED),
    "forbid": ({"error.all": 4}, Reason.NO_PERMISSION),
    "slow": ({"delay.nvmlDeviceGetPowerUsage": 0.01}, Reason.FAILED),
}
"""What the scenario is told of a GPU, and what is then said of it; a slow one is whole."""
OTHERS = ("heal", "divide", "unite", "restart", "unload", "load", "plug", "unplug")
HISTORIES = st.lists(
    st.tuples(st.sampled_from((*SICKNESS, *OTHERS)), st.integers(0, MOST_GPUS - 1)),
    min_size=1,
    max_size=8,
)


class World:
    """What is true of the machine, whatever the source makes of it."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.count = 2
        self.generation = 0
        self.sick: dict[int, str] = {}
        self.loaded = True
        self.stale = False
        """The driver was restarted, or its GPUs changed, while a call hung in it: nothing may
        be freed under that, so the rest waits for it."""
        machine.lines.clear()
        machine.gpus(MOST_GPUS, H100)
        machine.say({"driver.gpus": self.count, "driver.device": machine.directory / "device"})

    @property
    def hung(self) -> bool:
        return "hang" in self.sick.values()

    def happen(self, event: str, gpu: int) -> None:
        match event:
            case "heal":
                self._heal(gpu)
            case "divide":
                self.machine.divide(gpu)
            case "unite":
                self.machine.say({f"{gpu}.nvmlDeviceGetMigMode": "0 0"})
            case "restart" | "unload":
                self.generation += 1
                self.loaded = event == "restart"
                self._driver()
            case "load":
                self.loaded = True
                self._driver()
            case "plug" | "unplug":
                more = self.count + (1 if event == "plug" else -1)
                self.count = min(max(more, 1), MOST_GPUS)
                self._driver()
            case sickness:
                self._heal(gpu)
                self.sick[gpu] = sickness
                lines, _ = SICKNESS[sickness]
                self.machine.say({f"{gpu}.{key}": value for key, value in lines.items()})
        self.stale = self.hung and (self.stale or event in OTHERS[3:])

    def heal(self) -> None:
        for gpu in list(self.sick):
            self._heal(gpu)
        self.happen("load", 0)

    def _heal(self, gpu: int) -> None:
        lines, _ = SICKNESS[self.sick.pop(gpu, "hang")]
        self.machine.say({f"{gpu}.{key}": None for key in lines})

    def _driver(self) -> None:
        self.machine.say(
            {
                "driver.gpus": self.count,
                "driver.generation": self.generation,
                "driver.error.nvmlInitWithFlags": None if self.loaded else 9,
            }
        )


async def live(world: World, history: list[tuple[str, int]]) -> None:
    clock = ManualClock()
    files, before, threads = descriptors(), alive(), threading.active_count()
    source = source_of(pynvml, clock)
    pace = Pace(interval=1.0, stale_after=0.0, deadline=0.1)
    sampler = Sampler(source, clock, pace, fields=ASKED, windows=(1.0, 1.0))
    try:
        for event, gpu in history:
            world.happen(event, gpu)
            await until_held(sampler, clock, world)
            assert descriptors() <= files + 1
            assert alive() - before <= ALIVE_OF_A_GPU * MOST_GPUS
            assert threading.active_count() - threads <= THREADS
    finally:
        world.heal()
    await until_whole(sampler, clock, world)
    await sampler.close()
    assert descriptors() == files
    assert alive() == before


async def settle(sampler: Sampler, clock: ManualClock) -> tuple[State, ...]:
    """Until patience has come to its end, and what was tried then has been read."""
    for _ in range(3):
        clock.advance(LONGEST_SECONDS + 1)
        await sampler.sample()
    seen = sampler.look()
    assert seen is not None
    return seen.states


async def until_held(sampler: Sampler, clock: ManualClock, world: World) -> None:
    """A machine under load may be slower than the short deadline here, but not every time."""
    for patience in (True, True, False):
        states = await settle(sampler, clock)
        try:
            hold(world, states)
        except AssertionError:
            if not patience:
                raise
        else:
            return


async def until_whole(sampler: Sampler, clock: ManualClock, world: World) -> None:
    """What hung returns when it likes, if soon: this alone is waited for."""
    states: tuple[State, ...] = ()
    for _ in range(100):
        states = await settle(sampler, clock)
        if len(states) == world.count and all(map(whole, states)):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"not all are well in the end: {states}")


def hold(world: World, states: tuple[State, ...]) -> None:
    """Complete for healthy GPUs, truthful for sick ones."""
    if not world.hung and world.loaded:
        opened = {state.device.index for state in states}
        absent = set(range(world.count)) - opened
        assert absent <= world.sick.keys(), f"healthy, and not to be seen: {absent}"
    for state in states:
        reading = state.report.readings[0]
        assert reading.values.keys() | reading.gaps.keys() == ASKED
        index = state.device.index
        sickness = world.sick.get(index, "")
        if sickness in {"", "slow"}:
            assert world.stale or whole(state) or not world.loaded, (index, reading)
        elif not world.stale:
            assert SICKNESS[sickness][1] in reading.gaps.values(), (sickness, reading)
            assert temperature.GPU_TEMP.id not in reading.values


def whole(state: State) -> bool:
    return state.report.readings[0].values.keys() >= NEEDED and isinstance(state.device, Gpu)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def alive() -> int:
    """Objects of the driver's that were not given back."""
    return int(pynvml.nvmlLib.stand_in_alive()) if pynvml.nvmlLib else 0


def main() -> None:
    machine = Machine(Path(os.environ["NVML_SCENARIO"]).parent)
    (machine.directory / "device").touch()
    lived = []

    @settings(
        max_examples=30,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(history=HISTORIES)
    def every(history: list[tuple[str, int]]) -> None:
        asyncio.run(live(World(machine), history))
        lived.append(len(history))

    every()
    json.dump({"histories": len(lived), "events": sum(lived)}, sys.stdout)


main()

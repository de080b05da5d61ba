"""A pause of profiling: what is not asked, what is shown, and when it ends."""

import asyncio

import pytest

from scripted import ScriptedSource
from warpwatch.clock import ManualClock
from warpwatch.exporter.pause import PROFILING, Pause
from warpwatch.exporter.sampler import Pace, Sampler
from warpwatch.fields import power
from warpwatch.fields.profiling import PROF_GR_ENGINE_ACTIVE, PROF_PCIE_TX_BYTES
from warpwatch.samples.entity import Instance
from warpwatch.samples.sample import Reading, Reason, Report
from warpwatch.samples.snapshot import State

POWER = power.POWER_USAGE.id
ACTIVE, PCIE = PROF_GR_ENGINE_ACTIVE.id, PROF_PCIE_TX_BYTES.id
ASKED = frozenset({POWER, ACTIVE, PCIE})


def state(pause: Pause, clock: ManualClock, fields: frozenset[int]) -> State:
    async def sample() -> State:
        pace = Pace(interval=1.0, stale_after=10.0)
        sampler = Sampler(
            ScriptedSource(gpus=1), clock, pace, fields=fields, windows=(1.0, 1.0), pause=pause
        )
        await sampler.sample()
        seen = sampler.look()
        await sampler.close()
        assert seen is not None
        return seen.states[0]

    return asyncio.run(sample())


def test_what_the_catalogue_calls_profiling_is_paused() -> None:
    assert {ACTIVE, PCIE} < PROFILING
    assert POWER not in PROFILING


def test_paused_fields_are_gaps_and_all_others_are_read() -> None:
    clock = ManualClock()
    pause = Pause(clock)
    pause.begin()
    seen = state(pause, clock, ASKED)
    assert seen.report.readings[0].values == {POWER: 0.5}
    assert seen.report.readings[0].gaps == dict.fromkeys((ACTIVE, PCIE), Reason.PAUSED)
    assert seen.success


def test_a_gpu_of_which_only_profiling_was_wanted_did_not_fail() -> None:
    clock = ManualClock()
    pause = Pause(clock)
    pause.begin()
    assert state(pause, clock, frozenset({ACTIVE})).success


def test_without_a_pause_all_is_read() -> None:
    clock = ManualClock()
    pause = Pause(clock)
    pause.begin()
    pause.end()
    assert state(pause, clock, ASKED).report.readings[0].gaps == {}


def test_a_pause_with_an_end_ends_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    clock = ManualClock()
    pause = Pause(clock)
    pause.begin(600)
    clock.advance(599)
    assert (pause.active, pause.left) == (True, 1)
    clock.advance(1)
    assert (pause.active, pause.left) == (False, None)
    assert pause.spare(ASKED) == ASKED
    assert caplog.messages == ["profiling is paused for 600 s", "profiling is resumed"]


def test_a_second_pause_takes_the_place_of_the_first() -> None:
    clock = ManualClock()
    pause = Pause(clock)
    pause.begin(10)
    pause.begin()
    clock.advance(1000)
    assert (pause.active, pause.left) == (True, None)


def test_of_an_instance_only_what_is_its_own_is_missing() -> None:
    clock = ManualClock()
    pause = Pause(clock)
    pause.begin()
    gpu = ScriptedSource(gpus=1).devices[0]
    instance = Instance(gpu, 1, "1g.10gb", "MIG-1")  # type: ignore[arg-type]
    report = Report(gpu, 0.0, (Reading(gpu, {}, {}), Reading(instance, {}, {})))
    board, part = pause.mark(report, ASKED).readings
    assert board.gaps == dict.fromkeys((ACTIVE, PCIE), Reason.PAUSED)
    assert part.gaps == {ACTIVE: Reason.PAUSED}


def test_one_in_a_hurry_is_not_kept_waiting_for_the_interval() -> None:
    async def main() -> None:
        clock = ManualClock()
        source = ScriptedSource(gpus=1)
        sampler = Sampler(
            source, clock, Pace(interval=3600, stale_after=10), fields=ASKED, windows=(1.0, 1.0)
        )
        running = asyncio.create_task(sampler.run())
        await sampler.looked.wait()
        first = sampler.moment
        sampler.hurry()
        async with asyncio.timeout(10):
            while sampler.moment == first:
                await asyncio.sleep(0.001)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await sampler.close()

    asyncio.run(main())

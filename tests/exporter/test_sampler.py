"""A device that is slow, broken or gone costs its own readings and nobody else's."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable

import pytest

from scripted import ScriptedSource
from warpwatch.clock import ManualClock
from warpwatch.exporter.sampler import Pace, Sampler
from warpwatch.fields import clocks
from warpwatch.samples.entity import Device
from warpwatch.samples.sample import Event, Kind, Reason
from warpwatch.samples.snapshot import State
from warpwatch.sources.base import Inventory

SM = clocks.SM_CLOCK.id
PACE = Pace(interval=1.0, stale_after=10.0, deadline=0.1)


class Bench:
    """A sampler on a scripted source, under a clock that a test moves."""

    def __init__(self, source: ScriptedSource) -> None:
        self.source = source
        self.clock = ManualClock(5000.0)
        self.sampler = Sampler(source, self.clock, PACE, fields={SM}, windows=(300, 300))

    async def cycle(self, seconds: float = 1.0) -> dict[Device, State]:
        self.clock.advance(seconds)
        await self.sampler.sample()
        return self.now()

    def now(self) -> dict[Device, State]:
        snapshot = self.sampler.look()
        return {state.device: state for state in snapshot.states} if snapshot else {}


def run(source: ScriptedSource, story: Callable[[Bench], Awaitable[None]]) -> None:
    async def main() -> None:
        bench = Bench(source)
        await story(bench)
        await bench.sampler.close()

    asyncio.run(main())


def test_every_device_is_read_and_snapshots_are_numbered(source: ScriptedSource) -> None:
    async def story(bench: Bench) -> None:
        for number in (1, 2):
            states = await bench.cycle()
            assert bench.sampler.moment == (number, 0)
            assert set(states) == set(source.devices)
            assert all(state.success and state.age == 0.0 for state in states.values())
            assert all(s.report.readings[0].values == {SM: 7} for s in states.values())

    run(source, story)
    assert source.closed


def test_a_call_that_hangs_costs_its_own_gpu_and_stacks_up_nothing(source: ScriptedSource) -> None:
    sick, well = source.devices
    source.hold[sick] = threading.Event()

    async def story(bench: Bench) -> None:
        await bench.cycle()
        threads = threading.active_count()
        for _ in range(5):
            states = await bench.cycle()
            assert states[well].success
            assert states[sick].hung
            assert states[sick].failure is Reason.TIMED_OUT
            assert states[sick].report.readings[0].gaps == {SM: Reason.TIMED_OUT}
        assert threading.active_count() <= threads  # those of other tests may be ending
        source.hold.pop(sick).set()
        while (await bench.cycle())[sick].hung:
            await asyncio.sleep(0.01)
        assert (await bench.cycle())[sick].report.readings[0].values == {SM: 7}

    run(source, story)


def test_what_a_late_call_brings_still_counts(source: ScriptedSource) -> None:
    late, _ = source.devices
    source.hold[late] = threading.Event()
    source.events[late] = (Event(1.0, Kind.XID, 79),)

    async def story(bench: Bench) -> None:
        await bench.cycle()
        source.hold.pop(late).set()
        for _ in range(100):
            await bench.cycle()
            if bench.sampler.tally(late).xid_totals:
                break
            await asyncio.sleep(0.01)
        assert bench.sampler.tally(late).xid_totals == {79: 1}

    run(source, story)


def test_an_old_value_is_served_for_a_while_and_then_is_a_gap(source: ScriptedSource) -> None:
    sick, _ = source.devices

    async def story(bench: Bench) -> None:
        await bench.cycle()
        source.hold[sick] = threading.Event()
        state = (await bench.cycle(9.0))[sick]
        assert (state.success, state.age) == (False, 9.0)
        assert state.report.readings[0].values == {SM: 7}
        state = (await bench.cycle(1.5))[sick]
        assert state.age == 10.5
        assert state.report.readings[0].gaps == {SM: Reason.TIMED_OUT}
        assert state.report.readings[0].values == {}

    run(source, story)


def test_a_source_that_breaks_is_logged_once_and_recovers(
    source: ScriptedSource,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken, well = source.devices

    def fault(device: Device) -> None:
        if device == broken:
            raise ZeroDivisionError("a defect")

    async def story(bench: Bench) -> None:
        source.fault = fault
        for _ in range(2):
            states = await bench.cycle()
            assert states[well].success
            assert states[broken].failure is Reason.FAILED
            assert not states[broken].hung
        source.fault = None
        assert (await bench.cycle())[broken].success

    with caplog.at_level(logging.INFO):
        run(source, story)
    assert "a defect" in caplog.text
    assert sum("gave no reading" in message for message in caplog.messages) == 1
    assert sum("answers again" in message for message in caplog.messages) == 1


def test_devices_come_and_go(source: ScriptedSource) -> None:
    first, second = source.devices

    async def story(bench: Bench) -> None:
        await bench.cycle()
        threads = threading.active_count()
        source.devices = (second,)
        assert set(await bench.cycle()) == {second}
        with pytest.raises(KeyError):
            bench.sampler.tally(first)
        source.devices = (first, second)
        assert set(await bench.cycle()) == {first, second}
        while threading.active_count() > threads:  # the thread of the one that went
            await asyncio.sleep(0.01)

    run(source, story)


def test_an_inventory_that_fails_is_logged_and_reading_goes_on(
    source: ScriptedSource,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def gone() -> Inventory:
        raise OSError("the library went away")

    async def story(bench: Bench) -> None:
        await bench.cycle()
        source.take_stock = gone
        source.values = {SM: 8}
        states = await bench.cycle()
        assert all(state.report.readings[0].values == {SM: 8} for state in states.values())
        assert "the library went away" in caplog.text
        source.take_stock = None
        source.devices = source.devices[:1]
        assert len(await bench.cycle()) == 1

    run(source, story)


def test_a_slow_inventory_arrives_in_the_end(source: ScriptedSource) -> None:
    held = threading.Event()
    full = source.inventory()

    def slow() -> Inventory:
        held.wait(30)
        return full

    async def story(bench: Bench) -> None:
        source.take_stock = slow
        assert await bench.cycle() == {}
        assert await bench.cycle() == {}
        held.set()
        while not await bench.cycle():
            await asyncio.sleep(0.01)
        assert set(bench.now()) == set(source.devices)

    run(source, story)


def test_values_grow_old_even_if_no_cycle_ever_ends(source: ScriptedSource) -> None:
    async def story(bench: Bench) -> None:
        await bench.cycle()
        first = bench.sampler.moment
        bench.clock.advance(5.0)
        assert bench.sampler.moment != first
        assert {state.age for state in bench.now().values()} == {5.0}
        bench.clock.advance(6.0)
        for state in bench.now().values():
            assert state.report.readings[0].values == {}

    run(source, story)


def test_the_age_of_a_lost_gpu_is_that_of_its_last_value(source: ScriptedSource) -> None:
    async def story(bench: Bench) -> None:
        await bench.cycle()
        source.gaps = {SM: Reason.LOST}
        for age in (1.0, 2.0, 3.0):
            state = (await bench.cycle())[source.devices[0]]
            assert (state.success, state.failure, state.age) == (False, Reason.LOST, age)

    run(source, story)


def test_a_device_that_hangs_leaves_and_returns_is_not_given_a_second_thread(
    source: ScriptedSource,
) -> None:
    sick, well = source.devices

    async def story(bench: Bench) -> None:
        await bench.cycle()
        threads = threading.active_count()
        source.hold[sick] = threading.Event()
        await bench.cycle()
        for devices in ((well,), (sick, well), (well,), (sick, well)):
            source.devices = devices
            await bench.cycle()
        assert threading.active_count() <= threads  # those of other tests may be ending
        assert bench.now()[sick].hung

    run(source, story)


def test_devices_that_were_not_chosen_are_not_read(source: ScriptedSource) -> None:
    async def main() -> None:
        first, second = source.devices

        def fault(device: Device) -> None:
            assert device == second

        source.fault = fault
        sampler = Sampler(
            source, ManualClock(), PACE, fields={SM}, windows=(1, 1), chosen=lambda d: d == second
        )
        await sampler.sample()
        snapshot = sampler.look()
        assert snapshot is not None
        assert [(state.device, state.success) for state in snapshot.states] == [(second, True)]
        assert first != second
        await sampler.close()

    asyncio.run(main())


def test_what_is_being_read_is_read_to_its_end_before_the_source_is_closed(
    source: ScriptedSource,
) -> None:
    slow, _ = source.devices
    seen: list[bool] = []

    def fault(device: Device) -> None:
        if device == slow:
            seen.append(source.closed)

    async def story(bench: Bench) -> None:
        source.hold[slow] = threading.Event()
        source.fault = fault
        assert (await bench.cycle())[slow].hung
        asyncio.get_running_loop().call_soon(source.hold[slow].set)

    run(source, story)
    assert seen == [False]
    assert source.closed


def test_closing_does_not_wait_for_what_hangs_for_ever(source: ScriptedSource) -> None:
    sick, _ = source.devices

    async def story(bench: Bench) -> None:
        source.hold[sick] = threading.Event()
        assert (await bench.cycle())[sick].hung

    run(source, story)
    assert source.closed

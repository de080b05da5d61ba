"""The kubelet stage: who has which GPU, and what becomes of that when the kubelet falls silent."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from kubelet import pod
from warpwatch.clients.kubelet.wire import Claim as Given
from warpwatch.clients.kubelet.wire import Pod
from warpwatch.clock import ManualClock
from warpwatch.errors import Unreachable
from warpwatch.exporter.attribution.device_ids import Place
from warpwatch.exporter.attribution.inquiry import KEPT_SECONDS
from warpwatch.exporter.attribution.kubelet import Kubelet
from warpwatch.samples.entity import Gpu, Instance
from warpwatch.samples.owner import Claim, Owner
from warpwatch.samples.sample import Reading, Report

GPU = Gpu(0, "GPU-0", "00000000:1B:00.0", "NVIDIA H100")
PART = Instance(GPU, 5, "1g.10gb", "MIG-0a")


class Says:
    """A kubelet that says what it is told to, or fails."""

    def __init__(self, *pods: Pod) -> None:
        self.pods_now: tuple[Pod, ...] | Unreachable = pods
        self.asked = 0
        self.closed = False

    def pods(self, timeout: float) -> tuple[Pod, ...]:
        assert timeout > 0
        self.asked += 1
        if isinstance(self.pods_now, Unreachable):
            raise self.pods_now
        return self.pods_now

    def close(self) -> None:
        self.closed = True


def owners(stage: Kubelet) -> list[tuple[Owner, ...]]:
    report = Report(GPU, 0.0, (Reading(GPU, {}, {}), Reading(PART, {}, {})))
    return [reading.owners for reading in stage(report).readings]


def play(
    says: Says, story: Callable[[Kubelet, Callable[[float], Any]], Any], **more: Any
) -> Kubelet:
    """`story` is handed the stage, and what lets time pass until it was asked again."""
    clock = ManualClock(1e9)
    stage = Kubelet(says, clock, 1.0, **more)

    async def main() -> None:
        task = asyncio.create_task(stage.run())

        async def settle(before: int) -> None:
            async with asyncio.timeout(10):
                while says.asked == before or not clock._sleepers:  # noqa: SLF001
                    await asyncio.sleep(0.002)

        async def after(seconds: float) -> None:
            before = says.asked
            clock.advance(seconds)
            await settle(before)

        await settle(0)
        await story(stage, after)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())
    assert says.closed
    return stage


def test_a_gpu_has_the_pod_that_it_was_given_to() -> None:
    says = Says(
        pod("train", "GPU-0"),
        pod("infer", "MIG-0a", resource="nvidia.com/mig-1g.10gb", container="server"),
        pod("other", "GPU-0", resource="example.com/fpga"),
        pod("web"),
    )

    async def story(stage: Kubelet, after: Callable[[float], Any]) -> None:
        whole = Owner(pod="train", namespace="default", container="main")
        part = Owner(pod="infer", namespace="default", container="server")
        assert owners(stage) == [(whole,), (part,)]
        says.pods_now = ()
        await after(1.0)
        assert owners(stage) == [(), ()]

    play(says, story)


def test_resources_of_other_names_count_where_they_were_named() -> None:
    async def story(stage: Kubelet, after: Callable[[float], Any]) -> None:
        del after
        assert [owner.pod for owner in owners(stage)[0]] == ["a"]

    says = Says(pod("a", "GPU-0", resource="acme.com/gpu"))
    play(says, story, resources=frozenset({"acme.com/gpu"}))


def test_a_shared_gpu_has_all_its_pods_each_with_its_share() -> None:
    async def story(stage: Kubelet, after: Callable[[float], Any]) -> None:
        del after
        shared, _ = owners(stage)
        assert [(owner.pod, owner.vgpu) for owner in shared] == [("a", "0"), ("a", "1"), ("b", "2")]

    play(Says(pod("a", "GPU-0::0", "GPU-0::1"), pod("b", "GPU-0::2")), story)


def test_a_claim_is_the_device_that_it_stands_for() -> None:
    given = Given("claim", "default", "gpu.nvidia.com", "n1", "gpu-0")
    claim = Claim("claim", "default", "gpu.nvidia.com", "n1", "gpu-0")
    known: dict[Given, tuple[Place, Claim]] = {}

    async def story(stage: Kubelet, after: Callable[[float], Any]) -> None:
        assert owners(stage)[0] == ()
        known[given] = Place(uuid="GPU-0"), claim
        await after(1.0)
        (owner,) = owners(stage)[0]
        assert (owner.pod, owner.claim) == ("a", claim)

    play(Says(pod("a", claims=[given])), story, resolve=known.get)


def test_labels_outlive_a_silent_kubelet_for_a_while_and_then_go(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    says = Says(pod("train", "GPU-0"))

    async def story(stage: Kubelet, after: Callable[[float], Any]) -> None:
        says.pods_now = Unreachable("no socket", hint="mount it")
        for _ in range(3):
            await after(1.0)
        assert owners(stage)[0] != ()
        (health,) = stage.health()
        assert (health.success, health.age, health.detail) == (False, 3.0, "no socket; mount it")
        await after(KEPT_SECONDS)
        assert owners(stage)[0] == ()
        says.pods_now = (pod("train", "GPU-0"),)
        await after(1.0)
        assert owners(stage)[0] != ()
        (health,) = stage.health()
        assert (health.success, health.age) == (True, 0.0)

    play(says, story)
    said = [record.getMessage() for record in caplog.records]
    assert len([line for line in said if "no socket" in line]) == 1
    assert len([line for line in said if "dropped" in line]) == 1


def test_an_id_of_no_known_form_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    async def story(stage: Kubelet, after: Callable[[float], Any]) -> None:
        del stage
        for number in range(300):
            says.pods_now = (pod("a", f"strange{number}", "odd"),)
            await after(1.0)

    says = Says(pod("a", "odd"))
    play(says, story)
    said = [record.getMessage() for record in caplog.records if "'odd'" in record.getMessage()]
    assert len(said) == 1
    assert len(caplog.records) <= 100

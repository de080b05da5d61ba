"""What an API server never says, said nonetheless: no stage falls over it."""

import asyncio
from collections.abc import Awaitable, Callable

from apiserver import ApiServer, pod, serving
from warpwatch.clients.kubernetes.access import Access
from warpwatch.clients.kubernetes.api import Api
from warpwatch.clock import SystemClock
from warpwatch.exporter.attribution.device_ids import place
from warpwatch.exporter.attribution.pods import Known, Pods

PODS = "/api/v1/pods"


def follow(server: ApiServer, until: Callable[[Pods], bool]) -> Pods:
    async def main() -> Pods:
        api = Api(Access(server.url))
        pods = Pods(api, SystemClock(), "")
        task = asyncio.create_task(pods.run())
        async with asyncio.timeout(10):
            while not until(pods):
                await asyncio.sleep(0.005)
        await _ended(task, api.close)
        return pods

    with serving(server):
        return asyncio.run(main())


async def _ended(task: "asyncio.Task[None]", close: Callable[[], Awaitable[None]]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await close()


def named(pods: Pods) -> Known | None:
    return pods._mirror.items.get("u1")  # noqa: SLF001  what is kept of it


def test_labels_that_are_none_are_none() -> None:
    server = ApiServer()
    odd = pod("a")
    odd["metadata"]["labels"] = ["team"]
    server.put(PODS, "u1", odd)
    pods = follow(server, lambda pods: named(pods) is not None)
    known = named(pods)
    assert known is not None
    assert (known.name, known.labels) == ("a", {})


def test_half_of_a_character_never_reaches_the_page() -> None:
    server = ApiServer()
    server.put(PODS, "u1", pod("a", team="\ud800"))
    pods = follow(server, lambda pods: bool(pods.health()[0].detail))
    assert "not JSON" in pods.health()[0].detail
    assert named(pods) is None


def test_a_number_too_long_to_be_one_is_no_device() -> None:
    assert place(f"nvidia{'1' * 5000}") is None
    assert place(f"MIG-GPU-1a/{'1' * 5000}/0") is None

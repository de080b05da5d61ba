"""What the API server adds: uids and labels of pods, and what claims stand for."""

import asyncio
from collections.abc import Callable

from apiserver import ApiServer, serving
from apiserver import pod as pod_of
from warpwatch.clients.kubelet.wire import Claim as Given
from warpwatch.clients.kubernetes.access import Access
from warpwatch.clients.kubernetes.api import Api
from warpwatch.clock import SystemClock
from warpwatch.exporter.attribution.device_ids import Place
from warpwatch.exporter.attribution.pods import Pods
from warpwatch.exporter.attribution.slices import Slices
from warpwatch.exporter.attribution.stage import Stage
from warpwatch.samples.entity import Gpu
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Reading, Report

GPU = Gpu(0, "GPU-0", "00000000:1B:00.0", "NVIDIA H100")
PODS = "/api/v1/pods"
SLICES = "/apis/resource.k8s.io/v1/resourceslices"


def follow(
    server: ApiServer, make: Callable[[Api, SystemClock], Stage], done: Callable[[Stage], bool]
) -> None:
    async def main() -> None:
        api = Api(Access(server.url))
        stage = make(api, SystemClock())
        task = asyncio.create_task(stage.run())
        async with asyncio.timeout(10):
            while not done(stage):
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await api.close()

    with serving(server):
        asyncio.run(main())


def owner(stage: Stage, known: Owner) -> Owner:
    report = Report(GPU, 0.0, (Reading(GPU, {}, {}, (known,)),))
    (told,) = stage(report).readings[0].owners
    return told


def test_a_pod_is_told_its_uid_and_the_labels_that_are_allowed() -> None:
    server = ApiServer()
    server.put(PODS, "u1", pod_of("train", "ml", app="llm", team="red", other="x"))
    known = Owner(pod="train", namespace="ml", container="main")

    def done(stage: Stage) -> bool:
        told = owner(stage, known)
        stranger = owner(stage, Owner(pod="train", namespace="other"))
        assert (stranger.pod_uid, stranger.labels) == ("", {})
        if told.pod_uid:
            assert told.pod_uid == "u1"
            assert told.labels == {"app": "llm", "team": "red"}
            (health,) = stage.health()
            assert health.success
        return bool(told.pod_uid)

    follow(server, lambda api, clock: Pods(api, clock, "n1", "^app$|^team$"), done)
    assert {query["fieldSelector"] for _, query, _ in server.asked} == {"spec.nodeName=n1"}


def test_a_pod_that_is_made_anew_under_its_name_is_told_its_new_uid() -> None:
    server = ApiServer()
    server.put(PODS, "old", pod_of("train-0", "ml"))
    known = Owner(pod="train-0", namespace="ml")
    steps = iter(["old", "new"])
    waiting = [next(steps)]

    def done(stage: Stage) -> bool:
        if owner(stage, known).pod_uid != waiting[0]:
            return False
        if waiting[0] == "new":
            return True
        server.remove(PODS, "old")
        server.put(PODS, "new", pod_of("train-0", "ml"))
        waiting[0] = next(steps)
        return False

    follow(server, lambda api, clock: Pods(api, clock, "n1"), done)


def test_a_claim_stands_for_what_the_driver_has_published() -> None:
    server = ApiServer()
    server.put(
        SLICES,
        "s1",
        {
            "metadata": {"name": "s1"},
            "spec": {
                "driver": "gpu.nvidia.com",
                "pool": {"name": "n1"},
                "devices": [
                    {"name": "gpu-0", "attributes": {"uuid": {"string": "GPU-0"}}},
                    {
                        "name": "gpu-1-mig-19-0",
                        "basic": {
                            "attributes": {
                                "gpu.nvidia.com/uuid": {"string": "MIG-7"},
                                "profile": {"string": "1g.10gb"},
                            }
                        },
                    },
                    {"name": "odd"},
                    "nonsense",
                ],
            },
        },
    )
    server.put(SLICES, "s2", {"metadata": {"name": "s2"}, "spec": None})

    def given(device: str, driver: str = "gpu.nvidia.com") -> Given:
        return Given("claim", "ml", driver, "n1", device)

    def done(stage: Stage) -> bool:
        assert isinstance(stage, Slices)
        whole, part = stage.resolve(given("gpu-0")), stage.resolve(given("gpu-1-mig-19-0"))
        if whole is None or part is None:
            return False
        assert whole[0] == Place(uuid="GPU-0")
        assert (whole[1].mig_profile, whole[1].mig_uuid) == ("", "")
        assert part[0] == Place(uuid="MIG-7")
        assert (part[1].mig_profile, part[1].mig_uuid) == ("1g.10gb", "MIG-7")
        assert stage.resolve(given("odd")) is None
        assert stage.resolve(given("gpu-0", driver="net.example.com")) is None
        return True

    follow(server, lambda api, clock: Slices(api, clock, "n1"), done)

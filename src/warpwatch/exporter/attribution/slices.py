"""Which GPU a claim of Dynamic Resource Allocation stands for, from the cluster's resource slices.

The kubelet names a claimed device by its driver, its pool and its name there; what that is on this
machine stands in the slice that the driver has published.
"""

from collections.abc import Mapping, Sequence

from warpwatch.clients.kubelet.wire import Claim as Given
from warpwatch.clients.kubernetes.api import Api, Object, table
from warpwatch.clients.kubernetes.mirror import Mirror
from warpwatch.clock import Clock
from warpwatch.exporter.attribution.device_ids import Place
from warpwatch.exporter.attribution.stage import Health
from warpwatch.samples.owner import Claim
from warpwatch.samples.sample import Report

DRIVER = "gpu.nvidia.com"
_PATH = "/apis/resource.k8s.io/v1/resourceslices"

_Device = tuple[str, str]
"""Its UUID, and the MIG profile of one that is a part of a GPU."""


class Slices:
    def __init__(self, api: Api, clock: Clock, node: str) -> None:
        selector = [f"spec.driver={DRIVER}", *([f"spec.nodeName={node}"] if node else [])]
        query = {"fieldSelector": ",".join(selector)}
        self._mirror = Mirror(api, clock, _PATH, _devices, query)

    def __call__(self, report: Report) -> Report:
        return report

    async def run(self) -> None:
        await self._mirror.run()

    def health(self) -> Sequence[Health]:
        age, failure = self._mirror.age, self._mirror.failure
        return (Health("slices", not failure and age is not None, age, failure),)

    def resolve(self, given: Given) -> tuple[Place, Claim] | None:
        if given.driver != DRIVER:
            return None
        for devices in self._mirror.items.copy().values():
            found = devices.get((given.pool, given.device))
            if found is not None:
                uuid, profile = found
                claim = Claim(
                    name=given.name,
                    namespace=given.namespace,
                    driver=given.driver,
                    pool=given.pool,
                    device=given.device,
                    mig_profile=profile,
                    mig_uuid=uuid if profile else "",
                )
                return Place(uuid=uuid), claim
        return None


def _devices(item: Object) -> Mapping[tuple[str, str], _Device]:
    """Of one slice, by pool and name."""
    spec = table(item.get("spec"))
    pool = str(table(spec.get("pool")).get("name", ""))
    found: dict[tuple[str, str], _Device] = {}
    devices = spec.get("devices")
    for device in devices if isinstance(devices, list) else ():
        told = table(device)
        # Before version 1 of the API the attributes stood one level deeper.
        attributes = table(told.get("attributes") or table(told.get("basic")).get("attributes"))
        uuid = _text(attributes, "uuid")
        if uuid:
            found[pool, str(told.get("name", ""))] = uuid, _text(attributes, "profile")
    return found


def _text(attributes: Object, name: str) -> str:
    """With or without the driver's domain before the name."""
    told = attributes.get(name) or attributes.get(f"{DRIVER}/{name}")
    return str(table(told).get("string", ""))

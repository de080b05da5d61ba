"""Pods, containers and claims, from the kubelet of this node.

It is asked once an interval, in a thread of its own, and never by a scrape. One that does not
answer costs labels and not the page: those that are known stay for a while, since the work does
not stop when the kubelet is restarted, and are then dropped, since they may be wrong by then.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Protocol

from warpwatch.clients.kubelet.wire import Claim as Given
from warpwatch.clients.kubelet.wire import Pod
from warpwatch.clock import Clock
from warpwatch.errors import Unreachable
from warpwatch.exporter.attribution.device_ids import Place, place, places
from warpwatch.exporter.attribution.stage import Health, add
from warpwatch.exporter.worker import Worker, patiently
from warpwatch.samples.entity import Entity
from warpwatch.samples.owner import Claim, Owner
from warpwatch.samples.sample import Report

log = logging.getLogger(__name__)

TIMEOUT = 5.0
KEPT_SECONDS = 60.0
"""For so long what was known of a kubelet that has fallen silent is taken for true."""
_RESOURCES = frozenset({"nvidia.com/gpu", "nvidia.com/gpu.shared"})
_MIG = "nvidia.com/mig-"
_MOST_STRANGE = 100
"""Ids that are told of; a device plugin that makes up new ones must not fill our memory."""


class Lister(Protocol):
    def pods(self, timeout: float) -> tuple[Pod, ...]: ...

    def close(self) -> None: ...


Resolve = Callable[[Given], tuple[Place, Claim] | None]
"""Which device a claim stands for; None while that is not known."""


@dataclass(frozen=True, slots=True)
class _Held:
    place: Place
    owner: Owner


class Kubelet:
    def __init__(
        self,
        lister: Lister,
        clock: Clock,
        interval: float,
        *,
        resources: AbstractSet[str] = frozenset(),
        resolve: Resolve | None = None,
    ) -> None:
        """`resources` are names beside NVIDIA's own under which GPUs are handed out."""
        self._lister = lister
        self._clock = clock
        self._interval = interval
        self._resources = _RESOURCES | resources
        self._resolve = resolve
        self._pods: tuple[Pod, ...] = ()
        self._held: Mapping[Place, tuple[Owner, ...]] = {}
        self._heard: float | None = None
        self._failure = "not asked yet"
        self._strange: set[str] = set()

    def __call__(self, report: Report) -> Report:
        held = self._held
        if not held:
            return report
        readings = tuple(add(each, _of(held, each.entity)) for each in report.readings)
        return replace(report, readings=readings)

    async def run(self) -> None:
        worker: Worker[tuple[Pod, ...]] = Worker("kubelet")
        try:
            while True:
                await self._ask(worker)
                await self._clock.sleep(self._interval)
        finally:
            worker.stop()
            self._lister.close()

    def health(self) -> Sequence[Health]:
        age = None if self._heard is None else self._clock.monotonic() - self._heard
        return (Health("kubelet", not self._failure, age, self._failure),)

    async def _ask(self, worker: Worker[tuple[Pod, ...]]) -> None:
        """The call has its own deadline; one that outlives even that is not joined by another."""
        if worker.busy:
            self._fail("the kubelet has not answered")
            return
        try:
            pods = await patiently(worker.submit(lambda: self._lister.pods(TIMEOUT)), TIMEOUT + 1.0)
        except Unreachable as error:
            self._fail(f"{error.message}; {error.hint}" if error.hint else error.message)
            return
        if pods is None:
            self._fail("the kubelet has not answered")
            return
        self._heard = self._clock.monotonic()
        if self._failure and self._pods:
            log.info("the kubelet answers again")
        self._failure = ""
        # Claims are resolved anew each time, since what they stand for may become known later.
        if pods != self._pods or self._resolve is not None:
            self._pods = pods
            self._held = _gathered(self._holdings(pods))

    def _fail(self, why: str) -> None:
        if why != self._failure:
            log.warning("which pod has which GPU is not known: %s", why)
        self._failure = why
        silent = self._heard is None or self._clock.monotonic() - self._heard > KEPT_SECONDS
        if silent and self._held:
            log.warning("the pods' labels are dropped: nothing heard for %.0f s", KEPT_SECONDS)
            self._held, self._pods = {}, ()

    def _holdings(self, pods: tuple[Pod, ...]) -> Iterator[_Held]:
        for pod in pods:
            for container in pod.containers:
                owner = Owner(pod=pod.name, namespace=pod.namespace, container=container.name)
                for resource, id_ in container.devices:
                    if resource in self._resources or resource.startswith(_MIG):
                        yield from self._device(id_, owner)
                for given in container.claims:
                    found = self._resolve(given) if self._resolve is not None else None
                    if found is not None:
                        yield _Held(found[0], replace(owner, claim=found[1]))

    def _device(self, id_: str, owner: Owner) -> Iterator[_Held]:
        where = place(id_)
        if where is not None:
            yield _Held(replace(where, share=""), replace(owner, vgpu=where.share))
        elif len(self._strange) < _MOST_STRANGE and id_ not in self._strange:
            self._strange.add(id_)
            log.warning("the kubelet names a GPU %r, which no known device plugin does", id_)


def _gathered(holdings: Iterator[_Held]) -> Mapping[Place, tuple[Owner, ...]]:
    gathered: dict[Place, tuple[Owner, ...]] = {}
    for held in holdings:
        gathered[held.place] = (*gathered.get(held.place, ()), held.owner)
    return gathered


def _of(held: Mapping[Place, tuple[Owner, ...]], entity: Entity) -> tuple[Owner, ...]:
    return tuple(owner for place in places(entity) for owner in held.get(place, ()))

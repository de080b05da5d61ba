"""Pods, containers and claims, from the kubelet of this node.

It is asked once an interval (inquiry), and tells more than GPUs: what is of other kinds is passed
over.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Protocol

from warpwatch.clients.kubelet.wire import Claim as Given
from warpwatch.clients.kubelet.wire import Pod
from warpwatch.clock import Clock
from warpwatch.exporter.attribution.device_ids import Place, place, places
from warpwatch.exporter.attribution.inquiry import Inquiry
from warpwatch.exporter.attribution.stage import Health, Memo, fill, joined
from warpwatch.samples.entity import Entity
from warpwatch.samples.owner import Claim, Owner
from warpwatch.samples.sample import Reading, Report

log = logging.getLogger(__name__)

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


_Holders = Mapping[Place, tuple[Owner, ...]]


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
        self._inquiry = Inquiry("kubelet", lister.pods, self._learn, clock, interval)
        self._resources = _RESOURCES | resources
        self._resolve = resolve
        self._pods: tuple[Pod, ...] | None = None
        self._held: _Holders = {}
        self._strange: set[str] = set()
        self._memo: Memo[tuple[Owner, ...]] = Memo()

    def __call__(self, report: Report) -> Report:
        held = self._held
        if not held:
            return report
        readings = tuple(fill(each, self._owners(each, held)) for each in report.readings)
        return replace(report, readings=readings)

    async def run(self) -> None:
        try:
            await self._inquiry.run()
        finally:
            self._lister.close()

    def health(self) -> Sequence[Health]:
        return (self._inquiry.health(),)

    def _owners(self, reading: Reading, held: _Holders) -> tuple[Owner, ...]:
        entity, before = reading.entity, reading.owners
        return self._memo(entity, (before, held), lambda: joined(before, _of(held, entity)))

    def _learn(self, pods: tuple[Pod, ...] | None) -> None:
        # Claims are resolved anew each time, since what they stand for may become known later.
        if pods != self._pods or self._resolve is not None:
            self._pods = pods
            self._held = _gathered(self._holdings(pods or ()))

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


def _gathered(holdings: Iterator[_Held]) -> _Holders:
    gathered: dict[Place, tuple[Owner, ...]] = {}
    for held in holdings:
        gathered[held.place] = (*gathered.get(held.place, ()), held.owner)
    return gathered


def _of(held: _Holders, entity: Entity) -> tuple[Owner, ...]:
    return tuple(owner for place in places(entity) for owner in held.get(place, ()))

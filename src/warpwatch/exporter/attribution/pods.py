"""Uid and labels of the pods on this node, from the API server, which no scrape ever asks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from warpwatch.clients.kubernetes.api import Api, Object, table
from warpwatch.clients.kubernetes.mirror import Mirror
from warpwatch.clock import Clock
from warpwatch.exporter.attribution.stage import Health, Memo, fill
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Reading, Report

_PATH = "/api/v1/pods"


@dataclass(frozen=True, slots=True)
class Known:
    name: str
    namespace: str
    uid: str
    labels: Mapping[str, str] = field(hash=False)


class Pods:
    def __init__(self, api: Api, clock: Clock, node: str, allowed: str = "") -> None:
        """`node` empty: of the whole cluster. `allowed` is a regular expression of label names."""
        self._allowed = re.compile(allowed) if allowed else None
        query = {"fieldSelector": f"spec.nodeName={node}"} if node else {}
        self._mirror = Mirror(api, clock, _PATH, self._keep, query, metadata=True)
        self._made: _Made = (-1, {})
        self._memo: Memo[tuple[Owner, ...]] = Memo()

    def __call__(self, report: Report) -> Report:
        if not any(reading.owners for reading in report.readings):
            return report
        made = self._index()
        readings = tuple(fill(each, self._owners(each, made)) for each in report.readings)
        return replace(report, readings=readings)

    async def run(self) -> None:
        await self._mirror.run()

    def health(self) -> Sequence[Health]:
        mirror = self._mirror
        return (
            Health(
                "pods", not mirror.failure and mirror.age is not None, mirror.age, mirror.failure
            ),
        )

    def _owners(self, reading: Reading, made: "_Made") -> tuple[Owner, ...]:
        generation, known = made
        return self._memo(
            reading.entity,
            (reading.owners, generation),
            lambda: tuple(_told(owner, known) for owner in reading.owners),
        )

    def _index(self) -> "_Made":
        """Made when the pods are others than before; of two of one name the later one counts."""
        generation = self._mirror.generation
        if self._made[0] != generation:
            pods = self._mirror.items.copy().values()
            self._made = generation, {(pod.namespace, pod.name): pod for pod in pods}
        return self._made

    def _keep(self, pod: Object) -> Known:
        meta = table(pod.get("metadata"))
        labels = table(meta.get("labels"))
        return Known(
            name=str(meta.get("name", "")),
            namespace=str(meta.get("namespace", "")),
            uid=str(meta.get("uid", "")),
            labels={
                str(name): str(value)
                for name, value in labels.items()
                if self._allowed is None or self._allowed.search(name)
            },
        )


_Name = tuple[str, str]
"""Namespace and name."""
_Made = tuple[int, Mapping[_Name, Known]]
"""Of which generation of the mirror, and what was made of that."""


def _told(owner: Owner, known: Mapping[_Name, Known]) -> Owner:
    pod = known.get((owner.namespace, owner.pod))
    return replace(owner, pod_uid=pod.uid, labels=pod.labels) if pod is not None else owner

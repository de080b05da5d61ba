"""Uid and labels of the pods on this node, from the API server, which no scrape ever asks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from warpwatch.clients.kubernetes.api import Api, Object, table
from warpwatch.clients.kubernetes.mirror import Mirror
from warpwatch.clock import Clock
from warpwatch.exporter.attribution.stage import Health, fill
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Report

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
        self._made: tuple[int, Mapping[_Name, Known]] = (-1, {})

    def __call__(self, report: Report) -> Report:
        if not any(reading.owners for reading in report.readings):
            return report
        known = self._index()
        readings = tuple(
            fill(reading, [_told(owner, known) for owner in reading.owners])
            for reading in report.readings
        )
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

    def _index(self) -> "Mapping[_Name, Known]":
        """Made when the pods are others than before; of two of one name the later one counts."""
        generation = self._mirror.generation
        if self._made[0] != generation:
            pods = self._mirror.items.copy().values()
            self._made = generation, {(pod.namespace, pod.name): pod for pod in pods}
        return self._made[1]

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


def _told(owner: Owner, known: Mapping[_Name, Known]) -> Owner:
    pod = known.get((owner.namespace, owner.pod))
    return replace(owner, pod_uid=pod.uid, labels=pod.labels) if pod is not None else owner

"""The list of counters from a ConfigMap, which is watched: a change is taken at once.

Until it is there, and whenever it is not, the list is another one, as in dcgm-exporter.
"""

import asyncio
import contextlib
import logging
from collections.abc import Hashable

from warpwatch.clients.kubernetes.api import Api, Object
from warpwatch.clients.kubernetes.mirror import Mirror
from warpwatch.clock import Clock
from warpwatch.errors import UsageError
from warpwatch.exporter import counters
from warpwatch.exporter.counters import Counter
from warpwatch.exporter.listing import Origin

log = logging.getLogger(__name__)

KEY = "metrics"


class ConfigMap:
    """An Origin that has to be run."""

    def __init__(self, api: Api, clock: Clock, named: str, otherwise: Origin) -> None:
        """`named` as `namespace:name`."""
        namespace, _, name = named.partition(":")
        if not namespace or not name or "/" in named:
            raise UsageError(
                f"--configmap-data {named!r} is not namespace:name",
                hint="such as monitoring:gpu-counters",
            )
        self.where = f"ConfigMap {namespace}/{name}, key {KEY}"
        self._otherwise = otherwise
        path = f"/api/v1/namespaces/{namespace}/configmaps"
        query = {"fieldSelector": f"metadata.name={name}"}
        self._mirror: Mirror[str] = Mirror(api, clock, path, _text, query)

    async def run(self) -> None:
        await self._mirror.run()

    async def answered(self, patience: float) -> None:
        """Returns when it is known whether there is one, or when that takes too long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._mirror.asked.wait(), patience)

    def mark(self) -> Hashable:
        return self._text or self._otherwise.mark()

    def read(self) -> tuple[Counter, ...]:
        text = self._text
        if text:
            return counters.read(text, self.where)
        why = "there is no" if self._mirror.age is not None else "the API server has not told of"
        log.warning("%s %s; the list is that of %s", why, self.where, self._otherwise.where)
        return self._otherwise.read()

    @property
    def _text(self) -> str:
        return next(iter(self._mirror.items.values()), "")


def _text(item: Object) -> str:
    data = item.get("data")
    return str(data.get(KEY, "")) if isinstance(data, dict) else ""

"""Asks Prometheus once for all browsers, and never for more than a tenth of the time.

What cannot be asked leaves in force what was known, with its age and the reason: a fleet that is
not seen any more must not look like one that is well.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from warpwatch.clients.alertmanager.client import Alertmanager
from warpwatch.clients.prometheus.client import Prometheus
from warpwatch.clients.prometheus.results import Labels, Sample
from warpwatch.clock import Clock
from warpwatch.errors import WarpwatchError
from warpwatch.rules import owners, source
from warpwatch.web import fleet, health, snapshot
from warpwatch.web.health import Firing
from warpwatch.web.snapshot import Snapshot
from warpwatch.web.timeline import quoted

log = logging.getLogger(__name__)

NAMES_EVERY = 6
"""The GPUs themselves are asked for each so many times: they change seldom."""
UNWATCHED = 6.0
"""So many times longer is waited while nobody looks."""
SHARE = 10.0
"""The least wait between looks, in times that the last one took."""
KNOWN_FOR = "30m"
"""So long a GPU is shown of which nothing is told any more: it has not gone by being silent."""
_OWN = "gpu:(collect_success:bool|temperature:celsius|memory_used:bytes|power:watts)"
_SEEN = (
    "group by (cluster, node, gpu, uuid, rack) "
    f'(last_over_time({{__name__=~"{_OWN}"}}[{KNOWN_FOR}]))'
)
"""One of them every exporter has of a GPU, and ours the first even of one that cannot be read."""
_AT_ONCE = 3
_Key = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sight:
    """The newest that is known, and whether it still comes."""

    snapshot: Snapshot | None = None
    problem: str = ""
    hint: str = ""
    failing_since: float | None = None


class Poll:
    def __init__(
        self,
        prometheus: Prometheus,
        alertmanager: Alertmanager | None,
        clock: Clock,
        refresh: float,
        watched: Callable[[], int],
    ) -> None:
        self._prometheus = prometheus
        self._alertmanager = alertmanager
        self._clock = clock
        self._refresh = refresh
        self._watched = watched
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._wake = asyncio.Event()
        self._looks = 0
        self._unknown: frozenset[str] = frozenset()
        self._index = fleet.Index(())
        self._simulated = False
        self.sight = Sight()
        self.looking = False
        self._begun = asyncio.Event()

    def wake(self) -> None:
        """Somebody has changed something: look now."""
        self._wake.set()

    def begin(self) -> None:
        """Somebody begins to look: from now on looks come as for those who watch."""
        self._begun.set()

    async def run(self, told: Callable[[Sight], Awaitable[None]]) -> None:
        while True:
            began = self._clock.monotonic()
            self._wake.clear()
            self._begun.clear()
            self.looking = True
            self.sight = await self._look()
            await told(self.sight)
            self.looking = False
            looked = self._clock.monotonic()
            wait = max(self._refresh, SHARE * (looked - began))
            if not self._watched():
                await self._rest(wait * UNWATCHED, self._wake, self._begun)
            if not self._wake.is_set():
                await self._rest(wait - (self._clock.monotonic() - looked), self._wake)

    async def _rest(self, seconds: float, *until: asyncio.Event) -> None:
        if seconds <= 0:
            return
        tasks = [
            asyncio.create_task(self._clock.sleep(seconds)),
            *(asyncio.create_task(_set(event)) for event in until),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()

    async def _look(self) -> Sight:
        try:
            return Sight(await self.look())
        except WarpwatchError as error:
            was = self.sight
            if not was.problem:
                log.warning("the fleet is not seen: %s", error.message)
            since = was.failing_since if was.problem else self._clock.now()
            return Sight(was.snapshot, error.message, error.hint, since)
        except Exception as error:  # a defect of ours; who looks is told, and the next may do
            log.exception("the fleet is not seen")
            said = f"a defect of the console's, {type(error).__name__}; its log says more"
            return Sight(self.sight.snapshot, said, "", self.sight.failing_since)

    async def look(self) -> Snapshot:
        await self._identify()
        keys = [measure.key for measure in fleet.MEASURES]
        series = [measure.series for measure in fleet.MEASURES]
        *found, allocated, shares = await asyncio.gather(
            *map(self._by_gpu, series),
            self._by_gpu("gpu:allocated:ratio"),
            self._ask(owners.SHARE),
        )
        values = dict(zip(keys, map(_values, found), strict=True))
        firing, notes = await self._firing()
        index = self._index
        read = set().union(*values.values())
        self._look_up(frozenset(read - index.place.keys()))
        shares = (*shares, *await self._last(index.place.keys() - read, shares))
        states = health.states(firing, index, read)
        frames = {key: fleet.frame(measure, values[key], index) for key, measure in _measures()}
        return Snapshot(
            at=self._clock.now(),
            index=index,
            frames={"health": health.frame(states), **frames},
            firing=firing,
            verdict=health.verdict(firing, index, states),
            sums=snapshot.sums(values, _values(allocated)),
            works=snapshot.works(
                ((sample.labels, sample.value) for sample in shares), values, index
            ),
            simulated=self._simulated,
            notes=notes,
        )

    async def _identify(self) -> None:
        self._looks += 1
        if self._looks % NAMES_EVERY != 1 and len(self._index):
            return
        seen, models, racks, simulated = await asyncio.gather(
            self._ask(_SEEN),
            self._ask(f"group by (uuid, model) (last_over_time({source.NAME}[{KNOWN_FOR}]))"),
            self._ask('group by (node, hostname, instance, rack) (up{rack!=""})'),
            self._ask('count(warpwatch_source_info{simulated="true"})'),
        )
        named = {labels["uuid"]: labels.get("model", "") for labels in _labels(models)}
        index = fleet.indexed(_labels(seen), named, fleet.racked(_labels(racks)))
        if index.tag != self._index.tag:
            self._index = index
        self._simulated = bool(simulated)

    def _look_up(self, unknown: frozenset[str]) -> None:
        """New ones' names are asked for at the next look; of what had none then, in its turn."""
        if not unknown <= self._unknown:
            self._looks = 0
        self._unknown = unknown

    async def _last(
        self, silent: AbstractSet[str], shares: tuple[Sample, ...]
    ) -> tuple[Sample, ...]:
        """Whose those were that are not read now. By their names, which are few: to look back for
        all would be asked at every look.
        """
        wanted = silent - {sample.labels.get("uuid", "") for sample in shares}
        if not wanted:
            return ()
        names = "|".join(re.escape(uuid).replace(r"\-", "-") for uuid in sorted(wanted))
        matcher = f"uuid=~{quoted(names)}"
        return await self._ask(f"last_over_time({owners.SHARE}{{{matcher}}}[{owners.FOR}])")

    async def _by_gpu(self, series: str) -> tuple[Sample, ...]:
        """Without the labels that the index has: a third of the answer."""
        return await self._ask(f"max by (uuid) ({series})")

    async def _ask(self, promql: str) -> tuple[Sample, ...]:
        async with self._turn:
            return (await self._prometheus.query(promql)).data

    async def _firing(self) -> tuple[tuple[Firing, ...], tuple[str, ...]]:
        alerts, since = await asyncio.gather(
            self._ask('ALERTS{alertstate="firing"}'), self._ask("ALERTS_FOR_STATE")
        )
        began = {_key(sample.labels): sample.value for sample in since}
        silenced, notes = await self._silenced()
        return tuple(
            Firing(
                {name: value for name, value in sample.labels.items() if name not in _OF_SERIES},
                began.get(_key(sample.labels)),
                silenced.get(_key(sample.labels), ()),
            )
            for sample in alerts
        ), notes

    async def _silenced(self) -> tuple[Mapping[_Key, tuple[str, ...]], tuple[str, ...]]:
        """Alertmanager may have fewer labels than Prometheus: only names of both are compared."""
        if self._alertmanager is None:
            return {}, ()
        try:
            alerts = await self._alertmanager.alerts()
        except WarpwatchError as error:
            return {}, (f"whether alerts are silenced is not known: {error.message}",)
        return {
            _key(alert.labels): alert.status.silenced_by
            for alert in alerts
            if alert.status.silenced_by
        }, ()


async def _set(event: asyncio.Event) -> None:
    await event.wait()


_OF_SERIES = frozenset({"__name__", "alertstate"})


def _key(labels: Labels) -> _Key:
    return frozenset(item for item in labels.items() if item[0] not in _OF_SERIES)


def _values(samples: tuple[Sample, ...]) -> dict[str, float]:
    return {sample.labels.get("uuid", ""): sample.value for sample in samples}


def _labels(samples: tuple[Sample, ...]) -> list[Labels]:
    return [sample.labels for sample in samples]


def _measures() -> list[tuple[str, fleet.Measure]]:
    return [(measure.key, measure) for measure in fleet.MEASURES]

"""All numbered values of a GPU and of its links, with one call a read."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from warpwatch.clock import Clock
from warpwatch.fields import nvlink_links
from warpwatch.samples.sample import Reason, Value
from warpwatch.sources.nvml.ask import Ask
from warpwatch.sources.nvml.numbers import (
    FIELD_VALUES,
    FUNCTION,
    SUMS,
    Answer,
    Wanted,
    fetch,
    plainly,
    total,
)
from warpwatch.sources.nvml.prepared import Ready
from warpwatch.sources.nvml.rates import KIB_PER_MB, RATES, RECEIVED, SENT, Rates, Speeds, together

STATE = 165
OF_LINK: Mapping[int, tuple[int, ...]] = {
    nvlink_links.NVLINK_GET_STATE.id: (STATE,),
    nvlink_links.NVLINK_THROUGHPUT_PER_LINK.id: (SENT, RECEIVED),
    nvlink_links.NVLINK_TX_THROUGHPUT_PER_LINK.id: (SENT,),
    nvlink_links.NVLINK_RX_THROUGHPUT_PER_LINK.id: (RECEIVED,),
}
"""Of each link by itself."""
OF_GPU = FIELD_VALUES.keys() | RATES.keys() | SUMS.keys()


class Numbered:
    def __init__(self, ask: Ask, clock: Clock) -> None:
        self._ask = ask
        self._rates = Rates(clock)
        self._answers: Mapping[Wanted, Answer] = {}
        self._speeds: Speeds = {}
        self._planned: tuple[AbstractSet[int], int] = frozenset(), 0
        self._keys: tuple[Wanted, ...] = ()
        self._running: tuple[Wanted, ...] = ()
        self._single: tuple[tuple[int, Wanted], ...] = ()
        """Fields that are the rate of one counter, as most are where links are told one by one."""
        self._others: tuple[int, ...] = ()
        self._call: Ready | None = None

    def fetch(self, fields: AbstractSet[int], links: int) -> None:
        if self._planned[0] is not fields or self._planned[1] != links:
            self._plan(fields, links)
        self._answers = fetch(self._call, self._keys) if self._call else {}
        self._speeds = self._rates.take(self._answers, self._running)

    def of_gpu(self) -> dict[int, Value | Reason]:
        said = {id_: self._of_gpu(id_) for id_ in self._others}
        speeds = self._speeds
        for id_, counter in self._single:
            speed = speeds[counter]
            said[id_] = speed if isinstance(speed, Reason) else round(speed / KIB_PER_MB)
        return said

    def _of_gpu(self, id_: int) -> Value | Reason:
        counters = RATES.get(id_)
        if counters is not None:
            return together(self._speeds, counters)
        if id_ in SUMS:
            return total(self._answers[SUMS[id_], link] for link in range(self._planned[1]))
        return plainly(id_, self._answers[FIELD_VALUES[id_]])

    def of_link(self, id_: int, link: int) -> Value | Reason:
        counters = [(number, link) for number in OF_LINK[id_]]
        if counters[0][0] == STATE:
            return plainly(id_, self._answers[counters[0]])
        return together(self._speeds, counters)

    def _plan(self, fields: AbstractSet[int], links: int) -> None:
        self._planned = fields, links
        self._keys = tuple(sorted(set(_wanted(fields, links))))
        self._running = tuple(key for key in self._keys if key[0] in {SENT, RECEIVED})
        single = {id_: RATES[id_][0] for id_ in fields & RATES.keys() if len(RATES[id_]) == 1}
        self._single = tuple(single.items())
        self._others = tuple(fields & OF_GPU - single.keys())
        self._call = self._ask.ready(FUNCTION, self._keys) if self._keys else None


def _wanted(fields: AbstractSet[int], links: int) -> Iterator[Wanted]:
    yield from (FIELD_VALUES[id_] for id_ in fields & FIELD_VALUES.keys())
    for id_ in fields & RATES.keys():
        yield from RATES[id_]
    for link in range(links):
        yield from ((SUMS[id_], link) for id_ in fields & SUMS.keys())
        for id_ in fields & OF_LINK.keys():
            yield from ((number, link) for number in OF_LINK[id_])

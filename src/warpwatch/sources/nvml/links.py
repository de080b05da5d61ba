"""The NVLinks of one GPU: how many it has, and what each says of itself.

Links are numbered as the driver numbers them, from 0. One that is down is still there: it has
its state, and a gap where it does not tell more.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from warpwatch.clock import Clock
from warpwatch.fields import nvlink_links
from warpwatch.samples.entity import Gpu, Link
from warpwatch.samples.sample import Reading, Reason, Value
from warpwatch.sources.nvml.ask import Ask
from warpwatch.sources.nvml.calls.links import counter
from warpwatch.sources.nvml.door import Refused
from warpwatch.sources.nvml.memory import Memory
from warpwatch.sources.nvml.numbered import OF_LINK, Numbered
from warpwatch.sources.nvml.numbers import FUNCTION, SUMS, Wanted, fetch

HOW_MANY: Wanted = (91, 0)
COUNTERS: Mapping[int, str] = {
    nvlink_links.NVLINK_CRC_FLIT_ERROR_PER_LINK_TOTAL.id: "CRC_FLIT",
    nvlink_links.NVLINK_CRC_DATA_ERROR_PER_LINK_TOTAL.id: "CRC_DATA",
    nvlink_links.NVLINK_REPLAY_ERROR_PER_LINK_TOTAL.id: "REPLAY",
    nvlink_links.NVLINK_RECOVERY_ERROR_PER_LINK_TOTAL.id: "RECOVERY",
}
FIGURES: Mapping[int, tuple[int, ...]] = {
    nvlink_links.PROF_NVLINK_TX_BYTES_PER_LINK.id: tuple(
        field.id for field in nvlink_links.PROF_NVLINK_TX
    ),
    nvlink_links.PROF_NVLINK_RX_BYTES_PER_LINK.id: tuple(
        field.id for field in nvlink_links.PROF_NVLINK_RX
    ),
}
"""The profiling figures of a link are fields of its GPU, which has one for each link."""
OF_LINKS = OF_LINK.keys() | COUNTERS.keys() | FIGURES.keys()
ABOUT_LINKS = OF_LINKS | SUMS.keys()
"""These, and what is added up from links."""

Said = Mapping[int, Value | Reason]


class Links:
    def __init__(self, gpu: Gpu, clock: Clock) -> None:
        self._gpu = gpu
        self._count: Memory[int] = Memory(clock)
        self._lacking: Memory[Reason] = Memory(clock)
        """Fields that none of the links supports."""

    def count(self, ask: Ask, fields: AbstractSet[int]) -> int:
        """Of those that are to be looked at: none where nothing is asked of any."""
        if not fields & ABOUT_LINKS:
            return 0
        known = self._count.recall(HOW_MANY)
        if known is None:
            (answer,) = fetch(ask.ready(FUNCTION, (HOW_MANY,)), (HOW_MANY,)).values()
            known = _probe(ask) if isinstance(answer, Reason) else int(answer)
            self._count.keep(HOW_MANY, known)
        return known

    def figures(self, fields: AbstractSet[int], count: int) -> set[int]:
        """Fields of the GPU that its links want to know."""
        return {id_ for field in fields & FIGURES.keys() for id_ in FIGURES[field][:count]}

    def read(
        self,
        ask: Ask,
        fields: AbstractSet[int],
        count: int,
        numbered: Numbered,
        figures: Said,
    ) -> tuple[Reading, ...]:
        asked = fields & OF_LINKS
        if not asked:
            return ()
        known = {id_: why for id_ in asked if (why := self._lacking.recall(id_))}

        def say(id_: int, link: int) -> Value | Reason:
            if id_ in known:
                return known[id_]
            if id_ in COUNTERS:
                return _count(ask, COUNTERS[id_], link)
            if id_ in OF_LINK:
                return numbered.of_link(id_, link)
            ours = FIGURES[id_][link : link + 1]
            return figures[ours[0]] if ours else Reason.NOT_IMPLEMENTED

        said = [{id_: say(id_, link) for id_ in asked} for link in range(count)]
        for id_ in asked - known.keys():
            if said and all(each[id_] is Reason.UNSUPPORTED for each in said):
                self._lacking.keep(id_, Reason.UNSUPPORTED)
        return tuple(self._reading(link, each) for link, each in enumerate(said))

    def forget(self) -> None:
        self._count.forget()
        self._lacking.forget()

    def _reading(self, link: int, said: Said) -> Reading:
        gaps = {id_: what for id_, what in said.items() if isinstance(what, Reason)}
        values = {id_: what for id_, what in said.items() if not isinstance(what, Reason)}
        return Reading(Link(link, gpu=self._gpu), values, gaps)


def _count(ask: Ask, kind: str, link: int) -> Value | Reason:
    try:
        return counter(kind, link)(ask)
    except Refused as refusal:
        return refusal.reason


def _probe(ask: Ask) -> int:
    """For drivers that do not tell the number: as many as have a state, be it down."""
    for link in range(ask.constant("NVML_NVLINK_MAX_LINKS")):
        try:
            ask("nvmlDeviceGetNvLinkState", link)
        except Refused as refusal:
            if refusal.reason is Reason.UNSUPPORTED:
                return link
            raise
    return ask.constant("NVML_NVLINK_MAX_LINKS")

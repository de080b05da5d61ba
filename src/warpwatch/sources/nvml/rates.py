"""NVLink traffic: the driver counts KiB, DCGM's fields are rates, so two reads make a value."""

from collections.abc import Iterable, Mapping

from warpwatch.clock import Clock
from warpwatch.fields import nvlink, nvlink_links
from warpwatch.samples.sample import Reason, Value
from warpwatch.sources.nvml.numbers import ALL_LINKS, Answer, Wanted

SENT, RECEIVED = 138, 139
KIB_PER_MB = 1000
"""As DCGM has it: its MB are 1000 KiB."""

Speeds = Mapping[Wanted, float | Reason]

RATES: Mapping[int, tuple[Wanted, ...]] = {
    nvlink.NVLINK_BANDWIDTH_TOTAL.id: ((SENT, ALL_LINKS), (RECEIVED, ALL_LINKS)),
    nvlink.NVLINK_TX_BANDWIDTH_TOTAL.id: ((SENT, ALL_LINKS),),
    nvlink.NVLINK_RX_BANDWIDTH_TOTAL.id: ((RECEIVED, ALL_LINKS),),
    **{
        field.id: ((SENT, link), (RECEIVED, link))
        for link, field in enumerate(nvlink_links.NVLINK_BANDWIDTH)
    },
    **{f.id: ((SENT, link),) for link, f in enumerate(nvlink_links.NVLINK_TX_BANDWIDTH)},
    **{f.id: ((RECEIVED, link),) for link, f in enumerate(nvlink_links.NVLINK_RX_BANDWIDTH)},
}
"""The counters whose growth, added up, is the field."""


class Rates:
    """Of one GPU. A counter that starts anew, as after a reset, leaves a gap and no negative; so
    does one that was not told, until it has been told twice.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: Mapping[Wanted, Answer] = {}
        self._since = 0.0

    def take(
        self, answers: Mapping[Wanted, Answer], counters: Iterable[Wanted]
    ) -> dict[Wanted, float | Reason]:
        """KiB a second of those that only grow, from what was fetched just now."""
        now, before = self._clock.monotonic(), self._told
        elapsed = now - self._since
        self._told, self._since = answers, now
        speeds: dict[Wanted, float | Reason] = {}
        for counter in counters:
            kib, last = answers[counter], before.get(counter)
            if isinstance(kib, Reason):
                speeds[counter] = kib
            elif last is None or isinstance(last, Reason) or kib < last or elapsed <= 0:
                speeds[counter] = Reason.NOT_YET_SAMPLED
            else:
                speeds[counter] = (kib - last) / elapsed
        return speeds


def together(speeds: Speeds, counters: Iterable[Wanted]) -> Value | Reason:
    """MB a second."""
    total = 0.0
    for counter in counters:
        speed = speeds[counter]
        if isinstance(speed, Reason):
            return speed
        total += speed
    return round(total / KIB_PER_MB)

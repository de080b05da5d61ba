"""NVLink traffic: the driver counts KiB, DCGM's fields are rates, so two reads make a value."""

from collections.abc import Iterable, Mapping

from warpwatch.clock import Clock
from warpwatch.fields import nvlink, nvlink_links
from warpwatch.samples.sample import Reason, Value
from warpwatch.sources.nvml.numbers import ALL_LINKS, Answer, Wanted

SENT, RECEIVED = 138, 139
KIB_PER_MB = 1000
"""As DCGM has it: its MB are 1000 KiB."""

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
    """Of one GPU. A counter that starts anew, as after a reset, leaves a gap and no negative."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._before: dict[Wanted, tuple[float, float]] = {}
        self._speeds: dict[Wanted, float | Reason] = {}

    def take(self, answers: Mapping[Wanted, Answer], counters: Iterable[Wanted]) -> None:
        """Of what was fetched just now, those that only grow."""
        now, before = self._clock.monotonic(), self._before
        speeds: dict[Wanted, float | Reason] = {}
        for counter in counters:
            kib = answers[counter]
            if isinstance(kib, Reason):
                speeds[counter] = kib
                continue
            last = before.get(counter)
            before[counter] = now, kib
            if last is None or now <= last[0] or kib < last[1]:
                speeds[counter] = Reason.NOT_YET_SAMPLED
            else:
                speeds[counter] = (kib - last[1]) / (now - last[0])
        self._speeds = speeds

    def __call__(self, counters: Iterable[Wanted]) -> Value | Reason:
        """MB a second of these together."""
        together = 0.0
        for counter in counters:
            speed = self._speeds[counter]
            if isinstance(speed, Reason):
                return speed
            together += speed
        return round(together / KIB_PER_MB)

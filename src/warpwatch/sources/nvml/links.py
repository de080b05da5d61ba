"""NVLink traffic: the driver counts KiB, DCGM's fields are rates, so two reads make a value."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from warpwatch.clock import Clock
from warpwatch.fields import nvlink, nvlink_links
from warpwatch.samples.sample import Reason, Value
from warpwatch.sources.nvml.ask import Ask
from warpwatch.sources.nvml.door import Refused, reason
from warpwatch.sources.nvml.numbers import number

SENT, RECEIVED = 138, 139
ALL_LINKS = 0xFFFFFFFF
KIB_PER_MB = 1000
"""As DCGM has it: its MB are 1000 KiB."""

_Counter = tuple[int, int]
"""Number of the counter, and the link that it is of."""

RATES: Mapping[int, tuple[_Counter, ...]] = {
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
        self._before: dict[_Counter, tuple[float, int]] = {}

    def read(self, ask: Ask, ids: AbstractSet[int]) -> tuple[dict[int, Value], dict[int, Reason]]:
        if not ids:
            return {}, {}
        wanted = sorted({counter for id_ in ids for counter in RATES[id_]})
        try:
            answers = ask("nvmlDeviceGetFieldValues", tuple(wanted))
        except Refused as refusal:
            return {}, dict.fromkeys(ids, refusal.reason)
        now = self._clock.monotonic()
        speeds: dict[_Counter, float] = {}
        refused: dict[_Counter, Reason] = {}
        for counter, answer in zip(wanted, answers, strict=True):
            kib = number(answer)
            if answer.nvmlReturn or kib is None:
                refused[counter] = reason(answer.nvmlReturn)
                continue
            before = self._before.get(counter)
            self._before[counter] = now, int(kib)
            if before is not None and now > before[0] and kib >= before[1]:
                speeds[counter] = (kib - before[1]) / (now - before[0])
        values: dict[int, Value] = {}
        gaps: dict[int, Reason] = {}
        for id_ in ids:
            counters = RATES[id_]
            if all(counter in speeds for counter in counters):
                values[id_] = round(sum(speeds[c] for c in counters) / KIB_PER_MB)
            else:
                found = [refused[counter] for counter in counters if counter in refused]
                gaps[id_] = found[0] if found else Reason.NOT_YET_SAMPLED
        return values, gaps

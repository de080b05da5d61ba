"""Counts what a last-value page forgets: events by kind, XIDs by code, and time and edges of
clock events.

One tally per device, fed with each of its reports, in the order they were read.
"""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Final

from warpwatch.fields import events
from warpwatch.samples.sample import Event, Kind, Report

CLOCK_EVENTS: Final = {
    0x1: "gpu_idle",
    0x2: "clocks_setting",
    0x4: "power_cap",
    0x8: "hw_slowdown",
    0x10: "sync_boost",
    0x20: "sw_thermal",
    0x40: "hw_thermal",
    0x80: "hw_power_brake",
    0x100: "display_clocks",
}
"""Bit of the reasons mask → dcgm-exporter's word for it."""

ACCUMULATORS: Final = {
    0x4: events.CLOCKS_EVENT_REASON_SW_POWER_CAP_NS.id,
    0x10: events.CLOCKS_EVENT_REASON_SYNC_BOOST_NS.id,
    0x20: events.CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN_NS.id,
    0x40: events.CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS.id,
    0x80: events.CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN_NS.id,
}
"""Bits for which the driver itself keeps the time, in nanoseconds."""

REASONS: Final = events.CLOCKS_EVENT_REASONS.id
_MOST_XIDS: Final = 10_000
"""Bound on the XIDs remembered for the window; a storm beyond it is counted in the totals."""


@dataclass(slots=True)
class Tally:
    xid_window: float
    """Seconds over which XIDs are counted for DCGM_EXP_XID_ERRORS_COUNT."""
    clock_window: float
    longest: float = 60.0
    """Two samples further apart say nothing of the time between; it is not counted."""
    last_xid: int = 0
    xid_totals: Counter[int] = field(default_factory=Counter)
    xid_times: dict[int, float] = field(default_factory=dict)
    events: Counter[Kind] = field(default_factory=Counter)
    """All that happened, by kind; 0 of what would have been heard and never was."""
    clock_edges: Counter[int] = field(default_factory=Counter)
    """How often each reason began."""
    clock_seconds: dict[int, float] = field(default_factory=dict)
    _xids: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=_MOST_XIDS))
    _masks: deque[tuple[float, int]] = field(default_factory=deque)
    _mask_counts: Counter[int] = field(default_factory=Counter)
    _time: float | None = None
    _mask: int = 0

    def add(self, report: Report, now: float) -> None:
        """`now` is of a clock that does not jump, unlike the time that the report carries."""
        for kind in report.heard - self.events.keys():
            self.events[kind] = 0
        for event in report.events:
            self.events[event.kind] += 1
            if event.kind is Kind.XID and event.data:
                self._xid(event, now)
        while self._xids and self._xids[0][0] <= now - self.xid_window:
            self._xids.popleft()
        values = report.readings[0].values if report.readings else {}
        mask = values.get(REASONS)
        if isinstance(mask, int):
            self._clock(report.time, mask, now)
        for bit, accumulator in ACCUMULATORS.items():
            nanoseconds = values.get(accumulator)
            if isinstance(nanoseconds, int):
                self.clock_seconds[bit] = nanoseconds / 1e9

    def _xid(self, event: Event, now: float) -> None:
        self.last_xid = event.data
        self.xid_totals[event.data] += 1
        self.xid_times[event.data] = event.time
        self._xids.append((now, event.data))

    def _clock(self, time: float, mask: int, now: float) -> None:
        elapsed = time - self._time if self._time is not None else 0.0
        if not 0.0 <= elapsed <= self.longest:
            elapsed = 0.0
        for bit in CLOCK_EVENTS:
            if bit not in ACCUMULATORS:
                held = elapsed if mask & bit and self._mask & bit else 0.0
                self.clock_seconds[bit] = self.clock_seconds.get(bit, 0.0) + held
            if mask & bit and not self._mask & bit:
                self.clock_edges[bit] += 1
        self._time, self._mask = time, mask
        self._masks.append((now, mask))
        self._mask_counts[mask] += 1
        while self._masks and self._masks[0][0] <= now - self.clock_window:
            self._mask_counts[self._masks.popleft()[1]] -= 1

    def recent_xids(self) -> Counter[int]:
        """XIDs in the window, by code."""
        return Counter(code for _, code in self._xids)

    def recent_clock_events(self) -> dict[int, int]:
        """Samples in the window in which each reason stood; none for those that never did."""
        counts: dict[int, int] = {}
        for mask, samples in self._mask_counts.items():
            for bit in CLOCK_EVENTS:
                if samples and mask & bit:
                    counts[bit] = counts.get(bit, 0) + samples
        return counts

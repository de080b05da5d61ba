"""What is known of all devices at one moment: each one's newest report, and how reading goes."""

from dataclasses import dataclass

from warpwatch.samples.entity import Device
from warpwatch.samples.sample import Reason, Report


@dataclass(frozen=True, slots=True)
class State:
    """One device: its newest report that is still fit to be served, and how reading goes."""

    device: Device
    report: Report
    """All gaps where nothing fit to be served was read."""
    success: bool
    """Whether the last attempt gave a report."""
    age: float | None
    """Seconds since a report last had values; None where none ever had."""
    hung: bool = False
    """A read has passed its deadline and not returned."""
    failure: Reason | None = None


def silence(report: Report) -> Reason | None:
    """Why the device said nothing at all, if it did not: a read that brings only gaps failed."""
    for reading in report.readings[:1]:
        if not reading.values:
            return next(iter(reading.gaps.values()), None)
    return None


@dataclass(frozen=True, slots=True)
class Snapshot:
    number: int
    """Counts up with each cycle: one snapshot, one page."""
    states: tuple[State, ...]
    duration: float
    """Seconds that the cycle took."""

"""How much a fleet is asked for: by the hour, by the day of the week, and more every week.

And the day on which a rack had no power: every history has one.
"""

import math
from dataclasses import dataclass

DAY = 86400.0
LENGTH = 30 * DAY
"""Of a past."""
_MONDAY = 4 * DAY
"""The first one since the epoch."""
_WEEKEND = 0.75
_NIGHT, _AFTERNOON = 0.75, 1.25
_BUSIEST = 14.5 * 3600.0
_AT_FIRST = 0.52
"""Share of today's demand with which the past begins."""


@dataclass(frozen=True, slots=True)
class Outage:
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class Rhythm:
    now: float
    """Until when it grows."""

    @property
    def begin(self) -> float:
        return self.now - LENGTH

    def outage(self, rack: int) -> Outage | None:
        """The second rack's, on the afternoon nine days before."""
        if rack != 1:
            return None
        begins = (math.floor(self.now / DAY) - 9) * DAY + 13 * 3600.0 + 1140.0
        return Outage(begins, begins + 3.6 * 3600.0)

    def demand(self, time: float) -> float:
        """As a share of what a fleet is asked for on a working day of now."""
        return self._grown(time) * _week(time) * _day(time)

    def _grown(self, time: float) -> float:
        left = min(max((self.now - time) / LENGTH, 0.0), 1.0)
        return 1.0 - (1.0 - _AT_FIRST) * left


def _week(time: float) -> float:
    return _WEEKEND if (time - _MONDAY) % (7 * DAY) >= 5 * DAY else 1.0


def _day(time: float) -> float:
    wave = 0.5 + 0.5 * math.cos(2 * math.pi * (time % DAY - _BUSIEST) / DAY)
    return _NIGHT + (_AFTERNOON - _NIGHT) * wave

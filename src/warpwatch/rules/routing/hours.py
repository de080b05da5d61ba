"""When somebody is told: hours of the week, somewhere on earth."""

import zoneinfo
from collections.abc import Iterator, Mapping
from typing import Annotated

import msgspec

from warpwatch.errors import InputError

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = "|".join(DAYS)

Day = Annotated[str, msgspec.Meta(pattern=rf"^({_DAY})(:({_DAY}))?$")]
Clock = Annotated[str, msgspec.Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    days: Annotated[tuple[Day, ...], msgspec.Meta(min_length=1)] = DAYS
    """Such as `monday:friday`."""
    begin: Clock = "00:00"
    end: Clock = "24:00"
    location: Annotated[str, msgspec.Meta(pattern=r"^[\w+/-]+$")] = "UTC"

    def check(self, where: str) -> None:
        if self.begin >= self.end:
            raise InputError(
                f"{where}.end",
                f"{self.end} is not after {self.begin}",
                hint="a night is two entries: one until 24:00, one from 00:00",
            )
        zones = zoneinfo.available_timezones()  # none where the machine has no table of them
        if zones and self.location not in zones:
            raise InputError(
                f"{where}.location", f"{self.location} is no time zone", hint="such as Europe/Paris"
            )

    def written(self) -> Mapping[str, object]:
        return {
            "weekdays": list(dict.fromkeys(day for span in self.days for day in _each(span))),
            "times": [{"start_time": self.begin, "end_time": self.end}],
            "location": self.location,
        }


def _each(span: str) -> Iterator[str]:
    """One by one, since Alertmanager's weeks begin on Sunday and it refuses `saturday:sunday`."""
    first, _, last = span.partition(":")
    start = DAYS.index(first)
    length = (DAYS.index(last or first) - start) % len(DAYS) + 1
    yield from ((DAYS * 2)[start : start + length])

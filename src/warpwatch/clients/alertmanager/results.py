"""What Alertmanager says and is told. Unknown keys are passed over."""

from datetime import UTC, datetime

import msgspec

Labels = dict[str, str]


class Matcher(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True

    def __str__(self) -> str:
        sign = (
            ("=~" if self.is_equal else "!~") if self.is_regex else ("=" if self.is_equal else "!=")
        )
        return f"{self.name}{sign}{msgspec.json.encode(self.value).decode()}"


class Named(msgspec.Struct, frozen=True):
    name: str


class AlertStatus(msgspec.Struct, frozen=True, rename="camel"):
    state: str = "unprocessed"
    """`active`, `suppressed`, or `unprocessed` while it was not looked at yet."""
    silenced_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()


class Alert(msgspec.Struct, frozen=True, rename="camel"):
    labels: Labels
    annotations: Labels = {}
    starts_at: str = ""
    ends_at: str = ""
    status: AlertStatus = AlertStatus()
    receivers: tuple[Named, ...] = ()


class SilenceStatus(msgspec.Struct, frozen=True):
    state: str = "active"
    """`active`, `pending` or `expired`."""


class Silence(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    matchers: tuple[Matcher, ...]
    starts_at: str
    ends_at: str
    created_by: str = ""
    comment: str = ""
    status: SilenceStatus = SilenceStatus()


class NewSilence(msgspec.Struct, frozen=True, rename="camel"):
    matchers: tuple[Matcher, ...]
    starts_at: str
    ends_at: str
    created_by: str
    comment: str


class NewAlert(msgspec.Struct, frozen=True, rename="camel"):
    labels: Labels
    annotations: Labels = {}
    starts_at: str = ""
    ends_at: str = ""


class Version(msgspec.Struct, frozen=True):
    version: str = ""


class Original(msgspec.Struct, frozen=True):
    original: str = ""


class Status(msgspec.Struct, frozen=True, rename="camel"):
    version_info: Version = Version()
    config: Original = Original()
    """Its configuration as it was read, secrets left out."""


def stamp(seconds: float) -> str:
    """Unix time as Alertmanager has it."""
    told = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return told.replace("+00:00", "Z")

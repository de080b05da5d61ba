"""What an exporter can be told, as one frozen value."""

from dataclasses import dataclass

from warpwatch.errors import UsageError
from warpwatch.httpd import Limits
from warpwatch.units import Seconds

DEFAULT_COUNTERS = "/etc/dcgm-exporter/default-counters.csv"
SHORTEST_INTERVAL_MS = 100
SHORTEST_TIMEOUT = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    source: str = "auto"
    compat: str = "classic"
    collectors: str = DEFAULT_COUNTERS
    address: str = ":9400"
    collect_interval: int = 1000
    kubernetes: bool = False
    kubernetes_enable_pod_labels: bool = False
    kubernetes_enable_pod_uid: bool = False
    devices: str = "f"
    use_old_namespace: bool = False
    no_hostname: bool = False
    hostname: str = ""
    replace_blanks_in_model_name: bool = False
    xid_count_window_size: int = 300_000
    clock_events_count_window_size: int = 300_000
    web_read_timeout: str = "10s"
    web_write_timeout: str = "10s"
    max_concurrent_scrapes: int = 512
    health_require_gpus: bool = False
    log_format: str = "text"
    debug: bool = False

    @property
    def interval(self) -> float:
        return self.collect_interval / 1000

    @property
    def limits(self) -> Limits:
        return Limits(
            head_seconds=_seconds("--web-read-timeout", self.web_read_timeout),
            write_seconds=_seconds("--web-write-timeout", self.web_write_timeout),
            connections=self.max_concurrent_scrapes,
        )

    @property
    def stale_after(self) -> float:
        """Values older than this are not served: an old value read as a new one misleads."""
        return max(3 * self.interval, 10.0)


def _seconds(flag: str, text: str) -> float:
    try:
        seconds = Seconds.parse(text)
    except ValueError as error:
        raise UsageError(f"{flag}: {error}") from error
    if seconds < SHORTEST_TIMEOUT:
        raise UsageError(
            f"{flag} {text} is too short", hint=f"give {SHORTEST_TIMEOUT:.0f}s or more"
        )
    return seconds

"""The numbers that alerts, dashboards and documents share, and how they are changed.

A threshold is set in `[rules.thresholds]` of warpwatch.toml or by `rules render --set name=value`.
"""

import dataclasses
import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from warpwatch.errors import UsageError


def _number(default: float, unit: str, text: str) -> Any:
    return field(default=default, metadata={"unit": unit, "text": text})


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    hot_celsius: float = _number(85, "°C", "hot, of a board that does not tell its limit")
    limit_margin_celsius: float = _number(5, "°C", "so near to its own limit a GPU is hot")
    memory_hot_celsius: float = _number(95, "°C", "hot, of memory that does not tell its limit")
    throttled_ratio: float = _number(0.2, "", "share of the time slowed by heat that is too much")
    power_capped_ratio: float = _number(0.5, "", "share of the time at the power limit to be told")
    ecc_corrected_per_hour: float = _number(100, "per h", "mended ECC errors that foretell worse")
    rows_remapped: float = _number(400, "rows", "of 512 that can be replaced")
    pages_retired: float = _number(45, "pages", "of 64 that can be retired, 60 being a replacement")
    pcie_replays_per_minute: float = _number(
        8, "per min", "PCIe retries of a bad link with 16 lanes of generation 3; more in proportion"
    )
    nvlink_errors_per_hour: float = _number(10, "per h", "NVLink replays or checksum errors")
    underused_ratio: float = _number(0.3, "", "activity below which a GPU in use is under-used")
    idle_ratio: float = _number(0.05, "", "activity below which a GPU is idle")
    saturated_ratio: float = _number(0.95, "", "activity above which a GPU is saturated")
    stalled_power_ratio: float = _number(0.3, "", "share of the power limit of a job that stalls")
    memory_full_ratio: float = _number(0.9, "", "share of memory in use that is nearly all")
    leak_bytes_per_hour: float = _number(100 * 2**20, "B/h", "growth of a likely leak")
    imbalance_ratio: float = _number(0.3, "", "difference of activity within a job")
    allocated_ratio: float = _number(0.9, "", "share of GPUs given out that leaves no room")
    saturation_days: float = _number(14, "days", "until a straight line reaches all GPUs")
    inference_p99_seconds: float = _number(0.5, "s", "latency of inference that users feel")
    error_ratio: float = _number(0.05, "", "share of requests that fail")
    error_requests: float = _number(5, "per h", "so many must fail before anybody is woken")
    queue_growth: float = _number(10, "requests", "more that wait than ten minutes before")
    stale_seconds: float = _number(3600, "s", "since a pipeline last did anything")
    accuracy_drop: float = _number(0.05, "", "loss of accuracy to be told")
    drift_score: float = _number(0.2, "", "drift of input to be told")
    disk_ratio: float = _number(0.8, "", "share of Prometheus' disk in use")


def changed(pairs: Mapping[str, object], base: Thresholds | None = None) -> Thresholds:
    """These, or the defaults, with some of them replaced; what is wrong is named."""
    known = {each.name for each in dataclasses.fields(Thresholds)}
    numbers: dict[str, float] = {}
    for name, value in pairs.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise UsageError(
                f"there is no threshold {name!r}",
                hint=f"did you mean {near[0]}?" if near else f"one of {', '.join(sorted(known))}",
            )
        try:
            numbers[name] = float(str(value))
        except ValueError as error:
            raise UsageError(f"threshold {name}: {value!r} is not a number") from error
        if not numbers[name] >= 0:
            raise UsageError(f"threshold {name}: {value!r} is below nothing")
    return dataclasses.replace(base or Thresholds(), **numbers)


def table() -> Iterator[tuple[str, float, str, str]]:
    """Name, default, unit and meaning, for documents."""
    for each in dataclasses.fields(Thresholds):
        yield each.name, each.default, each.metadata["unit"], each.metadata["text"]  # type: ignore[misc]


def plain(number: float) -> str:
    """As an expression has it: without a tail of zeros."""
    return f"{number:g}" if abs(number) < 1e6 else str(round(number))


def written(thresholds: Thresholds) -> Mapping[str, str]:
    """By name, as expressions have them."""
    return {name: plain(value) for name, value in dataclasses.asdict(thresholds).items()}

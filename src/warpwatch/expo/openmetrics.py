"""Series with times as OpenMetrics text, the form in which Prometheus' own tool takes a past."""

from collections.abc import Iterable, Sequence
from math import isnan

from warpwatch.expo.text import Pair, join

END = "# EOF\n"


def text(
    name: str,
    labels: Iterable[Pair],
    times: Sequence[int],
    values: Sequence[float],
    digits: int,
) -> str:
    """A line for each value; where a value is not a number there is none."""
    head, form = f"{name}{{{join(labels)}}} ", f".{digits}f"
    pairs = zip(values, times, strict=True)
    if isnan(sum(values)):
        pairs = ((value, time) for value, time in pairs if not isnan(value))  # type: ignore[assignment]
    return "".join([f"{head}{value:{form}} {time}\n" for value, time in pairs])

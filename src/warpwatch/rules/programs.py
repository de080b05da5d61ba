"""What programs say of themselves, where it is dear to work out for every look at it: of each
replica a histogram, of each rank a counter.
"""

from collections.abc import Iterator

from warpwatch.rules.model import Group, Record

_BY = "cluster, namespace, job, model"
_LATENCIES = {
    "inference_request_seconds": "Requests a second by how long they took: a histogram.",
    "inference_ttft_seconds": "Requests a second by how long their first token took: a histogram.",
}


def group() -> Group:
    return Group(name="warpwatch-programs", rules=tuple(_records()))


def _records() -> Iterator[Record]:
    for series, text in _LATENCIES.items():
        yield Record(
            name=f"job:{series}_bucket:rate5m",
            expr=f"sum by ({_BY}, le) (rate({series}_bucket[5m]))",
            unit="per second",
            help=text,
        )
    yield Record(
        name="job:training_data_wait_seconds:rate5m",
        expr=f"avg by ({_BY}) (rate(training_data_wait_seconds_total[5m]))",
        unit="ratio",
        help="Share of the time in which a rank waits for its data, the mean of all ranks.",
    )

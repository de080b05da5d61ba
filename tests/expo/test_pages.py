"""Whole pages and pasts: what is written reads back the same."""

import math
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from warpwatch.expo.openmetrics import END, text
from warpwatch.expo.parse import Sample, parse
from warpwatch.expo.plain import Metric, Row, counter, gauge, page
from warpwatch.expo.text import Family

NAMES = st.from_regex(r"\A(?!__)[a-z_][a-z0-9_]{0,8}\Z")
WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
LABELS = st.dictionaries(NAMES, WORDS, max_size=3).map(lambda pairs: tuple(pairs.items()))
Told = tuple[tuple[tuple[str, str], ...], float]
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(st.lists(st.tuples(LABELS, NUMBERS), max_size=4), st.sampled_from((gauge, counter)))
def test_a_page_reads_back(rows: list[Told], make: Callable[..., Metric]) -> None:
    metrics = [make("x", "What it is.", *rows), gauge("y", "Another.", ((), 1))]
    told = parse(page(metrics).decode())
    assert told.helps == {"x": "What it is.", "y": "Another."}
    assert told.types == {"x": make.__name__, "y": "gauge"}
    wanted = tuple(Sample("x", dict(labels), value) for labels, value in rows)
    assert told.samples == (*wanted, Sample("y", {}, 1.0))


def test_parts_of_a_histogram_have_their_suffix() -> None:
    rows = (Row((("le", "+Inf"),), 3, "_bucket"), Row((), 1.5, "_sum"), Row((), 3, "_count"))
    told = parse(page([Metric(Family("h", "histogram", "Times."), rows)]).decode())
    assert [sample.name for sample in told.samples] == ["h_bucket", "h_sum", "h_count"]
    assert told.types == {"h": "histogram"}


@given(st.lists(st.one_of(NUMBERS, st.just(math.nan)), max_size=6))
def test_a_past_reads_back_with_its_gaps(values: list[float]) -> None:
    times = list(range(1_700_000_000, 1_700_000_000 + 300 * len(values), 300))
    written = text("gpu:power:watts", (("gpu", "0"),), times, values, 3) + END
    assert written.count("\n") == sum(not math.isnan(value) for value in values) + 1
    read = [
        (sample.timestamp, sample.value)
        for family in text_string_to_metric_families(  # type: ignore[no-untyped-call]
            written.replace("gpu:power", "gpu_power")
        )
        for sample in family.samples
    ]
    wanted = [(t, v) for t, v in zip(times, values, strict=True) if not math.isnan(v)]
    assert [float(str(time)) for time, _ in read] == [float(time) for time, _ in wanted]
    assert all(abs(a - b) <= 0.001 for (_, a), (_, b) in zip(read, wanted, strict=True))

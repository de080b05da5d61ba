"""What is answered to whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.expo.negotiate import accepts_gzip, text_format

OLD = "text/plain; version=0.0.4; charset=utf-8"
NEW = "text/plain; version=1.0.0; charset=utf-8"
PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;"
    "version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", OLD),
        ("*/*", OLD),
        (PROMETHEUS_2, OLD),
        (PROMETHEUS_3, f"{NEW}; escaping=allow-utf-8"),
        ("text/plain;version=1.0.0;q=0.1,text/plain;q=0.9", OLD),
        ("text/plain;version=1.0.0", NEW),
        ("text/plain;version=1.0.0;escaping=odd", NEW),
        ("text/plain;version=1.0.0;q=0,text/html", OLD),
        ("application/openmetrics-text", OLD),
        ("text/plain;version=7;q=1,text/plain;version=1.0.0;q=0.2", NEW),
    ],
)
def test_the_heaviest_range_we_can_serve_wins(accept: str, content_type: str) -> None:
    assert text_format(accept).content_type == content_type


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("br, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("*", True),
        ("*;q=1, gzip;q=0", False),
        ("identity", False),
        ("", False),
        ("gzip;q=nonsense", False),
    ],
)
def test_gzip_only_to_those_who_take_it(header: str, wanted: bool) -> None:  # noqa: FBT001
    assert accepts_gzip(header) is wanted


@given(st.text())
def test_no_header_can_break_it(header: str) -> None:
    assert text_format(header).content_type.startswith("text/plain; version=")
    assert accepts_gzip(header) in (True, False)

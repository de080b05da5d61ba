"""Which machine is this one."""

import pytest

from warpwatch.addresses import loopback


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True), ("127.3.2.1", True), ("::1", True), ("localhost", True),
        ("10.0.0.1", False), ("0.0.0.0", False), ("::", False), ("gpu-1.example", False),  # noqa: S104
        ("", False),
    ],
)  # fmt: skip
def test_loopback_is_what_nobody_else_can_reach(host: str, *, here: bool) -> None:
    assert loopback(host) is here

"""What is to be typed next is told as it can be typed here."""

import pytest

from warpwatch.cli.hints import typed


@pytest.mark.parametrize(
    ("hint", "told"),
    [
        ("warpwatch up, or --prometheus URL", "./run up, or --prometheus URL"),
        ("wait for it: warpwatch status", "wait for it: warpwatch status"),
        ("warpwatch", "warpwatch"),
        ("warpwatch-exporter is its unit", "warpwatch-exporter is its unit"),
        ("", ""),
    ],
)
def test_a_command_begins_with_what_the_user_called(
    monkeypatch: pytest.MonkeyPatch, hint: str, told: str
) -> None:
    monkeypatch.setenv("WARPWATCH_COMMAND", "./run")
    assert typed(hint) == told
    monkeypatch.delenv("WARPWATCH_COMMAND")
    assert typed(hint) == hint

"""Every family has its cases, and what all alerts have to keep to."""

import re
from pathlib import Path

import pytest

from warpwatch.rules.alerts import FAMILIES
from warpwatch.rules.model import Severity

ALERTS = {alert.name: alert for alerts in FAMILIES.values() for alert in alerts}


def test_every_family_has_a_file_of_cases() -> None:
    files = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert files - {"families"} == set(FAMILIES)


def test_names_are_there_once() -> None:
    assert len(ALERTS) == sum(map(len, FAMILIES.values()))


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_is_told_in_sentences_and_has_steps(name: str) -> None:
    alert = ALERTS[name]
    book = alert.runbook
    assert alert.summary.endswith(".")
    assert "{{" not in alert.summary
    assert all(text.endswith((".", "?")) for text in (book.meaning, book.over, *book.first))
    assert book.acts
    assert all(step.count("`") % 2 == 0 for step in book.first)


@pytest.mark.parametrize("name", ALERTS)
def test_alerts_that_are_named_elsewhere_exist(name: str) -> None:
    book = ALERTS[name].runbook
    named = re.findall(r"\b(?:GPU|AI|Prometheus|Alertmanager)[A-Z][a-zA-Z]+", f"{book}")
    assert set(named) <= set(ALERTS)


def test_who_is_woken_can_do_something_at_once() -> None:
    """A page is for one who can act at night: not for the owner of a job alone."""
    paged = [alert for alert in ALERTS.values() if alert.severity is Severity.CRITICAL]
    assert all(len(alert.runbook.first) >= 3 for alert in paged)

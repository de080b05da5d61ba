"""A node on which everything goes wrong in turn: no scrape fails, and nothing grows."""

import statistics
from pathlib import Path

import pytest

import turmoil
from machine import Machine

pytestmark = pytest.mark.process
MILLISECONDS = 100
FIGURES = ("resident", "descriptors", "threads", "series")


def test_no_scrape_fails_and_nothing_grows_whatever_happens(
    machine: Machine, tmp_path: Path
) -> None:
    with turmoil.Node(tmp_path, machine) as node, node.exporter(MILLISECONDS) as it:
        scraper = turmoil.Scraper(it, 0.1)
        with scraper.running():
            turmoil.play(node, it, scraper, rounds=1, each=0.2)
        log = it.log()
    assert scraper.failures == [], log
    assert scraper.scrapes == len(scraper.measures) > 20
    assert node.scheduled > 100
    broken = turmoil.broken_bounds(scraper.measures)
    assert broken == [], log
    assert "Traceback" not in log
    assert turmoil.PASSWORD not in log


def test_the_bounds_are_bounds() -> None:
    """What would be growth is told of; what only moves is not."""
    steady = [turmoil.Measure(60.0 + index % 2, 15, 20, 400 + index % 9) for index in range(80)]
    assert turmoil.broken_bounds(steady) == []
    for name in FIGURES:
        growing = [
            turmoil.Measure(
                **{each: getattr(one, each) + 2 * index * (each == name) for each in FIGURES}
            )
            for index, one in enumerate(steady)
        ]
        (said,) = turmoil.broken_bounds(growing)
        assert said.startswith(name)
    assert statistics.median(one.resident for one in steady) < turmoil.MOST_RESIDENT

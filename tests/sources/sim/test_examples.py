"""The scenarios that are shipped work, and hold what they promise."""

from pathlib import Path

import pytest

from warpwatch.clock import ManualClock
from warpwatch.fields.catalogue import DEFAULT
from warpwatch.sources.sim.source import SimSource
from warpwatch.sources.sim.spec import parse

FOLDER = Path(__file__).parents[3] / "examples" / "scenarios"
FIELDS = frozenset(field.id for field in DEFAULT)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_an_example_runs_past_its_last_fault(path: Path) -> None:
    scenario = parse(f"sim:{path}")
    clock = ManualClock(1e9)
    source = SimSource(scenario, clock, hang="report")
    for _ in range(40):
        clock.advance(60)
        for device in source.inventory().devices:
            assert source.read(device, FIELDS).readings


def test_the_frozen_example_is_the_same_whenever_it_is_started() -> None:
    pages = []
    for start, wait in ((1e9, 0), (2e9, 12345)):
        clock = ManualClock(start)
        source = SimSource(parse(f"sim:{FOLDER / 'frozen.toml'}"), clock)
        clock.advance(wait)
        pages.append([source.read(device, FIELDS) for device in source.inventory().devices])
    assert pages[0] == pages[1]
    assert [event.data for event in pages[0][2].events] == [31]
    assert pages[0][0].time == 1_772_442_600.0

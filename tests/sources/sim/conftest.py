"""A laboratory: a scenario in, a source and the clock that moves it out."""

from collections.abc import Callable, Mapping

import pytest

from warpwatch.clock import ManualClock
from warpwatch.fields.catalogue import FIELDS
from warpwatch.samples.entity import Gpu
from warpwatch.samples.sample import Reason, Report, Value
from warpwatch.sources.sim.source import SimSource
from warpwatch.sources.sim.spec import loads

START = 1_772_442_000.0
"""A Monday at nine in the morning, UTC."""

Lab = Callable[[str], tuple[SimSource, ManualClock]]
EVERYTHING = frozenset(field.id for field in FIELDS)


@pytest.fixture(scope="session")
def lab() -> Lab:
    def make(text: str) -> tuple[SimSource, ManualClock]:
        clock = ManualClock(START)
        return SimSource(loads(text, "lab"), clock, node="node-1"), clock

    return make


@pytest.fixture(scope="session")
def report() -> Callable[[SimSource, int], Report]:
    """Everything that one GPU says."""

    def read(source: SimSource, index: int) -> Report:
        gpus = [each for each in source.inventory().devices if isinstance(each, Gpu)]
        return source.read(gpus[index], EVERYTHING)

    return read


@pytest.fixture(scope="session")
def values(
    report: Callable[[SimSource, int], Report],
) -> Callable[[SimSource, int], Mapping[int, Value]]:
    def read(source: SimSource, index: int) -> Mapping[int, Value]:
        return report(source, index).readings[0].values

    return read


@pytest.fixture(scope="session")
def number(
    values: Callable[[SimSource, int], Mapping[int, Value]],
) -> Callable[[SimSource, int, int], float]:
    """One figure of one GPU."""

    def read(source: SimSource, index: int, field: int) -> float:
        return float(values(source, index)[field])

    return read


@pytest.fixture(scope="session")
def gaps(
    report: Callable[[SimSource, int], Report],
) -> Callable[[SimSource, int], Mapping[int, Reason]]:
    def read(source: SimSource, index: int) -> Mapping[int, Reason]:
        return report(source, index).readings[0].gaps

    return read

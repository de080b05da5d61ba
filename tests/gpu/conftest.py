"""The first GPU of this machine, or the reason why there is none to test with."""

import time
from collections.abc import Iterator

import pynvml
import pytest

from warpwatch.clock import SystemClock
from warpwatch.fields.catalogue import FIELDS
from warpwatch.samples.entity import Gpu
from warpwatch.samples.sample import Reading
from warpwatch.sources.nvml.door import Door
from warpwatch.sources.nvml.source import NvmlSource

ALL = frozenset(field.id for field in FIELDS)


@pytest.fixture(scope="session")
def source() -> Iterator[NvmlSource]:
    opened = NvmlSource(Door(pynvml), SystemClock())
    if not opened.inventory().devices:
        opened.close()
        pytest.skip(opened.inventory().info.detail)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def gpu(source: NvmlSource) -> Gpu:
    first = source.inventory().devices[0]
    assert isinstance(first, Gpu)
    return first


@pytest.fixture(scope="session")
def reading(source: NvmlSource, gpu: Gpu) -> Reading:
    """The second read: what needs two is there."""
    source.read(gpu, ALL)
    time.sleep(1)
    return source.read(gpu, ALL).readings[0]

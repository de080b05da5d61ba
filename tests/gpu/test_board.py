"""On a real board: what NVML says to us against what NVIDIA's own tool prints.

Run where there is a GPU: `pytest tests/gpu`; skipped elsewhere, with the reason.
"""

import csv
import shutil
import subprocess
import time
from collections.abc import Iterator

import pynvml
import pytest

from warpwatch.clock import SystemClock
from warpwatch.fields import clocks, memory, power, temperature
from warpwatch.fields.catalogue import BY_ID, FIELDS
from warpwatch.fields.field import Field
from warpwatch.samples.sample import Reading, Reason, Value
from warpwatch.sources.nvml.door import Door
from warpwatch.sources.nvml.gpm import METRICS
from warpwatch.sources.nvml.source import NvmlSource

ALL = frozenset(field.id for field in FIELDS)
STEADY: dict[Field, tuple[str, float]] = {
    clocks.MAX_SM_CLOCK: ("clocks.max.sm", 0),
    clocks.MAX_MEM_CLOCK: ("clocks.max.memory", 0),
    clocks.MEM_CLOCK: ("clocks.mem", 50),
    memory.FB_TOTAL: ("memory.total", 1),
    memory.FB_RESERVED: ("memory.reserved", 2),
    memory.FB_USED: ("memory.used", 64),
    power.ENFORCED_POWER_LIMIT: ("enforced.power.limit", 0.01),
    power.POWER_MGMT_LIMIT_MAX: ("power.max_limit", 0.01),
    power.POWER_USAGE: ("power.draw.average", 40),
    temperature.GPU_TEMP: ("temperature.gpu", 3),
}
"""The tool's name of each, and how far apart two reads a moment apart may be."""


@pytest.fixture(scope="module")
def source() -> Iterator[NvmlSource]:
    opened = NvmlSource(Door(pynvml), SystemClock())
    if not opened.inventory().devices:
        pytest.skip(opened.inventory().info.detail)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def reading(source: NvmlSource) -> Reading:
    """The second read of the first GPU: what needs two is there."""
    device = source.inventory().devices[0]
    source.read(device, ALL)
    time.sleep(1)
    return source.read(device, ALL).readings[0]


def printed(*names: str) -> dict[str, str]:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        pytest.skip("nvidia-smi is not there to compare with")
    command = [tool, f"--query-gpu={','.join(names)}", "--format=csv,noheader,nounits", "-i", "0"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    (row,) = csv.reader(answer.splitlines(), skipinitialspace=True)
    return dict(zip(names, row, strict=True))


@pytest.mark.parametrize("field", [pytest.param(field, id=field.name) for field in STEADY])
def test_a_figure_is_the_one_that_the_tool_prints(field: Field, reading: Reading) -> None:
    name, tolerance = STEADY[field]
    said = printed(name)[name]
    if said.startswith("["):
        assert field.id in reading.gaps
    else:
        value = reading.values[field.id]
        assert isinstance(value, int | float)
        assert abs(value - float(said)) <= tolerance


def test_every_field_has_a_value_or_a_truthful_reason(reading: Reading) -> None:
    assert reading.values.keys() | reading.gaps.keys() == ALL
    untrue = {Reason.LOST, Reason.TIMED_OUT, Reason.FAILED}
    wrong = {BY_ID[id_].name: why for id_, why in reading.gaps.items() if why in untrue}
    assert wrong == {}


def test_a_board_that_profiles_gives_shares_between_nothing_and_all(reading: Reading) -> None:
    shares: dict[str, Value] = {
        BY_ID[id_].name: reading.values[id_]
        for id_ in METRICS.keys() & reading.values.keys()
        if BY_ID[id_].unit == "ratio"
    }
    assert all(isinstance(share, float) and 0 <= share <= 1 for share in shares.values()), shares

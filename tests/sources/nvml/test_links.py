"""NVLink traffic: rates between two reads, over all links and link by link."""

import pynvml
from hypothesis import given
from hypothesis import strategies as st

from bindings import NOW, AtOnce, Bindings
from warpwatch.clock import ManualClock
from warpwatch.fields import nvlink, nvlink_links
from warpwatch.samples.sample import Reading, Reason
from warpwatch.sources.nvml.board import Board
from warpwatch.sources.nvml.door import Door
from warpwatch.sources.nvml.numbers import ALL_LINKS
from warpwatch.sources.nvml.rates import RATES, RECEIVED, SENT

BOTH = nvlink.NVLINK_BANDWIDTH_TOTAL.id
TX, RX = nvlink.NVLINK_TX_BANDWIDTH_TOTAL.id, nvlink.NVLINK_RX_BANDWIDTH_TOTAL.id
ASKED = frozenset({BOTH, TX, RX})


class Linked:
    def __init__(self) -> None:
        self.bindings = Bindings()
        self.bindings.running = 1
        self.clock = ManualClock(NOW)
        self.board = Board(Door(self.bindings), self.clock, AtOnce(self.clock), 0)

    def read(self, sent: int, received: int, after: float = 1.0) -> Reading:
        """With the counters standing at so many KiB."""
        kind = pynvml.NVML_VALUE_TYPE_UNSIGNED_LONG_LONG
        fields = self.bindings.boards[0].fields
        fields[SENT] = kind, "ullVal", sent
        fields[RECEIVED] = kind, "ullVal", received
        self.clock.advance(after)
        return self.board.read(ASKED).readings[0]


def test_the_counters_are_those_of_the_data_itself() -> None:
    assert pynvml.NVML_FI_DEV_NVLINK_THROUGHPUT_DATA_TX == SENT
    assert pynvml.NVML_FI_DEV_NVLINK_THROUGHPUT_DATA_RX == RECEIVED


def test_the_first_read_has_nothing_to_compare_with() -> None:
    reading = Linked().read(500, 500)
    assert reading.gaps == dict.fromkeys(ASKED, Reason.NOT_YET_SAMPLED)


@given(
    start=st.integers(0, 10**15),
    sent=st.integers(0, 10**12),
    received=st.integers(0, 10**12),
    seconds=st.floats(0.1, 60),
)
def test_the_rate_is_the_growth_in_the_time_between(
    start: int, sent: int, received: int, seconds: float
) -> None:
    gpu = Linked()
    gpu.read(start, start)
    now = gpu.clock.monotonic()
    values = gpu.read(start + sent, start + received, seconds).values
    passed = gpu.clock.monotonic() - now
    assert values[TX] == round(sent / passed / 1000)
    assert values[RX] == round(received / passed / 1000)
    assert values[BOTH] == round((sent / passed + received / passed) / 1000)


def test_counters_that_start_anew_leave_a_gap_once() -> None:
    gpu = Linked()
    gpu.read(10**9, 10**9)
    assert gpu.read(5, 5).gaps == dict.fromkeys(ASKED, Reason.NOT_YET_SAMPLED)
    assert gpu.read(1_000_005, 2_000_005).values == {TX: 1000, RX: 2000, BOTH: 3000}


def test_a_board_without_links_is_not_asked_again() -> None:
    gpu = Linked()
    for number in (SENT, RECEIVED):
        gpu.bindings.boards[0].codes[number] = pynvml.NVML_ERROR_NOT_SUPPORTED
    for _ in range(3):
        assert gpu.read(1, 1).gaps == dict.fromkeys(ASKED, Reason.UNSUPPORTED)
    asked = [name for name, _ in gpu.bindings.calls]
    assert asked.count("nvmlDeviceGetFieldValues") == 1


def test_each_link_has_counters_of_its_own() -> None:
    assert RATES[BOTH] == ((SENT, ALL_LINKS), (RECEIVED, ALL_LINKS))
    for link in range(18):
        assert RATES[nvlink_links.NVLINK_BANDWIDTH[link].id] == ((SENT, link), (RECEIVED, link))
        assert RATES[nvlink_links.NVLINK_TX_BANDWIDTH[link].id] == ((SENT, link),)
        assert RATES[nvlink_links.NVLINK_RX_BANDWIDTH[link].id] == ((RECEIVED, link),)

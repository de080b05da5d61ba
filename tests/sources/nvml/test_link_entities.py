"""NVLinks as entities of their own: how many there are, and what each says of itself."""

import pynvml
import pytest

from bindings import NOW, AtOnce, Bindings
from warpwatch.clock import ManualClock
from warpwatch.fields import nvlink_links
from warpwatch.fields.catalogue import FIELDS
from warpwatch.fields.field import Scope
from warpwatch.samples.entity import Link
from warpwatch.samples.sample import Reading, Reason
from warpwatch.sources.nvml.board import Board
from warpwatch.sources.nvml.door import Door
from warpwatch.sources.nvml.links import OF_LINKS
from warpwatch.sources.nvml.patience import ASK_AGAIN_SECONDS
from warpwatch.sources.nvml.rates import RECEIVED, SENT
from warpwatch.sources.sim.readings.links import LINK_READERS

STATE = nvlink_links.NVLINK_GET_STATE.id
BOTH = nvlink_links.NVLINK_THROUGHPUT_PER_LINK.id
TX, RX = (
    nvlink_links.NVLINK_TX_THROUGHPUT_PER_LINK.id,
    nvlink_links.NVLINK_RX_THROUGHPUT_PER_LINK.id,
)
REPLAY = nvlink_links.NVLINK_REPLAY_ERROR_PER_LINK_TOTAL.id
UNSUPPORTED = pynvml.NVML_ERROR_NOT_SUPPORTED


class Linked:
    def __init__(self, links: int = 2) -> None:
        self.bindings = Bindings()
        self.bindings.running = 1
        self.real = self.bindings.boards[0]
        self.real.links = links
        self.clock = ManualClock(NOW)
        self.board = Board(Door(self.bindings), self.clock, AtOnce(self.clock), 0)

    def read(self, fields: frozenset[int] = frozenset(OF_LINKS)) -> tuple[Reading, list[Reading]]:
        self.clock.advance(1)
        self.bindings.calls.clear()
        whole, *links = self.board.read(fields).readings
        return whole, links

    def set(self, number: int, link: int, value: int) -> None:
        self.real.fields[number, link] = pynvml.NVML_VALUE_TYPE_UNSIGNED_INT, "uiVal", value

    def calls(self, function: str) -> int:
        return [name for name, _ in self.bindings.calls].count(function)


def test_every_field_of_a_link_that_nvml_gives_is_read_here_and_simulated() -> None:
    routed = {field.id for field in FIELDS if field.scope is Scope.LINK and field.nvml}
    assert routed == OF_LINKS == {reader.field.id for reader in LINK_READERS}


def test_each_link_has_what_the_driver_says_of_it_alone() -> None:
    gpu = Linked()
    for link in (0, 1):
        gpu.set(pynvml.NVML_FI_DEV_NVLINK_GET_STATE, link, 1 - link)
        gpu.set(SENT, link, 0)
        gpu.set(RECEIVED, link, 0)
    gpu.read()
    for link in (0, 1):
        gpu.set(SENT, link, 1_000_000 * (link + 1))
        gpu.set(RECEIVED, link, 4_000_000 * (link + 1))
    whole, links = gpu.read()
    assert [link.entity for link in links] == [Link(n, gpu=gpu.board.gpu) for n in (0, 1)]
    assert whole.values == {}
    assert whole.gaps == {}
    for number, said in enumerate(links):
        counters = {
            nvlink_links.NVLINK_REPLAY_ERROR_PER_LINK_TOTAL.id: 3000 + 10 * number,
            nvlink_links.NVLINK_RECOVERY_ERROR_PER_LINK_TOTAL.id: 3001 + 10 * number,
            nvlink_links.NVLINK_CRC_FLIT_ERROR_PER_LINK_TOTAL.id: 3002 + 10 * number,
            nvlink_links.NVLINK_CRC_DATA_ERROR_PER_LINK_TOTAL.id: 3003 + 10 * number,
        }
        traffic = {TX: 1000 * (number + 1), RX: 4000 * (number + 1), BOTH: 5000 * (number + 1)}
        figures = {
            nvlink_links.PROF_NVLINK_RX_BYTES_PER_LINK.id: (62 + 2 * number) << 20,
            nvlink_links.PROF_NVLINK_TX_BYTES_PER_LINK.id: (63 + 2 * number) << 20,
        }
        assert said.values == {STATE: 1 - number} | counters | traffic | figures
        assert said.gaps == {}


def test_all_numbered_values_of_gpu_and_links_come_with_one_call() -> None:
    gpu = Linked(links=18)
    fields = frozenset(field.id for field in FIELDS)
    gpu.read(fields)
    gpu.read(fields)
    assert gpu.calls("nvmlDeviceGetFieldValues") == 1


def test_links_are_neither_counted_nor_read_where_nothing_is_asked_of_them() -> None:
    gpu = Linked()
    whole, links = gpu.read(frozenset({nvlink_links.NVLINK_REPLAY_ERRORS[1].id}))
    assert (list(whole.values.values()), links) == ([3010], [])
    assert gpu.calls("nvmlDeviceGetFieldValues") == 0


def test_how_many_there_are_is_asked_once_and_again_after_a_while() -> None:
    gpu = Linked()
    assert len(gpu.read()[1]) == 2
    gpu.real.links = 3
    assert len(gpu.read()[1]) == 2
    gpu.clock.advance(ASK_AGAIN_SECONDS)
    assert len(gpu.read()[1]) == 3


def test_a_driver_that_does_not_tell_the_number_is_asked_for_each_links_state() -> None:
    gpu = Linked(links=4)
    gpu.real.codes[pynvml.NVML_FI_DEV_NVLINK_LINK_COUNT] = UNSUPPORTED
    assert len(gpu.read()[1]) == 4
    assert gpu.calls("nvmlDeviceGetNvLinkState") == 5
    gpu.read()
    assert gpu.calls("nvmlDeviceGetNvLinkState") == 0


def test_a_board_without_links_has_a_gap_and_is_not_asked_again() -> None:
    gpu = Linked(links=0)
    assert gpu.read()[0].gaps == dict.fromkeys(OF_LINKS, Reason.UNSUPPORTED)
    assert gpu.read()[1] == []
    assert gpu.calls("nvmlDeviceGetFieldValues") == 0


def test_a_counter_that_no_link_has_is_a_gap_of_each_and_not_asked_again() -> None:
    gpu = Linked()
    gpu.real.codes["nvmlDeviceGetNvLinkErrorCounter"] = UNSUPPORTED
    gpu.read()
    _, links = gpu.read()
    assert [link.gaps[REPLAY] for link in links] == [Reason.UNSUPPORTED] * 2
    assert all(STATE in link.values for link in links)
    assert gpu.calls("nvmlDeviceGetNvLinkErrorCounter") == 0


def test_a_link_beyond_those_with_figures_is_not_said_to_carry_nothing() -> None:
    gpu = Linked(links=20)
    gpu.read()
    sent = [link.gaps.get(nvlink_links.PROF_NVLINK_TX_BYTES_PER_LINK.id) for link in gpu.read()[1]]
    assert sent == [None] * 18 + [Reason.NOT_IMPLEMENTED] * 2


@pytest.mark.parametrize("known", [False, True])
def test_the_links_of_a_lost_gpu_say_nothing(known: bool) -> None:  # noqa: FBT001
    gpu = Linked()
    if known:
        gpu.read()
    gpu.real.left = 0
    whole, links = gpu.read()
    assert all(set(reading.gaps.values()) == {Reason.LOST} for reading in (links or [whole]))
    assert not any(reading.values for reading in (whole, *links))

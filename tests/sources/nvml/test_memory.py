"""What lasts is asked once, and never taken for a sign that the GPU lives."""

import pynvml

from bindings import ALL, NOW, AtOnce, Bindings
from warpwatch.clock import ManualClock
from warpwatch.fields import identity, power
from warpwatch.samples.sample import Reading, Reason
from warpwatch.sources.nvml.board import Board
from warpwatch.sources.nvml.calls.identity import LASTING
from warpwatch.sources.nvml.door import Door
from warpwatch.sources.nvml.patience import ASK_AGAIN_SECONDS

VALID = identity.INFOROM_CONFIG_VALID.id


class Watched:
    def __init__(self) -> None:
        self.bindings = Bindings()
        self.bindings.running = 1
        self.real = self.bindings.boards[0]
        self.clock = ManualClock(NOW)
        self.open()

    def open(self) -> None:
        self.board = Board(Door(self.bindings), self.clock, AtOnce(self.clock), 0)

    def read(self, fields: frozenset[int] = ALL) -> Reading:
        self.clock.advance(1)
        self.bindings.calls.clear()
        return self.board.read(fields).readings[0]

    def calls(self, function: str) -> int:
        return [name for name, _ in self.bindings.calls].count(function)


def test_what_a_board_is_is_asked_once_and_again_after_a_while() -> None:
    gpu = Watched()
    first = gpu.read(LASTING)
    assert first.values.keys() == LASTING
    for _ in range(5):
        assert gpu.read(LASTING).values == first.values
        # Whether MIG is on decides what is asked, and is the only call of such a read.
        called = [name for name, _ in gpu.bindings.calls if name != "nvmlEventSetWait_v2"]
        assert called == ["nvmlDeviceGetMigMode"]
    gpu.real.codes["nvmlDeviceValidateInforom"] = pynvml.NVML_ERROR_CORRUPTED_INFOROM
    assert gpu.read().values[VALID] == 1
    gpu.clock.advance(ASK_AGAIN_SECONDS)
    assert gpu.read().values[VALID] == 0


def test_a_board_that_is_opened_anew_is_asked_anew() -> None:
    gpu = Watched()
    gpu.read()
    gpu.real.answers["nvmlDeviceGetVbiosVersion",] = "97.00"
    gpu.open()
    assert gpu.read().values[identity.VBIOS_VERSION.id] == "97.00"


def test_settings_are_asked_each_time() -> None:
    gpu = Watched()
    gpu.read()
    gpu.real.answers["nvmlDeviceGetPersistenceMode",] = 0
    assert gpu.read().values[identity.PERSISTENCE_MODE.id] == 0


def test_what_was_refused_for_a_moment_is_asked_again() -> None:
    gpu = Watched()
    gpu.real.codes["nvmlDeviceGetSerial"] = pynvml.NVML_ERROR_UNKNOWN
    assert gpu.read().gaps == {identity.SERIAL.id: Reason.FAILED}
    gpu.real.codes.clear()
    assert gpu.read().gaps == {}


def test_a_lost_gpu_has_not_even_a_name() -> None:
    gpu = Watched()
    gpu.read()
    gpu.real.left = 0
    reading = gpu.read(LASTING | {power.POWER_USAGE.id})
    assert reading.values == {}
    assert set(reading.gaps.values()) == {Reason.LOST}

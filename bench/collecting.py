"""Run in a process of its own over a stand-in library: what one collection costs, and how much of
that is the library's. Says so as JSON.

    collecting.py ours|theirs ROUNDS
"""

import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pynvml

from warpwatch.fields import clocks, memory, nvlink_links, pcie, power, temperature

PAUSE = 0.11
"""Profiling counters are not read twice within a tenth of a second."""
WARM_UP = 3


class Meter:
    """Time spent in calls of the library: with what ctypes does to hand over the arguments, without
    what is done with the answer. What listens in a thread of its own is not counted.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.spent = 0
        self._thread = threading.get_ident()
        self._plain: dict[str, Callable[..., Any]] = {}
        self._metered: dict[str, Callable[..., Any]] = {}

    def find(self) -> None:
        """All functions that were called before, however: the library's object keeps them."""
        for name, function in vars(pynvml.nvmlLib).items():
            if name.startswith("nvml"):
                self._plain[name] = function
                self._metered[name] = self._meter(function)

    def attach(self) -> None:
        self._exchange(self._metered)

    def detach(self) -> None:
        self._exchange(self._plain)

    @staticmethod
    def _exchange(functions: dict[str, Callable[..., Any]]) -> None:
        """Where we take them from, and where the bindings do."""
        vars(pynvml.nvmlLib).update(functions)
        pynvml._nvmlGetFunctionPointer_cache.update(functions)  # noqa: SLF001  they have no other

    def _meter(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: object) -> object:
            began = time.perf_counter_ns()
            answer = function(*arguments)
            spent = time.perf_counter_ns() - began
            if threading.get_ident() == self._thread:
                self.spent += spent
                self.calls += 1
            return answer

        return call


AS_THEY_DO = (
    clocks.VIDEO_CLOCK,
    memory.FB_TOTAL,
    memory.FB_USED_PERCENT,
    pcie.PCIE_RX_THROUGHPUT,
    pcie.PCIE_TX_THROUGHPUT,
    power.POWER_MGMT_LIMIT,
    temperature.FAN_SPEED,
    *nvlink_links.NVLINK_RX_BANDWIDTH,
    *nvlink_links.NVLINK_TX_BANDWIDTH,
)
"""What nvitop-exporter tells of a GPU and our default list does not."""


def ours() -> Callable[[], int]:
    from warpwatch.clock import SystemClock
    from warpwatch.exporter.counters import built_in
    from warpwatch.exporter.era import ERAS
    from warpwatch.exporter.processes import FIELDS, Names
    from warpwatch.exporter.selection import select
    from warpwatch.procfs import Register
    from warpwatch.sources.nvml.door import Door
    from warpwatch.sources.nvml.source import NvmlSource

    source = NvmlSource(Door(pynvml), SystemClock())
    fields = select(built_in(), ERAS["classic"], (*FIELDS, *AS_THEY_DO)).read
    names = Names(Register().look)

    def collect() -> int:
        reports = [names(source.read(device, fields)) for device in source.inventory().devices]
        return sum(len(reading.values) for report in reports for reading in report.readings)

    return collect


def theirs() -> Callable[[], int]:
    from nvitop import Device
    from nvitop_exporter.exporter import PrometheusExporter
    from prometheus_client import CollectorRegistry

    physical = Device.from_indices(range(Device.count()))
    devices = [*physical, *(part for device in physical for part in device.mig_devices())]
    registry = CollectorRegistry(auto_describe=False)
    exporter = PrometheusExporter(devices, "bench", registry=registry)

    def collect() -> int:
        """Without what it reads of the machine itself, which we do not."""
        for device in devices:
            exporter.update_device(device)
        return 0

    def count() -> int:
        collect()
        samples = (sample for family in registry.collect() for sample in family.samples)
        return sum("uuid" in sample.labels and sample.value == sample.value for sample in samples)

    given = count()

    def counted() -> int:
        collect()
        return given

    return counted


def gone(collect: Callable[[], int], clock: Callable[[], int]) -> int:
    """Nanoseconds by which a clock goes on in one collection."""
    time.sleep(PAUSE)
    began = clock()
    collect()
    return clock() - began


def main(who: str, rounds: int) -> None:
    """Two of the same in turn: one is timed as a whole, the other by its calls of the library."""
    build = {"ours": ours, "theirs": theirs}[who]
    meter = Meter()
    plain = build()
    for _ in range(WARM_UP):
        gone(plain, time.process_time_ns)
    meter.find()
    meter.attach()
    metered = build()
    for _ in range(WARM_UP):
        gone(metered, lambda: meter.spent)
    meter.calls = 0
    wholes, libraries = [], []
    for _ in range(rounds):
        libraries.append(gone(metered, lambda: meter.spent))
        meter.detach()
        wholes.append(gone(plain, time.process_time_ns))
        meter.attach()
    said = {
        "whole": statistics.median(wholes) / 1e6,
        "library": statistics.median(libraries) / 1e6,
        "calls": round(meter.calls / rounds),
        "values": plain(),
    }
    json.dump(said, sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # what listens to the driver would go on


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

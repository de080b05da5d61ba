"""The exporter as a user starts it, with the real bindings over a driver that misbehaves."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from machine import Machine
from process import Program, program
from warpwatch.expo.parse import Exposition, parse

Until = Callable[[Callable[[], bool]], None]
pytestmark = pytest.mark.process
EXPORTER = ("exporter", "-a", "127.0.0.1:0", "-c", "200", "--source", "nvml")
ZERO, ONE = "GPU-00000000", "GPU-00000001"

WANTING = {"unsupported", "not_implemented"}


def page(it: Program) -> Exposition:
    answer = it.get("/metrics")
    assert answer.status == 200
    return parse(answer.text)


def by_gpu(it: Program, name: str) -> dict[str, float]:
    return {sample.labels["UUID"]: sample.value for sample in page(it).named(name)}


def gaps(it: Program) -> set[tuple[str, str]]:
    """GPU and reason of every gap that is not for want of support, by the board or by us."""
    found = page(it).named("warpwatch_gpu_gap")
    said = {(sample.labels["UUID"], sample.labels["reason"]) for sample in found}
    return {(gpu, reason) for gpu, reason in said if reason not in WANTING}


def read(it: Program, *gpus: str) -> bool:
    """Whether exactly these have a temperature now, which every one that answers has."""
    return by_gpu(it, "DCGM_FI_DEV_GPU_TEMP").keys() == set(gpus)


def hung(it: Program, *gpus: str) -> bool:
    return {gpu for gpu, value in by_gpu(it, "warpwatch_gpu_hung").items() if value} == set(gpus)


def threads(it: Program) -> int:
    return len(list(Path(f"/proc/{it.process.pid}/task").iterdir()))


def test_a_page_of_two_gpus_has_what_their_driver_says(machine: Machine, until: Until) -> None:
    machine.gpus(2)
    machine.say({"1.nvmlDeviceGetTemperature.0": 61, "1.nvmlDeviceGetPowerUsage": 69_900})
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: read(it, ZERO, ONE))
        first, second = page(it).named("DCGM_FI_DEV_POWER_USAGE")
        assert (first.value, second.value) == (632.417, 69.9)
        assert first.labels["pci_bus_id"] == "00000000:1B:00.0"
        assert first.labels["modelName"] == "NVIDIA H100 80GB HBM3"
        assert first.labels["DCGM_FI_DRIVER_VERSION"] == "580.95.05"
        values = {
            "SM_CLOCK": 1980,
            "MEM_CLOCK": 2619,
            "MEMORY_TEMP": 54,
            "TOTAL_ENERGY_CONSUMPTION": 98_765_432_109_876,
            "PCIE_REPLAY_COUNTER": 3,
            "GPU_UTIL": 97,
            "MEM_COPY_UTIL": 11,
            "ENC_UTIL": 21,
            "DEC_UTIL": 22,
            "FB_FREE": 61_262,
            "FB_USED": 19_818,
            "FB_RESERVED": 479,
            "CORRECTABLE_REMAPPED_ROWS": 1,
            "UNCORRECTABLE_REMAPPED_ROWS": 2,
            "ROW_REMAP_FAILURE": 0,
            "VGPU_LICENSE_STATUS": 0,
            "XID_ERRORS": 0,
        }
        for name, value in values.items():
            assert by_gpu(it, f"DCGM_FI_DEV_{name}") == {ZERO: value, ONE: value}, name
        assert by_gpu(it, "DCGM_FI_DEV_GPU_TEMP") == {ZERO: 59, ONE: 61}


def test_a_gpu_that_hangs_costs_its_own_series_and_comes_back(
    machine: Machine, until: Until
) -> None:
    machine.gpus(2)
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: read(it, ZERO, ONE))
        workers = threads(it)
        machine.say({"1.hang.nvmlDeviceGetPowerUsage": 1})
        until(lambda: by_gpu(it, "warpwatch_gpu_collect_success") == {ZERO: 1, ONE: 0})
        assert hung(it, ONE)
        ages = by_gpu(it, "warpwatch_gpu_collect_age_seconds")
        assert ages[ONE] > ages[ZERO]
        assert threads(it) == workers
        machine.say({"1.hang.nvmlDeviceGetPowerUsage": None})
        until(lambda: by_gpu(it, "warpwatch_gpu_collect_success") == {ZERO: 1, ONE: 1})
        until(lambda: read(it, ZERO, ONE))
        assert gaps(it) == set()


def test_a_driver_that_stands_still_as_a_whole_leaves_a_page_and_no_heap_of_threads(
    machine: Machine, until: Until
) -> None:
    machine.gpus(3)
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: len(by_gpu(it, "DCGM_FI_DEV_GPU_TEMP")) == 3)
        workers = threads(it)
        machine.say({"driver.lock": 1, "0.hang.all": 1})
        until(lambda: read(it) and all(by_gpu(it, "warpwatch_gpu_hung").values()))
        assert {reason for _, reason in gaps(it)} == {"timed_out"}
        assert len(by_gpu(it, "warpwatch_gpu_collect_success")) == 3
        assert threads(it) == workers
        machine.say({"0.hang.all": None})
        until(lambda: hung(it) and len(by_gpu(it, "DCGM_FI_DEV_GPU_TEMP")) == 3)
        assert threads(it) == workers


def test_slow_calls_cost_time_and_no_values(machine: Machine, until: Until) -> None:
    machine.gpus(2)
    machine.say({"0.delay.nvmlDeviceGetSerial": 0.3, "0.delay.nvmlDeviceGetFieldValues": 0.3})
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: read(it, ZERO, ONE) and gaps(it) == set())


def test_a_gpu_lost_in_the_middle_of_a_read_is_said_to_be_lost(
    machine: Machine, until: Until
) -> None:
    machine.gpus(2)
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: read(it, ZERO, ONE))
        machine.say({"0.left": 4, "0.xids": 79})
        until(lambda: (ZERO, "lost") in gaps(it) and not read(it, ZERO, ONE))
        until(lambda: not by_gpu(it, "warpwatch_gpu_collect_success")[ZERO])
        assert by_gpu(it, "DCGM_FI_DEV_GPU_UTIL") == {ONE: 97}
        until(lambda: by_gpu(it, "warpwatch_gpu_xid_errors_total") == {ZERO: 1})
        machine.say({"0.left": None})
        until(lambda: read(it, ZERO, ONE) and gaps(it) == set())


def test_what_is_not_permitted_is_said_to_be_so(machine: Machine, until: Until) -> None:
    machine.gpus(1)
    machine.say({"*.error.nvmlDeviceGetPowerUsage": 4, "*.error.field.82": 4})
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: read(it, ZERO) and gaps(it) == {(ZERO, "no_permission")})
        assert by_gpu(it, "DCGM_FI_DEV_POWER_USAGE") == {}


def test_every_xid_of_a_burst_is_counted(machine: Machine, until: Until) -> None:
    machine.gpus(2)
    machine.say({"0.xids": "13 13"})
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: read(it, ZERO, ONE))
        burst = [48, 63, 94, 13, 31] * 24
        machine.say({"0.xids": " ".join(map(str, [13, 13, *burst])), "1.xids": "79"})

        def total() -> float:
            return sum(s.value for s in page(it).named("warpwatch_gpu_xid_errors_total"))

        until(lambda: total() == 121)
        counted = {
            (sample.labels["UUID"], sample.labels["xid"]): sample.value
            for sample in page(it).named("warpwatch_gpu_xid_errors_total")
        }
        assert counted == {(ZERO, str(xid)): 24 for xid in {*burst}} | {(ONE, "79"): 1}
        assert by_gpu(it, "DCGM_FI_DEV_XID_ERRORS") == {ZERO: 31, ONE: 79}


def test_nothing_that_a_driver_does_is_said_every_second(machine: Machine, until: Until) -> None:
    machine.gpus(2)
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: read(it, ZERO, ONE))
        machine.say({"1.error.all": 15})
        until(lambda: (ONE, "lost") in gaps(it))
        durations: set[float] = set()

        def cycles() -> int:
            found = page(it).named("warpwatch_collector_duration_seconds")
            durations.update(sample.value for sample in found)
            return len(durations)

        until(lambda: cycles() > 6)
        machine.say({"1.error.all": None})
        it.wait_for("answers again")
        said = [line for line in it.lines if re.search("gave no reading", line)]
        assert len(said) == 1, "".join(it.lines)


def test_profiling_figures_are_on_the_page_from_the_second_read_on(
    machine: Machine, until: Until
) -> None:
    machine.gpus(2)
    machine.say({"1.nvmlGpmQueryDeviceSupport": 0})
    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: by_gpu(it, "DCGM_FI_PROF_GR_ENGINE_ACTIVE") == {ZERO: 0.985})
        assert by_gpu(it, "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE") == {ZERO: 0.6125}
        assert by_gpu(it, "DCGM_FI_PROF_DRAM_ACTIVE") == {ZERO: 0.405}
        assert by_gpu(it, "DCGM_FI_PROF_PCIE_TX_BYTES") == {ZERO: 12.5 * 1024 * 1024}
        assert by_gpu(it, "DCGM_FI_PROF_PCIE_RX_BYTES") == {ZERO: 2048 * 1024 * 1024}
        assert gaps(it) == set()


LIST = (
    "DCGM_FI_DEV_GPU_TEMP, gauge, x\nDCGM_FI_DEV_NVLINK_GET_STATE, gauge, x\n"
    "DCGM_FI_DEV_NVLINK_REPLAY_ERROR_PER_LINK_TOTAL, counter, x\nDCGM_EXP_P2P_STATUS, gauge, x\n"
)


def test_links_and_pairs_of_gpus_are_on_the_page(
    machine: Machine, until: Until, tmp_path: Path
) -> None:
    machine.gpus(2)
    machine.say({"*.field.91": 2, "*.field.165": 1, "*.field.165.1": 0})
    machine.say({"*.nvmlDeviceGetNvLinkErrorCounter.0": 7, "1.nvmlDeviceGetP2PStatus.0": 3})
    machine.say({"0.nvmlDeviceGetP2PStatus.1": 0})
    listed = tmp_path / "list.csv"
    listed.write_text(LIST, encoding="utf-8")
    with program(*EXPORTER, "-f", str(listed), env=machine.environment) as it:
        until(lambda: read(it, ZERO, ONE))
        found = page(it)
        states = found.named("DCGM_FI_DEV_NVLINK_GET_STATE")
        assert [sample.value for sample in states] == [1, 0, 1, 0]
        errors = found.named("DCGM_FI_DEV_NVLINK_REPLAY_ERROR_PER_LINK_TOTAL")
        assert [sample.value for sample in errors] == [7, 7]
        pairs = {
            (s.labels["UUID"], s.labels["peer_gpu"], s.labels["link_status"], s.value)
            for s in found.named("DCGM_EXP_P2P_STATUS")
        }
        assert pairs == {(ZERO, "1", "OK", 0), (ONE, "0", "TopologyNotSupported", 3)}
        # A GPU that hangs while it is asked about another costs nobody else.
        machine.say({"1.hang.nvmlDeviceGetP2PStatus": 1})
        until(lambda: by_gpu(it, "warpwatch_gpu_collect_success") == {ZERO: 1, ONE: 0})
        machine.say({"1.hang.nvmlDeviceGetP2PStatus": None})
        until(lambda: by_gpu(it, "warpwatch_gpu_collect_success") == {ZERO: 1, ONE: 1})


def test_mig_instances_come_and_go_with_figures_of_their_own(
    machine: Machine, until: Until
) -> None:
    machine.gpus(1)

    def instances(name: str) -> dict[tuple[str, str], float]:
        return {
            (sample.labels["GPU_I_ID"], sample.labels["GPU_I_PROFILE"]): sample.value
            for sample in page(it).named(name)
            if "GPU_I_ID" in sample.labels
        }

    with program(*EXPORTER, env=machine.environment) as it:
        until(lambda: read(it, ZERO))
        assert instances("DCGM_FI_DEV_FB_USED") == {}
        machine.divide(0)
        active = "DCGM_FI_PROF_GR_ENGINE_ACTIVE"
        until(lambda: instances(active) == {("1", "3g.40gb"): 0.5, ("9", "1g.10gb"): 0.125})
        assert set(instances("DCGM_FI_DEV_FB_USED").values()) == {953}
        assert set(instances("DCGM_FI_DEV_POWER_USAGE").values()) == {632.417}
        machine.say({"0/2.nvmlDeviceGetGpuInstanceId": None})
        until(lambda: instances(active) == {("1", "3g.40gb"): 0.5})
        machine.say({"0.nvmlDeviceGetMigMode": "0 0"})
        until(lambda: by_gpu(it, active) == {ZERO: 0.985} and instances(active) == {})

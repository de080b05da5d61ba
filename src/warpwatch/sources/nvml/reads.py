"""Which call gives which field, for whole GPUs."""

from collections.abc import Callable, Mapping
from typing import Any

from warpwatch.fields import (
    clocks,
    ecc,
    events,
    identity,
    memory,
    mig,
    nvlink,
    pcie,
    power,
    rows,
    temperature,
    utilisation,
)
from warpwatch.samples.sample import Value
from warpwatch.sources.nvml.door import Door
from warpwatch.units import MIB

Read = Callable[[Door, Any], Value]


def _clock(kind: str) -> Read:
    return lambda door, gpu: int(
        door.call("nvmlDeviceGetClockInfo", gpu, door.constant(f"NVML_CLOCK_{kind}"))
    )


def _plain(function: str, scale: Callable[[Any], Value] = int) -> Read:
    return lambda door, gpu: scale(door.call(function, gpu))


def _memory(attribute: str) -> Read:
    def read(door: Door, gpu: object) -> Value:
        version = door.constant("nvmlMemory_v2")
        info = door.call("nvmlDeviceGetMemoryInfo", gpu, version)
        return int(getattr(info, attribute)) // MIB

    return read


def _utilisation(attribute: str) -> Read:
    return lambda door, gpu: int(
        getattr(door.call("nvmlDeviceGetUtilizationRates", gpu), attribute)
    )


def _pcie(direction: str) -> Read:
    return lambda door, gpu: int(
        door.call(
            "nvmlDeviceGetPcieThroughput", gpu, door.constant(f"NVML_PCIE_UTIL_{direction}_BYTES")
        )
    )


def _inforom(part: str) -> Read:
    return lambda door, gpu: _text(
        door.call("nvmlDeviceGetInforomVersion", gpu, door.constant(f"NVML_INFOROM_{part}"))
    )


def _temperature(door: Door, gpu: object) -> Value:
    sensor = door.constant("NVML_TEMPERATURE_GPU")
    return int(door.call("nvmlDeviceGetTemperature", gpu, sensor))


def _licensed(door: Door, gpu: object) -> Value:
    features = door.call("nvmlDeviceGetGridLicensableFeatures", gpu)
    listed = features.gridLicensableFeatures[: features.licensableFeaturesCount]
    return int(any(feature.featureState for feature in listed))


def _first(pair: Any) -> Value:
    return int(pair[0])


def _watts(milliwatts: int) -> Value:
    return milliwatts / 1000


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


CALLS: Mapping[int, Read] = {
    identity.DRIVER_VERSION.id: lambda door, _gpu: _text(door.call("nvmlSystemGetDriverVersion")),
    identity.NVML_VERSION.id: lambda door, _gpu: _text(door.call("nvmlSystemGetNVMLVersion")),
    identity.SERIAL.id: _plain("nvmlDeviceGetSerial", _text),
    identity.OEM_INFOROM_VER.id: _inforom("OEM"),
    identity.ECC_INFOROM_VER.id: _inforom("ECC"),
    identity.POWER_INFOROM_VER.id: _inforom("POWER"),
    identity.INFOROM_IMAGE_VER.id: _plain("nvmlDeviceGetInforomImageVersion", _text),
    identity.VBIOS_VERSION.id: _plain("nvmlDeviceGetVbiosVersion", _text),
    clocks.SM_CLOCK.id: _clock("SM"),
    clocks.MEM_CLOCK.id: _clock("MEM"),
    clocks.VIDEO_CLOCK.id: _clock("VIDEO"),
    clocks.PSTATE.id: _plain("nvmlDeviceGetPerformanceState"),
    temperature.GPU_TEMP.id: _temperature,
    temperature.FAN_SPEED.id: _plain("nvmlDeviceGetFanSpeed"),
    power.POWER_USAGE.id: _plain("nvmlDeviceGetPowerUsage", _watts),
    power.TOTAL_ENERGY_CONSUMPTION.id: _plain("nvmlDeviceGetTotalEnergyConsumption"),
    power.ENFORCED_POWER_LIMIT.id: _plain("nvmlDeviceGetEnforcedPowerLimit", _watts),
    power.POWER_MGMT_LIMIT.id: _plain("nvmlDeviceGetPowerManagementLimit", _watts),
    utilisation.GPU_UTIL.id: _utilisation("gpu"),
    utilisation.MEM_COPY_UTIL.id: _utilisation("memory"),
    utilisation.ENC_UTIL.id: _plain("nvmlDeviceGetEncoderUtilization", _first),
    utilisation.DEC_UTIL.id: _plain("nvmlDeviceGetDecoderUtilization", _first),
    memory.FB_TOTAL.id: _memory("total"),
    memory.FB_FREE.id: _memory("free"),
    memory.FB_USED.id: _memory("used"),
    memory.FB_RESERVED.id: _memory("reserved"),
    pcie.PCIE_TX_THROUGHPUT.id: _pcie("TX"),
    pcie.PCIE_RX_THROUGHPUT.id: _pcie("RX"),
    pcie.PCIE_REPLAY_COUNTER.id: _plain("nvmlDeviceGetPcieReplayCounter"),
    pcie.PCIE_LINK_GEN.id: _plain("nvmlDeviceGetCurrPcieLinkGeneration"),
    pcie.PCIE_LINK_WIDTH.id: _plain("nvmlDeviceGetCurrPcieLinkWidth"),
    events.CLOCKS_EVENT_REASONS.id: _plain("nvmlDeviceGetCurrentClocksEventReasons"),
    mig.VGPU_LICENSE_STATUS.id: _licensed,
}

FIELD_VALUES: Mapping[int, int] = {
    temperature.MEMORY_TEMP.id: 82,
    ecc.ECC_SBE_VOL_TOTAL.id: 3,
    ecc.ECC_DBE_VOL_TOTAL.id: 4,
    ecc.ECC_SBE_AGG_TOTAL.id: 5,
    ecc.ECC_DBE_AGG_TOTAL.id: 6,
    rows.RETIRED_SBE.id: 29,
    rows.RETIRED_DBE.id: 30,
    rows.RETIRED_PENDING.id: 31,
    rows.CORRECTABLE_REMAPPED_ROWS.id: 142,
    rows.UNCORRECTABLE_REMAPPED_ROWS.id: 143,
    rows.ROW_REMAP_PENDING.id: 144,
    rows.ROW_REMAP_FAILURE.id: 145,
    nvlink.NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL.id: 38,
    nvlink.NVLINK_CRC_DATA_ERROR_COUNT_TOTAL.id: 45,
    nvlink.NVLINK_REPLAY_ERROR_COUNT_TOTAL.id: 52,
    nvlink.NVLINK_RECOVERY_ERROR_COUNT_TOTAL.id: 59,
    events.POWER_VIOLATION.id: 74,
    events.THERMAL_VIOLATION.id: 75,
    events.SYNC_BOOST_VIOLATION.id: 76,
    events.BOARD_LIMIT_VIOLATION.id: 77,
    events.LOW_UTIL_VIOLATION.id: 78,
    events.RELIABILITY_VIOLATION.id: 79,
    events.CLOCKS_EVENT_REASON_SW_POWER_CAP_NS.id: 74,
    events.CLOCKS_EVENT_REASON_SYNC_BOOST_NS.id: 76,
    events.CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN_NS.id: 269,
    events.CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS.id: 270,
    events.CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN_NS.id: 271,
    power.POWER_USAGE_INSTANT.id: 186,
    events.GET_GPU_RECOVERY_ACTION.id: 230,
}
"""Fields that NVML gives many at a time: our id → NVML's."""

SCALED: Mapping[int, Callable[[int], Value]] = {power.POWER_USAGE_INSTANT.id: _watts}

OF_THE_LIBRARY = frozenset(
    {identity.DRIVER_VERSION.id, identity.NVML_VERSION.id, events.XID_ERRORS.id}
)
"""Answered without asking the GPU: no sign that it lives."""

"""How a board runs: clocks, temperatures, power."""

from collections.abc import Mapping

from warpwatch.fields import base_units, clocks, events, power, temperature
from warpwatch.sources.nvml.ask import Ask, Read, Scale, item, of, plain, watts

_LIMITS = "nvmlDeviceGetPowerManagementLimitConstraints"


def _clock(kind: str, scale: Scale = int) -> Read:
    return of("nvmlDeviceGetClockInfo", f"NVML_CLOCK_{kind}", scale)


def _asked(kind: str, scale: Scale = int) -> Read:
    return of("nvmlDeviceGetApplicationsClock", f"NVML_CLOCK_{kind}", scale)


def _highest(kind: str, scale: Scale = int) -> Read:
    return of("nvmlDeviceGetMaxClockInfo", f"NVML_CLOCK_{kind}", scale)


def _threshold(kind: str) -> Read:
    return of("nvmlDeviceGetTemperatureThreshold", f"NVML_TEMPERATURE_THRESHOLD_{kind}")


def _profiles(mask: str) -> Read:
    """Bit by bit, the first 64 of 255: NVML itself has names for 25."""

    def read(ask: Ask) -> int:
        profiles = ask.filled(
            "nvmlDeviceWorkloadPowerProfileGetCurrentProfiles",
            "c_nvmlWorkloadPowerProfileCurrentProfiles_v1_t",
        )
        low, high = getattr(profiles, mask).mask[:2]
        return int(low) | int(high) << 32

    return read


def _hertz(megahertz: int) -> int:
    return megahertz * 1_000_000


CALLS: Mapping[int, Read] = {
    clocks.SM_CLOCK.id: _clock("SM"),
    clocks.MEM_CLOCK.id: _clock("MEM"),
    clocks.VIDEO_CLOCK.id: _clock("VIDEO"),
    clocks.APP_SM_CLOCK.id: _asked("SM"),
    clocks.APP_MEM_CLOCK.id: _asked("MEM"),
    clocks.MAX_SM_CLOCK.id: _highest("SM"),
    clocks.MAX_MEM_CLOCK.id: _highest("MEM"),
    clocks.MAX_VIDEO_CLOCK.id: _highest("VIDEO"),
    clocks.AUTOBOOST.id: item("nvmlDeviceGetAutoBoostedClocksEnabled", 0),
    clocks.PSTATE.id: plain("nvmlDeviceGetPerformanceState"),
    base_units.SM_CLOCK_HERTZ.id: _clock("SM", _hertz),
    base_units.MEMORY_CLOCK_HERTZ.id: _clock("MEM", _hertz),
    base_units.VIDEO_CLOCK_HERTZ.id: _clock("VIDEO", _hertz),
    base_units.SM_APP_CLOCK_HERTZ.id: _asked("SM", _hertz),
    base_units.MEMORY_APP_CLOCK_HERTZ.id: _asked("MEM", _hertz),
    base_units.SM_MAX_CLOCK_HERTZ.id: _highest("SM", _hertz),
    base_units.MEMORY_MAX_CLOCK_HERTZ.id: _highest("MEM", _hertz),
    base_units.VIDEO_MAX_CLOCK_HERTZ.id: _highest("VIDEO", _hertz),
    events.CLOCKS_EVENT_REASONS.id: plain("nvmlDeviceGetCurrentClocksEventReasons"),
    temperature.GPU_TEMP.id: of("nvmlDeviceGetTemperature", "NVML_TEMPERATURE_GPU"),
    temperature.MEM_MAX_OP_TEMP.id: _threshold("MEM_MAX"),
    temperature.GPU_MAX_OP_TEMP.id: _threshold("GPU_MAX"),
    temperature.GPU_TEMP_LIMIT.id: plain("nvmlDeviceGetMarginTemperature"),
    temperature.SLOWDOWN_TEMP.id: _threshold("SLOWDOWN"),
    temperature.SHUTDOWN_TEMP.id: _threshold("SHUTDOWN"),
    temperature.FAN_SPEED.id: plain("nvmlDeviceGetFanSpeed"),
    base_units.FAN_SPEED_RATIO.id: plain("nvmlDeviceGetFanSpeed", lambda percent: percent / 100),
    power.POWER_USAGE.id: plain("nvmlDeviceGetPowerUsage", watts),
    power.TOTAL_ENERGY_CONSUMPTION.id: plain("nvmlDeviceGetTotalEnergyConsumption"),
    base_units.GPU_ENERGY_JOULES_TOTAL.id: plain(
        "nvmlDeviceGetTotalEnergyConsumption", lambda millijoules: millijoules // 1000
    ),
    power.ENFORCED_POWER_LIMIT.id: plain("nvmlDeviceGetEnforcedPowerLimit", watts),
    power.POWER_MGMT_LIMIT.id: plain("nvmlDeviceGetPowerManagementLimit", watts),
    power.POWER_MGMT_LIMIT_DEF.id: plain("nvmlDeviceGetPowerManagementDefaultLimit", watts),
    power.POWER_MGMT_LIMIT_MIN.id: item(_LIMITS, 0, watts),
    power.POWER_MGMT_LIMIT_MAX.id: item(_LIMITS, 1, watts),
    power.REQUESTED_POWER_PROFILE_MASK.id: _profiles("requestedProfilesMask"),
    power.ENFORCED_POWER_PROFILE_MASK.id: _profiles("enforcedProfilesMask"),
    power.VALID_POWER_PROFILE_MASK.id: _profiles("perfProfilesMask"),
}

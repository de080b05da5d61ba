"""A GPU that tells all there is to tell: each figure different, so that none passes for another."""

import itertools
from collections.abc import Mapping

LINKS = 18
_OF_ONE = """
    Serial VbiosVersion InforomImageVersion PerformanceState FanSpeed PowerUsage Index
    MinorNumber EnforcedPowerLimit PowerManagementLimit PowerManagementDefaultLimit
    PcieReplayCounter CurrPcieLinkGeneration CurrPcieLinkWidth MaxPcieLinkGeneration
    MaxPcieLinkWidth ComputeMode PersistenceMode InforomConfigurationChecksum
    MaxMigDeviceCount TotalEnergyConsumption CurrentClocksEventReasons VirtualizationMode
    MarginTemperature SramEccErrorStatus UnrepairableMemoryFlag_v1
"""
"""A number, or a text that may look like one."""
_OF_SEVERAL = {
    "InforomVersion": range(3),
    "ClockInfo": range(4),
    "MaxClockInfo": range(4),
    "ApplicationsClock": range(4),
    "Temperature": range(1),
    "TemperatureThreshold": range(7),
    "PcieThroughput": range(2),
    "MemoryErrorCounter": [
        kind * 100 + life * 10 + place
        for kind, life, place in itertools.product(range(2), range(2), range(8))
    ],
    "NvLinkErrorCounter": [link * 10 + kind for link in range(LINKS) for kind in range(5)],
}
_ROWS = {
    "EncoderUtilization": 2,
    "DecoderUtilization": 2,
    "PowerManagementLimitConstraints": 2,
    "CudaComputeCapability": 2,
    "AutoBoostedClocksEnabled": 2,
    "EccMode": 2,
    "UtilizationRates": 2,
    "RowRemapperHistogram": 5,
}
_SPARE = 1 << 20


def lines() -> dict[str, object]:
    """For a scenario: of every GPU what a function answers, beside the few that have a meaning."""
    unlike = itertools.count(10_001)
    said: dict[str, object] = {}
    for name in _OF_ONE.split():
        said[f"*.nvmlDeviceGet{name}"] = next(unlike)
    for name, places in _OF_SEVERAL.items():
        said |= {f"*.nvmlDeviceGet{name}.{place}": next(unlike) for place in places}
    for name, count in _ROWS.items():
        said[f"*.nvmlDeviceGet{name}"] = " ".join(str(next(unlike)) for _ in range(count))
    for name, count in (("MemoryInfo_v2", 4), ("BAR1MemoryInfo", 3)):
        sizes = (str(next(unlike) * _SPARE) for _ in range(count))
        said[f"*.nvmlDeviceGet{name}"] = " ".join(sizes)
    for number in range(300):
        said[f"*.field.{number}"] = next(unlike)
        said[f"*.field.{number}.4294967295"] = next(unlike)
    said |= {f"*.gpm.{metric}": next(unlike) for metric in range(333)}
    return {**said, **_links(next(unlike)), **_MEANT}


def _links(first: int) -> dict[str, object]:
    """A link of number 0 is asked as one asks of no link at all."""
    unlike = itertools.count(first)
    numbers = (138, 139, 161, 162, 163, 165)
    said: dict[str, object] = {
        f"*.field.{number}.{link}" if link else f"*.field.{number}": next(unlike)
        for number in numbers
        for link in range(LINKS)
    }
    return said | {"*.field.91": LINKS}


_MEANT: Mapping[str, object] = {
    "driver.nvmlSystemGetDriverVersion": "580.95.05",
    "driver.nvmlSystemGetNVMLVersion": "13.580.95.05",
    "driver.nvmlSystemGetCudaDriverVersion_v2": 13010,
    "driver.nvmlSystemGetConfComputeState": 91,
    "*.nvmlDeviceGetName": "NVIDIA B200",
    "*.nvmlDeviceGetBrand": 14,
    "*.nvmlDeviceGetMigMode": "0 92",
    "*.nvmlDeviceGetSupportedEventTypes": 8,
    "*.nvmlDeviceValidateInforom": 0,
    "*.nvmlDeviceGetGridLicensableFeatures_v4": 1,
    "*.nvmlDeviceGetGpuFabricInfoV": "0 93 3 94 95",
    "*.nvmlDeviceGetPlatformInfo": "49 56 0 0 0 0 0 0 0 0 0 0 0 0 0 0 96 200 97 98 99",
    "*.nvmlDeviceWorkloadPowerProfileGetCurrentProfiles": (
        "100 0 0 0 0 0 0 0 101 0 0 0 0 0 0 0 102 0 0 0 0 0 0 0"
    ),
    "*.nvmlDeviceGetComputeRunningProcesses_v3": " ".join(
        f"{pid} 1024 -1" for pid in range(70, 76)
    ),
    "*.nvmlDeviceGetGraphicsRunningProcesses_v3": " ".join(
        f"{pid} 1024 -1" for pid in range(70, 75)
    ),
    "*.nvmlGpmQueryDeviceSupport": 1,
    "0.nvmlDeviceGetP2PStatus.1": 0,
    "0.nvmlDeviceGetP2PStatus.2": 3,
}

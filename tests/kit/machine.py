"""A machine whose NVIDIA driver is our own C library, for the real bindings to talk to."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from process import environment

SOURCE = Path(__file__).parent.parent / "nvml" / "nvml.c"
"""Its comment says what a scenario may hold."""
NAME = "libnvidia-ml.so.1"

H100: Mapping[str, object] = {
    "driver.nvmlSystemGetDriverVersion": "580.95.05",
    "driver.nvmlSystemGetNVMLVersion": "13.580.95.05",
    "*.nvmlDeviceGetName": "NVIDIA H100 80GB HBM3",
    "*.nvmlDeviceGetSerial": "1650124001234",
    "*.nvmlDeviceGetInforomVersion.0": "2.1",
    "*.nvmlDeviceGetInforomVersion.1": "7.16",
    "*.nvmlDeviceGetInforomVersion.2": "3.5",
    "*.nvmlDeviceGetInforomImageVersion": "G520.0200.00.05",
    "*.nvmlDeviceGetVbiosVersion": "96.00.99.00.01",
    "*.nvmlDeviceGetClockInfo.1": 1980,
    "*.nvmlDeviceGetClockInfo.2": 2619,
    "*.nvmlDeviceGetClockInfo.3": 1545,
    "*.nvmlDeviceGetPerformanceState": 0,
    "*.nvmlDeviceGetTemperature.0": 59,
    "*.nvmlDeviceGetPowerUsage": 632_417,
    "*.nvmlDeviceGetTotalEnergyConsumption": 98_765_432_109_876,
    "*.nvmlDeviceGetEnforcedPowerLimit": 650_500,
    "*.nvmlDeviceGetPowerManagementLimit": 700_000,
    "*.nvmlDeviceGetUtilizationRates": "97 11",
    "*.nvmlDeviceGetEncoderUtilization": "21 166000",
    "*.nvmlDeviceGetDecoderUtilization": "22 167000",
    "*.nvmlDeviceGetMemoryInfo_v2": "85520809984 502267904 64237862912 20780679168",
    "*.nvmlDeviceGetPcieThroughput.0": 5_100,
    "*.nvmlDeviceGetPcieThroughput.1": 5_200,
    "*.nvmlDeviceGetPcieReplayCounter": 3,
    "*.nvmlDeviceGetCurrPcieLinkGeneration": 5,
    "*.nvmlDeviceGetCurrPcieLinkWidth": 16,
    "*.nvmlDeviceGetCurrentClocksEventReasons": 0x44,
    "*.nvmlDeviceGetGridLicensableFeatures_v4": 0,
    "*.nvmlDeviceGetMigMode": "0 0",
    "*.nvmlDeviceGetSupportedEventTypes": 0xDF8B,
    "*.nvmlGpmQueryDeviceSupport": 1,
    "*.gpm.1": 98.5,
    "*.gpm.5": 61.25,
    "*.gpm.10": 40.5,
    "*.gpm.20": 12.5,
    "*.gpm.21": 2048,
    "*.field.138.4294967295": 1000,
    "*.field.139.4294967295": 2000,
    "*.field.82": 54,
    "*.field.142": 1,
    "*.field.143": 2,
    "*.field.144": 0,
    "*.field.145": 0,
}
"""What a board under load says: the figures that were read on real ones, each different."""


@dataclass
class Machine:
    """A directory with a library, and the file that says what the library answers."""

    directory: Path
    lines: dict[str, object] = field(default_factory=dict)

    @property
    def scenario(self) -> Path:
        return self.directory / "scenario"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_LIBRARY_PATH": str(self.directory),
            "NVML_SCENARIO": str(self.scenario),
            "XDG_RUNTIME_DIR": str(self.directory),
        }

    def gpus(self, count: int, board: Mapping[str, object] = H100) -> None:
        self.say(board, **{"driver.gpus": count})
        for index in range(count):
            self.say(
                {
                    f"{index}.nvmlDeviceGetUUID": f"GPU-{index:08x}",
                    f"{index}.nvmlDeviceGetPciInfo_v3": f"0 {0x1B + index} 0",
                }
            )

    def divide(self, gpu: int) -> None:
        """Switches MIG on, with two instances that are unlike."""
        self.say({f"{gpu}.nvmlDeviceGetMigMode": "1 1", f"{gpu}.nvmlDeviceGetMaxMigDeviceCount": 7})
        memory = "42949672960 0 41949672960 1000000000"
        for place, number, profile, sm in ((0, 1, "3g.40gb", 50), (2, 9, "1g.10gb", 12.5)):
            self.say(
                {
                    f"{gpu}/{place}.nvmlDeviceGetGpuInstanceId": number,
                    f"{gpu}/{place}.nvmlDeviceGetComputeInstanceId": 0,
                    f"{gpu}/{place}.nvmlDeviceGetName": f"NVIDIA H100 80GB HBM3 MIG {profile}",
                    f"{gpu}/{place}.nvmlDeviceGetUUID": f"MIG-{gpu:04x}{number:04x}",
                    f"{gpu}/{place}.nvmlDeviceGetMemoryInfo_v2": memory,
                    f"{gpu}/{place}.gpm.1": sm,
                }
            )

    def say(self, lines: Mapping[str, object] | None = None, **more: object) -> None:
        """Adds lines, or with None as their value takes them away."""
        self.lines |= {**(lines or {}), **more}
        self.lines = {key: value for key, value in self.lines.items() if value is not None}
        text = "".join(f"{key} {value}\n" for key, value in self.lines.items())
        new = self.directory / "scenario.new"
        new.write_text(text, encoding="utf-8")
        new.replace(self.scenario)

    def play(self, script: Path, *arguments: str) -> Any:
        """What a script prints, as JSON, with the real bindings over the library."""
        done = subprocess.run(
            [sys.executable, script, *arguments],
            capture_output=True,
            text=True,
            env=environment(self.environment) | {"PYTHONPATH": os.pathsep.join(sys.path)},
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def compile_library(target: Path, *hidden: str) -> None:
    """`hidden` functions are missing from it, as from one that is older than the bindings."""
    names = target.with_suffix(".names")
    local = "".join(f"{name};" for name in hidden)
    names.write_text(f"{{ global: nvml*; stand_in*; local: {local} *; }};\n", encoding="utf-8")
    command = ["gcc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", f"-Wl,-soname,{NAME}"]
    subprocess.run([*command, f"-Wl,--version-script={names}", "-o", target, SOURCE], check=True)

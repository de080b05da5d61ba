"""What nvidia-smi prints: under which name each of our fields stands there, and how near a read a
moment apart must come.
"""

import csv
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from warpwatch.fields import (
    clocks,
    ecc,
    events,
    identity,
    memory,
    mig,
    pcie,
    power,
    rows,
    temperature,
    utilisation,
)
from warpwatch.fields.field import Field


@dataclass(frozen=True, slots=True)
class Printed:
    """At least one of the two: a name of `--query-gpu`, a path in the page of `-q -x`."""

    query: str = ""
    path: str = ""
    within: float = 0.0
    times: float = 1.0
    """From the tool's unit to ours."""


MHZ, WATTS, DEGREES, SHARE = 120.0, 150.0, 4.0, 40.0
"""What moves from one moment to the next under a changing load; steady figures have 0."""

NUMBERS: Mapping[Field, Printed] = {
    clocks.SM_CLOCK: Printed("clocks.sm", "clocks/sm_clock", MHZ),
    clocks.MEM_CLOCK: Printed("clocks.mem", "clocks/mem_clock", MHZ),
    clocks.VIDEO_CLOCK: Printed("clocks.video", "clocks/video_clock", MHZ),
    clocks.APP_SM_CLOCK: Printed(
        "clocks.applications.graphics", "applications_clocks/graphics_clock"
    ),
    clocks.APP_MEM_CLOCK: Printed("clocks.applications.memory", "applications_clocks/mem_clock"),
    clocks.MAX_SM_CLOCK: Printed("clocks.max.sm", "max_clocks/sm_clock"),
    clocks.MAX_MEM_CLOCK: Printed("clocks.max.memory", "max_clocks/mem_clock"),
    clocks.MAX_VIDEO_CLOCK: Printed(path="max_clocks/video_clock"),
    clocks.PSTATE: Printed("pstate", "performance_state", 2),
    events.CLOCKS_EVENT_REASONS: Printed("clocks_event_reasons.active", within=0x1FF),
    temperature.GPU_TEMP: Printed("temperature.gpu", "temperature/gpu_temp", DEGREES),
    temperature.MEMORY_TEMP: Printed("temperature.memory", "temperature/memory_temp", DEGREES),
    temperature.GPU_TEMP_LIMIT: Printed(
        "temperature.gpu.tlimit", "temperature/gpu_temp_tlimit", DEGREES
    ),
    temperature.FAN_SPEED: Printed("fan.speed", "fan_speed", 5),
    power.POWER_USAGE: Printed(
        "power.draw.average", "gpu_power_readings/average_power_draw", WATTS
    ),
    power.POWER_USAGE_INSTANT: Printed(
        "power.draw.instant", "gpu_power_readings/instant_power_draw", WATTS
    ),
    power.ENFORCED_POWER_LIMIT: Printed(
        "enforced.power.limit", "gpu_power_readings/current_power_limit", 0.01
    ),
    power.POWER_MGMT_LIMIT: Printed("power.limit", within=0.01),
    power.POWER_MGMT_LIMIT_DEF: Printed(
        "power.default_limit", "gpu_power_readings/default_power_limit", 0.01
    ),
    power.POWER_MGMT_LIMIT_MIN: Printed(
        "power.min_limit", "gpu_power_readings/min_power_limit", 0.01
    ),
    power.POWER_MGMT_LIMIT_MAX: Printed(
        "power.max_limit", "gpu_power_readings/max_power_limit", 0.01
    ),
    utilisation.GPU_UTIL: Printed("utilization.gpu", "utilization/gpu_util", SHARE),
    utilisation.MEM_COPY_UTIL: Printed("utilization.memory", "utilization/memory_util", SHARE),
    utilisation.ENC_UTIL: Printed("utilization.encoder", "utilization/encoder_util", SHARE),
    utilisation.DEC_UTIL: Printed("utilization.decoder", "utilization/decoder_util", SHARE),
    memory.FB_TOTAL: Printed("memory.total", "fb_memory_usage/total", 1),
    memory.FB_RESERVED: Printed("memory.reserved", "fb_memory_usage/reserved", 2),
    memory.FB_USED: Printed("memory.used", "fb_memory_usage/used", 64),
    memory.FB_FREE: Printed("memory.free", "fb_memory_usage/free", 64),
    memory.BAR1_TOTAL: Printed(path="bar1_memory_usage/total", within=1),
    memory.BAR1_USED: Printed(path="bar1_memory_usage/used", within=8),
    memory.BAR1_FREE: Printed(path="bar1_memory_usage/free", within=8),
    pcie.PCIE_LINK_GEN: Printed(
        "pcie.link.gen.gpucurrent", "pci/pci_gpu_link_info/pcie_gen/current_link_gen", 4
    ),
    pcie.PCIE_LINK_WIDTH: Printed(
        "pcie.link.width.current", "pci/pci_gpu_link_info/link_widths/current_link_width"
    ),
    pcie.PCIE_MAX_LINK_GEN: Printed(
        "pcie.link.gen.max", "pci/pci_gpu_link_info/pcie_gen/max_link_gen"
    ),
    pcie.PCIE_MAX_LINK_WIDTH: Printed(
        "pcie.link.width.max", "pci/pci_gpu_link_info/link_widths/max_link_width"
    ),
    pcie.PCIE_REPLAY_COUNTER: Printed(path="pci/replay_counter", within=1),
    ecc.ECC_CURRENT: Printed("ecc.mode.current", "ecc_mode/current_ecc"),
    ecc.ECC_PENDING: Printed("ecc.mode.pending", "ecc_mode/pending_ecc"),
    ecc.ECC_SBE_VOL_TOTAL: Printed("ecc.errors.corrected.volatile.total"),
    ecc.ECC_DBE_VOL_TOTAL: Printed("ecc.errors.uncorrected.volatile.total"),
    ecc.ECC_SBE_AGG_TOTAL: Printed("ecc.errors.corrected.aggregate.total"),
    ecc.ECC_DBE_AGG_TOTAL: Printed("ecc.errors.uncorrected.aggregate.total"),
    ecc.ECC_SBE_VOL_SRM: Printed("ecc.errors.corrected.volatile.sram"),
    ecc.ECC_DBE_VOL_SRM: Printed("ecc.errors.uncorrected.volatile.sram"),
    ecc.ECC_SBE_AGG_SRM: Printed("ecc.errors.corrected.aggregate.sram"),
    ecc.ECC_DBE_AGG_SRM: Printed("ecc.errors.uncorrected.aggregate.sram"),
    ecc.THRESHOLD_SRM: Printed(path="ecc_errors/aggregate/sram_threshold_exceeded"),
    rows.RETIRED_SBE: Printed("retired_pages.single_bit_ecc.count"),
    rows.RETIRED_DBE: Printed("retired_pages.double_bit.count"),
    rows.RETIRED_PENDING: Printed("retired_pages.pending"),
    rows.CORRECTABLE_REMAPPED_ROWS: Printed(path="remapped_rows/remapped_row_corr"),
    rows.UNCORRECTABLE_REMAPPED_ROWS: Printed(path="remapped_rows/remapped_row_unc"),
    rows.ROW_REMAP_PENDING: Printed(path="remapped_rows/remapped_row_pending"),
    rows.ROW_REMAP_FAILURE: Printed(path="remapped_rows/remapped_row_failure"),
    rows.BANKS_REMAP_ROWS_AVAIL_MAX: Printed(
        path="remapped_rows/row_remapper_histogram/row_remapper_histogram_max"
    ),
    rows.BANKS_REMAP_ROWS_AVAIL_HIGH: Printed(
        path="remapped_rows/row_remapper_histogram/row_remapper_histogram_high"
    ),
    rows.BANKS_REMAP_ROWS_AVAIL_PARTIAL: Printed(
        path="remapped_rows/row_remapper_histogram/row_remapper_histogram_partial"
    ),
    rows.BANKS_REMAP_ROWS_AVAIL_LOW: Printed(
        path="remapped_rows/row_remapper_histogram/row_remapper_histogram_low"
    ),
    rows.BANKS_REMAP_ROWS_AVAIL_NONE: Printed(
        path="remapped_rows/row_remapper_histogram/row_remapper_histogram_none"
    ),
    identity.NVML_INDEX: Printed("index"),
    identity.MINOR_NUMBER: Printed(path="minor_number"),
    identity.PERSISTENCE_MODE: Printed("persistence_mode", "persistence_mode"),
    mig.MIG_MODE: Printed("mig.mode.current", "mig_mode/current_mig"),
}
TEXTS: Mapping[Field, Printed] = {
    identity.DRIVER_VERSION: Printed("driver_version"),
    identity.NAME: Printed("name", "product_name"),
    identity.SERIAL: Printed("serial", "serial"),
    identity.UUID: Printed("uuid", "uuid"),
    identity.PCI_BUSID: Printed("pci.bus_id", "pci/pci_bus_id"),
    identity.VBIOS_VERSION: Printed("vbios_version", "vbios_version"),
    identity.INFOROM_IMAGE_VER: Printed("inforom.img", "inforom_version/img_version"),
    identity.OEM_INFOROM_VER: Printed("inforom.oem", "inforom_version/oem_object"),
    identity.ECC_INFOROM_VER: Printed("inforom.ecc", "inforom_version/ecc_object"),
    identity.POWER_INFOROM_VER: Printed("inforom.power", "inforom_version/pwr_object"),
}

_WORDS = {"Enabled": 1.0, "Disabled": 0.0, "Yes": 1.0, "No": 0.0}
_FIGURE = re.compile(r"P?(-?\d+(?:\.\d+)?)(?:x| .*)?")


def number(text: str) -> float | None:
    """What a text of the tool's says; None where it says that there is nothing."""
    if text in _WORDS:
        return _WORDS[text]
    if text.startswith("0x"):
        return float(int(text, 16))
    found = _FIGURE.fullmatch(text)
    return float(found[1]) if found else None


class Tool:
    """The tool's answers for one GPU, each way asked once."""

    def __init__(self, command: str, uuid: str) -> None:
        self._command = command
        self._uuid = uuid

    @classmethod
    def found(cls, uuid: str) -> "Tool | None":
        command = shutil.which("nvidia-smi")
        return cls(command, uuid) if command else None

    def query(self, name: str) -> str | None:
        """None where this version of the tool knows no such name."""
        answer = self._run(f"--query-gpu={name}", "--format=csv,noheader,nounits")
        if answer.returncode:
            return None
        (row,) = csv.reader(answer.stdout.splitlines(), skipinitialspace=True)
        return row[0].strip()

    def page(self) -> ET.Element:
        answer = self._run("-q", "-x")
        gpu = ET.fromstring(answer.stdout).find("gpu")  # noqa: S314  of a tool of this machine
        assert gpu is not None, answer.stdout[:500]
        return gpu

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [self._command, *arguments, "-i", self._uuid]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

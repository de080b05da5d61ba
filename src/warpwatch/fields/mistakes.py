"""What tutorials, dashboards and language models get wrong about fields, as data.

A wrong name is worth more than "unknown field": whoever typed it had a field in mind. A wrong
belief is told wherever its field is explained.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Mistake:
    wrong: str
    """The name that does not exist, or the belief that does not hold."""
    field: int
    """Id of the field that was meant."""
    why: str


_NAMES = (
    Mistake("DCGM_FI_DEV_TEMP_GPU", 150, "the words stand the other way round"),
    Mistake("DCGM_FI_DEV_TEMPERATURE_GPU", 150, "DCGM says TEMP, and GPU first"),
    Mistake("DCGM_FI_DEV_GPU_TEMPERATURE", 150, "DCGM says TEMP"),
    Mistake("DCGM_FI_DEV_MEM_TEMP", 140, "the memory's temperature spells MEMORY out"),
    Mistake("DCGM_FI_DEV_TEMP_MEMORY", 140, "the words stand the other way round"),
    Mistake("DCGM_FI_DEV_MEMORY_CLOCK", 101, "the memory's clock is MEM, its temperature MEMORY"),
    Mistake("DCGM_FI_DEV_POWER_DRAW", 155, "power draw is what nvidia-smi calls it"),
    Mistake("DCGM_FI_DEV_POWER_LIMIT", 164, "there are five limits; this is the one in force"),
    Mistake("DCGM_FI_DEV_ENERGY_CONSUMPTION", 156, "the word TOTAL is missing"),
    Mistake("DCGM_FI_DEV_GPU_UTILIZATION", 203, "DCGM says UTIL"),
    Mistake("DCGM_FI_DEV_UTILIZATION_GPU", 203, "that is nvidia-smi's order of words"),
    Mistake("DCGM_FI_DEV_MEM_UTIL", 204, "the memory controller's time is MEM_COPY_UTIL"),
    Mistake("DCGM_FI_DEV_FB_UTIL", 254, "the share of memory in use has this name, from 0 to 1"),
    Mistake("DCGM_FI_DEV_MEMORY_USED", 252, "memory is FB, the frame buffer"),
    Mistake("DCGM_FI_DEV_MEMORY_FREE", 251, "memory is FB, the frame buffer"),
    Mistake("DCGM_FI_DEV_MEMORY_TOTAL", 250, "memory is FB, the frame buffer"),
    Mistake("DCGM_FI_DEV_SM_ACTIVE", 1002, "it is a profiling field: PROF, not DEV"),
    Mistake("DCGM_FI_DEV_SM_OCCUPANCY", 1003, "it is a profiling field: PROF, not DEV"),
    Mistake("DCGM_FI_DEV_TENSOR_ACTIVE", 1004, "it is a profiling field, and of a pipe"),
    Mistake("DCGM_FI_PROF_TENSOR_ACTIVE", 1004, "the word PIPE is missing"),
    Mistake("DCGM_FI_DEV_DRAM_ACTIVE", 1005, "it is a profiling field: PROF, not DEV"),
    Mistake("DCGM_FI_DEV_GR_ENGINE_ACTIVE", 1001, "it is a profiling field: PROF, not DEV"),
    Mistake("DCGM_FI_PROF_FP16_ACTIVE", 1008, "the word PIPE is missing"),
    Mistake("DCGM_FI_PROF_FP32_ACTIVE", 1007, "the word PIPE is missing"),
    Mistake("DCGM_FI_PROF_FP64_ACTIVE", 1006, "the word PIPE is missing"),
    Mistake("DCGM_FI_DEV_PCIE_TX_BYTES", 1009, "it is a profiling field: PROF, not DEV"),
    Mistake("DCGM_FI_DEV_PCIE_RX_BYTES", 1010, "it is a profiling field: PROF, not DEV"),
    Mistake("DCGM_FI_DEV_PCIE_REPLAY_COUNT", 202, "the last word is COUNTER"),
    Mistake(
        "DCGM_FI_DEV_NVLink_TX_THROUGHPUT", 1011, "names have no small letters; bytes per second"
    ),
    Mistake(
        "DCGM_FI_DEV_NVLink_RX_THROUGHPUT", 1012, "names have no small letters; bytes per second"
    ),
    Mistake("DCGM_FI_DEV_NVLINK_TX_BYTES", 1011, "it is a profiling field: PROF, not DEV"),
    Mistake("DCGM_FI_DEV_NVLINK_RX_BYTES", 1012, "it is a profiling field: PROF, not DEV"),
    Mistake(
        "DCGM_FI_DEV_RETIRED_PAGES", 391, "each cause has its own: RETIRED_SBE and RETIRED_DBE"
    ),
    Mistake(
        "DCGM_FI_DEV_ECC_ERRORS", 311, "there are four; this one counts the uncorrected of now"
    ),
    Mistake(
        "DCGM_FI_DEV_REMAPPED_ROWS", 393, "each cause has its own; this one is the serious one"
    ),
    Mistake("DCGM_FI_DEV_XID", 230, "the last word is missing"),
    Mistake("DCGM_FI_DEV_THROTTLE_REASONS", 112, "DCGM calls throttling a clocks event"),
    Mistake("DCGM_FI_DEV_GPU_RECOVERY", 1523, "the word ACTION is missing"),
)

WRONG_NAMES: Mapping[str, Mistake] = MappingProxyType({m.wrong.upper(): m for m in _NAMES})
"""By the wrong name in capitals."""

WRONG_BELIEFS: tuple[Mistake, ...] = (
    Mistake("250 is the used memory", 252, "250 is the total, 251 the free, 252 the used"),
    Mistake("251 is the used memory", 252, "250 is the total, 251 the free, 252 the used"),
    Mistake("252 is the free memory", 251, "250 is the total, 251 the free, 252 the used"),
    Mistake("252 is the total memory", 250, "250 is the total, 251 the free, 252 the used"),
    Mistake("1001 is SM active", 1001, "1001 is the compute engine's time; 1002 is SM active"),
    Mistake("1001 is SM active", 1002, "1001 is the compute engine's time; 1002 is SM active"),
    Mistake("203 is the SMs' utilisation", 203, "it is a share of time; the SMs are 1002"),
    Mistake("140 is the GPU's temperature", 140, "140 is the memory's, 150 the GPU's"),
    Mistake("150 is the memory's temperature", 150, "140 is the memory's, 150 the GPU's"),
    Mistake(
        "230 counts errors", 230, "it is the code of the last error, so drawing it means little"
    ),
    Mistake("156 is in joules", 156, "it is in millijoules"),
    Mistake("254 is in percent", 254, "it runs from 0 to 1"),
    Mistake("240 is in microseconds", 240, "it is in nanoseconds"),
    Mistake("241 is in microseconds", 241, "it is in nanoseconds"),
    Mistake("449 is a running total", 449, "it is a rate, whatever its type says"),
)

"""The first group: every series that rules, dashboards and reports may ask for, by one name.

Nothing behind this group reads what an exporter wrote: so all of it works on data of ours in each
era, of dcgm-exporter before and after its labels changed, and of both at once.
"""

import dataclasses
from collections.abc import Iterable, Iterator

from warpwatch.fields import (
    clocks,
    ecc,
    events,
    fabric,
    identity,
    memory,
    nvlink,
    nvlink_links,
    pcie,
    power,
    profiling,
    rows,
    temperature,
    utilisation,
)
from warpwatch.fields.field import Field
from warpwatch.rules import source
from warpwatch.rules.model import Group, Record
from warpwatch.rules.neutral import Neutral, Reach, of_ours


def _device(name: str, text: str, *fields: Field, unit: str = "", matchers: str = "") -> Neutral:
    unit = unit or name.partition(":")[2]
    return Neutral(name=name, unit=unit, help=text, fields=fields, matchers=matchers)


def _work(name: str, text: str, field: Field, matchers: str = "") -> Neutral:
    """What a whole GPU does."""
    return dataclasses.replace(_device(name, text, field, matchers=matchers), of_work=True)


def _part(name: str, text: str, field: Field, reach: Reach) -> Neutral:
    """What a GPU does, instance by instance."""
    return dataclasses.replace(_work(name, text, field), reach=reach)


NEUTRAL: tuple[Neutral, ...] = (
    _device("temperature:celsius", "Temperature of the GPU.", temperature.GPU_TEMP),
    _device(
        "memory_temperature:celsius",
        "Temperature of the GPU's memory.",
        temperature.MEMORY_TEMP,
    ),
    _device(
        "temperature_margin:celsius",
        "How much warmer the GPU may become before it slows down.",
        temperature.GPU_TEMP_LIMIT,
    ),
    _device(
        "temperature_limit:celsius",
        "The temperature at which the GPU slows down.",
        temperature.SLOWDOWN_TEMP,
    ),
    _device(
        "memory_temperature_limit:celsius",
        "The highest temperature that the GPU's memory is made for.",
        temperature.MEM_MAX_OP_TEMP,
    ),
    _device("fan:ratio", "Speed of the fan, as a share of the highest.", temperature.FAN_SPEED),
    _device("power:watts", "Power that the board draws.", power.POWER_USAGE),
    _device(
        "power_limit:watts",
        "Power that the board may draw now, by all limits together.",
        power.ENFORCED_POWER_LIMIT,
        power.POWER_MGMT_LIMIT,
    ),
    _device(
        "energy:joules_total",
        "Energy drawn since the driver was loaded; a counter.",
        power.TOTAL_ENERGY_CONSUMPTION,
        unit="joules",
    ),
    _device("sm_clock:hertz", "Clock of the SMs.", clocks.SM_CLOCK),
    _device("sm_clock_max:hertz", "Highest clock of the SMs.", clocks.MAX_SM_CLOCK),
    _device("memory_clock:hertz", "Clock of the memory.", clocks.MEM_CLOCK),
    _work(
        "utilisation:ratio",
        "Share of the time in which any kernel ran, however small; not there under MIG.",
        utilisation.GPU_UTIL,
        matchers='GPU_I_ID=""',
    ),
    _work(
        "memory_copy:ratio", "Share of the time with memory traffic.", utilisation.MEM_COPY_UTIL
    ),
    _work("encoder:ratio", "Share of the time in which video was encoded.", utilisation.ENC_UTIL),
    _work("decoder:ratio", "Share of the time in which video was decoded.", utilisation.DEC_UTIL),
    _part(
        "engine_active:ratio",
        "Share of the time in which the compute or graphics engine worked; there under MIG too.",
        profiling.PROF_GR_ENGINE_ACTIVE,
        Reach.SHARE,
    ),
    _part(
        "sm_active:ratio",
        "Share of cycles in which an SM had work, over all SMs.",
        profiling.PROF_SM_ACTIVE,
        Reach.SHARE,
    ),
    _part(
        "sm_occupancy:ratio",
        "Warps at work, as a share of what fits on the SMs.",
        profiling.PROF_SM_OCCUPANCY,
        Reach.SHARE,
    ),
    _part(
        "tensor_active:ratio",
        "Share of cycles in which tensor pipes worked.",
        profiling.PROF_PIPE_TENSOR_ACTIVE,
        Reach.SHARE,
    ),
    _part(
        "dram_active:ratio",
        "Share of cycles in which the memory moved data.",
        profiling.PROF_DRAM_ACTIVE,
        Reach.SHARE,
    ),
    _part("memory_used:bytes", "GPU memory in use.", memory.FB_USED, Reach.SUM),
    _part("memory_free:bytes", "GPU memory that is free.", memory.FB_FREE, Reach.SUM),
    _device(
        "pcie_received:bytes_per_second",
        "PCIe traffic to the GPU; without profiling a sample of 20 ms stands in.",
        profiling.PROF_PCIE_RX_BYTES,
        pcie.PCIE_RX_THROUGHPUT,
    ),
    _device(
        "pcie_sent:bytes_per_second",
        "PCIe traffic from the GPU; without profiling a sample of 20 ms stands in.",
        profiling.PROF_PCIE_TX_BYTES,
        pcie.PCIE_TX_THROUGHPUT,
    ),
    _device("pcie_replays:total", "PCIe retries; a counter.", pcie.PCIE_REPLAY_COUNTER),
    _device("pcie:generation", "Generation of PCIe now in use.", pcie.PCIE_LINK_GEN),
    _device(
        "pcie_max:generation",
        "The highest generation of PCIe that board and slot have.",
        pcie.PCIE_MAX_LINK_GEN,
    ),
    _device("pcie:lanes", "PCIe lanes now in use.", pcie.PCIE_LINK_WIDTH),
    _device(
        "pcie_max:lanes",
        "The most PCIe lanes that board and slot have.",
        pcie.PCIE_MAX_LINK_WIDTH,
    ),
    _device(
        "nvlink:bytes_per_second",
        "NVLink traffic, both ways and over all links.",
        nvlink.NVLINK_BANDWIDTH_TOTAL,
    ),
    *(
        _device(f"nvlink_{kind}_errors:total", f"NVLink {text}, over all links; a counter.", field)
        for kind, text, field in (
            ("crc_flit", "checksum errors of flits", nvlink.NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL),
            ("crc_data", "checksum errors of data", nvlink.NVLINK_CRC_DATA_ERROR_COUNT_TOTAL),
            ("replay", "replays", nvlink.NVLINK_REPLAY_ERROR_COUNT_TOTAL),
            ("recovery", "recoveries", nvlink.NVLINK_RECOVERY_ERROR_COUNT_TOTAL),
        )
    ),
    *(
        _device(f"ecc_{kind}:total", f"{text}; a counter.", field)
        for kind, text, field in (
            ("corrected_volatile", "ECC errors mended since the reset", ecc.ECC_SBE_VOL_TOTAL),
            ("uncorrected_volatile", "ECC errors beyond mending since the reset",
             ecc.ECC_DBE_VOL_TOTAL),
            ("corrected", "ECC errors mended in the board's life", ecc.ECC_SBE_AGG_TOTAL),
            ("uncorrected", "ECC errors beyond mending in the board's life", ecc.ECC_DBE_AGG_TOTAL),
            ("sram_uncorrected", "ECC errors beyond mending in SRAM, in the board's life",
             ecc.ECC_DBE_AGG_SRM),
        )
    ),
    _device(
        "sram_threshold:bool",
        "Whether SRAM errors have passed the threshold for a replacement.",
        ecc.THRESHOLD_SRM,
    ),
    _device(
        "rows_remapped_corrected:total",
        "Rows of memory replaced early, after errors that were mended.",
        rows.CORRECTABLE_REMAPPED_ROWS,
    ),
    _device(
        "rows_remapped_uncorrected:total",
        "Rows of memory replaced after an error beyond mending.",
        rows.UNCORRECTABLE_REMAPPED_ROWS,
    ),
    _device(
        "row_remap_pending:bool",
        "Whether a reset is due to replace a row of memory.",
        rows.ROW_REMAP_PENDING,
    ),
    _device(
        "row_remap_failed:bool",
        "Whether a row of memory could not be replaced, for want of a spare.",
        rows.ROW_REMAP_FAILURE,
    ),
    _device(
        "memory_banks_without_spares:total",
        "Banks of memory whose spare rows are used up.",
        rows.BANKS_REMAP_ROWS_AVAIL_NONE,
    ),
    _device(
        "pages_retired_corrected:total",
        "Pages of memory retired early, after errors that were mended.",
        rows.RETIRED_SBE,
    ),
    _device(
        "pages_retired_uncorrected:total",
        "Pages of memory retired after an error beyond mending.",
        rows.RETIRED_DBE,
    ),
    _device(
        "page_retirement_pending:bool",
        "Whether a reset is due to retire a page of memory.",
        rows.RETIRED_PENDING,
    ),
    _device(
        "memory_unrepairable:bool",
        "Whether the memory is beyond repair.",
        rows.MEMORY_UNREPAIRABLE_FLAG,
    ),
    _device("inforom_valid:bool", "Whether the InfoROM is sound.", identity.INFOROM_CONFIG_VALID),
    _device(
        "recovery_action:code",
        "What the driver wants done: 0 nothing, 1 reset, 2 reboot, 3 drain, 4 drain and reset.",
        events.GET_GPU_RECOVERY_ACTION,
    ),
    _device(
        "fabric_state:code",
        "How joining the NVLink fabric stands: 3 done, 4 failed.",
        fabric.FABRIC_MANAGER_STATUS,
    ),
    *(
        _device(f"throttle_{reason}:seconds_total",
                f"Time in which the GPU was slowed {text}; a counter.", *fields, unit="seconds")
        for reason, text, *fields in (
            ("power_cap", "by its power limit", events.CLOCKS_EVENT_REASON_SW_POWER_CAP_NS,
             events.POWER_VIOLATION),
            ("thermal_software", "for heat, gently",
             events.CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN_NS),
            ("thermal_hardware", "for heat, hard",
             events.CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS, events.THERMAL_VIOLATION),
            ("power_brake", "by the power supply",
             events.CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN_NS),
        )
    ),
)  # fmt: skip


def _of_ours() -> Iterator[Record]:
    """What the compatible names cannot say, of our exporter alone."""
    yield of_ours(
        "collect_success:bool",
        "warpwatch_gpu_collect_success",
        "Whether the last read of the GPU succeeded.",
        "bool",
    )
    yield of_ours(
        "collect_age:seconds",
        "warpwatch_gpu_collect_age_seconds",
        "Age of the GPU's last reading.",
        "seconds",
    )
    yield of_ours("hung:bool", "warpwatch_gpu_hung", "Whether a read of the GPU hangs.", "bool")
    yield of_ours(
        "xid_last:seconds",
        "warpwatch_gpu_xid_last_timestamp_seconds",
        "When an XID was last seen, in Unix time.",
        "seconds",
        extra=("xid",),
    )
    names = ", ".join(("cluster", "instance", "gpu", "gpu_uuid", *source.NODE))
    up = f"sum by ({names}) ({nvlink_links.NVLINK_GET_STATE.name} > bool 0)"
    links = source.replaced(source.placed(up), "uuid", "gpu_uuid")
    yield Record(
        name="gpu:nvlinks_up:count",
        expr=f"sum by (cluster, node, gpu, uuid) ({links})",
        help="NVLinks of the GPU that are not down.",
    )
    theirs = source.joined("DCGM_EXP_XID_ERRORS_TOTAL")
    ours = of_ours("", "warpwatch_gpu_xid_errors_total", "", extra=("xid",)).expr
    yield Record(
        name="gpu:xid_errors:total",
        expr=f"{ours} or max by (cluster, node, gpu, uuid, xid) ({theirs})",
        help="XID errors by code; a counter, of exporters that count them.",
    )
    last = source.joined("(DCGM_FI_DEV_XID_ERRORS != 0)")
    yield Record(
        name="gpu:xid_last:info",
        expr='count_values by (cluster, node, gpu, uuid) ("xid", '
        f"max by (cluster, node, gpu, uuid) ({last}))",
        help="The last XID, of exporters that do not say when it was; the value is 1.",
    )
    told = source.joined("warpwatch_gpu_events_total")
    yield Record(
        name="gpu:events:total",
        expr=f"max by (cluster, node, gpu, uuid, kind) ({told})",
        help="Events that the driver reported, by kind; a counter.",
    )


def groups() -> tuple[Group, ...]:
    """Prometheus works out one group after the other's beginning, side by side; within one it goes
    rule by rule, and that is what takes long where there are many GPUs.
    """
    work = [each for each in NEUTRAL if not each.seldom and each.of_work]
    rest = [each for each in NEUTRAL if not each.seldom and not each.of_work]
    seldom = [each for each in NEUTRAL if each.seldom]
    return (
        Group(name="warpwatch-normalise", rules=(source.record(), *_records(work))),
        Group(name="warpwatch-normalise-boards", rules=tuple(_records(rest))),
        Group(name="warpwatch-normalise-seldom", rules=tuple(_records(seldom)), interval=60.0),
        Group(name="warpwatch-normalise-ours", rules=tuple(_of_ours())),
    )


def _records(told: Iterable[Neutral]) -> Iterator[Record]:
    return (record for neutral in told for record in neutral.records())

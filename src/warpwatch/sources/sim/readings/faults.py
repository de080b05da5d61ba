"""What went wrong: ECC, retired and remapped memory, error codes, slowed clocks."""

from collections.abc import Callable

from warpwatch.fields import ecc as fields_ecc
from warpwatch.fields import events, rows
from warpwatch.fields.field import Field
from warpwatch.sources.sim.readings.reader import Reader, datacentre, ecc, remaps, retires
from warpwatch.sources.sim.state import State


def _full_banks(state: State) -> int:
    wear = state.wear
    short = wear.banks_high + wear.banks_partial + wear.banks_low + wear.banks_none
    return max(state.board.ecc.banks - short, 0)


def _slowed(field: Field, nanoseconds: Callable[[State], float]) -> Reader[State]:
    return Reader(field, lambda state: int(nanoseconds(state)))


READERS: tuple[Reader[State], ...] = (
    Reader(fields_ecc.ECC_CURRENT, lambda _: 1, ecc),
    Reader(fields_ecc.ECC_PENDING, lambda _: 1, ecc),
    Reader(fields_ecc.ECC_SBE_VOL_TOTAL, lambda state: state.wear.sbe_volatile, ecc),
    Reader(fields_ecc.ECC_DBE_VOL_TOTAL, lambda state: state.wear.dbe_volatile, ecc),
    Reader(fields_ecc.ECC_SBE_AGG_TOTAL, lambda state: state.wear.sbe_aggregate, ecc),
    Reader(fields_ecc.ECC_DBE_AGG_TOTAL, lambda state: state.wear.dbe_aggregate, ecc),
    Reader(fields_ecc.ECC_SBE_VOL_SRM, lambda state: state.wear.sbe_sram, remaps),
    Reader(fields_ecc.ECC_DBE_VOL_SRM, lambda state: state.wear.dbe_sram, remaps),
    Reader(fields_ecc.ECC_SBE_AGG_SRM, lambda state: state.wear.sbe_sram, remaps),
    Reader(fields_ecc.ECC_DBE_AGG_SRM, lambda state: state.wear.dbe_sram, remaps),
    Reader(fields_ecc.THRESHOLD_SRM, lambda state: int(state.wear.sram_threshold), remaps),
    Reader(rows.BANKS_REMAP_ROWS_AVAIL_MAX, _full_banks, remaps),
    Reader(rows.BANKS_REMAP_ROWS_AVAIL_HIGH, lambda state: state.wear.banks_high, remaps),
    Reader(rows.BANKS_REMAP_ROWS_AVAIL_PARTIAL, lambda state: state.wear.banks_partial, remaps),
    Reader(rows.BANKS_REMAP_ROWS_AVAIL_LOW, lambda state: state.wear.banks_low, remaps),
    Reader(rows.BANKS_REMAP_ROWS_AVAIL_NONE, lambda state: state.wear.banks_none, remaps),
    Reader(rows.RETIRED_SBE, lambda state: state.wear.retired_sbe, retires),
    Reader(rows.RETIRED_DBE, lambda state: state.wear.retired_dbe, retires),
    Reader(rows.RETIRED_PENDING, lambda state: int(state.wear.retired_pending), retires),
    Reader(
        rows.UNCORRECTABLE_REMAPPED_ROWS, lambda state: state.wear.remapped_uncorrectable, remaps
    ),
    Reader(rows.CORRECTABLE_REMAPPED_ROWS, lambda state: state.wear.remapped_correctable, remaps),
    Reader(rows.ROW_REMAP_FAILURE, lambda state: int(state.wear.remap_failed), remaps),
    Reader(rows.ROW_REMAP_PENDING, lambda state: int(state.wear.remap_pending), remaps),
    Reader(events.XID_ERRORS, lambda state: state.wear.last_xid),
    Reader(events.GET_GPU_RECOVERY_ACTION, lambda state: state.wear.recovery_action, datacentre),
    Reader(events.CLOCKS_EVENT_REASONS, lambda state: state.reasons),
    _slowed(events.POWER_VIOLATION, lambda state: state.scarce_ns),
    _slowed(events.THERMAL_VIOLATION, lambda state: state.hot_ns),
    _slowed(events.SYNC_BOOST_VIOLATION, lambda _: 0.0),
    _slowed(events.BOARD_LIMIT_VIOLATION, lambda _: 0.0),
    _slowed(events.LOW_UTIL_VIOLATION, lambda state: state.idle_ns),
    _slowed(events.RELIABILITY_VIOLATION, lambda _: 0.0),
    _slowed(events.CLOCKS_EVENT_REASON_SW_POWER_CAP_NS, lambda state: state.power_ns),
    _slowed(events.CLOCKS_EVENT_REASON_SYNC_BOOST_NS, lambda _: 0.0),
    _slowed(events.CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN_NS, lambda state: state.sw_thermal_ns),
    _slowed(events.CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS, lambda state: state.hw_thermal_ns),
    _slowed(events.CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN_NS, lambda state: state.brake_ns),
)

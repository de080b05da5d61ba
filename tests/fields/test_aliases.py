"""Older names of DCGM's own, and what is said of where a field comes from."""

from warpwatch.fields import derived, events, mig, profiling, spellings
from warpwatch.fields.describe import describe
from warpwatch.fields.field import Field


def test_a_list_that_holds_an_older_name_is_served() -> None:
    assert spellings.resolve("DCGM_FI_DEV_CLOCK_THROTTLE_REASONS") is events.CLOCKS_EVENT_REASONS


def test_a_wrong_name_that_is_a_fragment_of_others_means_what_it_means() -> None:
    found = spellings.search("DCGM_FI_DEV_NVLink_TX_THROUGHPUT")
    assert found == (profiling.PROF_NVLINK_TX_BYTES,)


def test_where_a_field_is_read_from_is_told_truly() -> None:
    def source(field: Field) -> object:
        return describe(field)["read from"]

    assert "worked out by the exporter" in str(source(derived.EXP_XID_ERRORS_COUNT))
    assert source(derived.EXP_P2P_STATUS) == "nvmlDeviceGetP2PStatus"
    assert "a gap, never a value" in str(source(mig.VGPU_MEMORY_USAGE))
    assert "a gap, never a value" in str(source(derived.EXP_GPU_HEALTH_STATUS))
    assert source(events.CLOCKS_EVENT_REASONS) == "nvmlDeviceGetCurrentClocksEventReasons"

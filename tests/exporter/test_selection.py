"""What is read, worked out from what is listed."""

from warpwatch.exporter.counters import built_in, read
from warpwatch.exporter.derived import WRITERS
from warpwatch.exporter.era import ERAS
from warpwatch.exporter.selection import select
from warpwatch.exporter.tally import ACCUMULATORS, REASONS
from warpwatch.fields import clocks, derived, identity
from warpwatch.fields.catalogue import BY_ID, FIELDS
from warpwatch.fields.describe import UNFILLED

CLASSIC = ERAS["classic"]


def test_what_is_listed_is_read_and_what_our_own_counters_need() -> None:
    listed = f"{clocks.SM_CLOCK.name}, gauge, x\n{identity.DRIVER_VERSION.name}, label, y\n"
    selection = select(read(listed, "list"), CLASSIC)
    wanted = {clocks.SM_CLOCK.id, identity.DRIVER_VERSION.id}
    assert selection.read == wanted | {REASONS, *ACCUMULATORS.values()}
    assert set(selection.names) == wanted
    assert [metric.family.name for metric in selection.metrics] == [clocks.SM_CLOCK.name]
    assert [counter.name for counter in selection.labels] == [identity.DRIVER_VERSION.name]


def test_fields_of_the_exporters_own_making_are_not_asked_of_a_source() -> None:
    selection = select(read("DCGM_EXP_XID_ERRORS_COUNT, gauge, x", "list"), CLASSIC)
    assert not selection.names
    assert [metric.derived for metric in selection.metrics] == [True]


def test_the_order_is_that_of_the_era() -> None:
    ids = [m.field.id for m in select(built_in(), CLASSIC).metrics]
    assert ids == sorted(ids)
    names = [m.family.name for m in select(built_in(), ERAS["4.8.3"]).metrics]
    assert names == sorted(names)


def types(text: str, era: str) -> dict[str, str]:
    return {m.family.name: m.family.type for m in select(read(text, "list"), ERAS[era]).metrics}


OLD = (
    "DCGM_EXP_XID_ERRORS_COUNT, counter, x\nDCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL, counter, y\n"
    "DCGM_FI_DEV_PCIE_REPLAY_COUNTER, counter, z\nDCGM_FI_DEV_SM_CLOCK, untyped, w\n"
)


def test_types_that_an_era_put_right_are_right_whatever_the_list_still_says() -> None:
    assert set(types(OLD, "classic").values()) == {"counter", "untyped"}
    assert types(OLD, "4.8.3") == {
        "DCGM_EXP_XID_ERRORS_COUNT": "gauge",
        "DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL": "gauge",
        "DCGM_FI_DEV_PCIE_REPLAY_COUNTER": "counter",
        "DCGM_FI_DEV_SM_CLOCK": "untyped",
    }


def test_of_the_default_list_one_type_was_wrong() -> None:
    old, new = (
        {m.family.name: m.family.type for m in select(built_in(), era).metrics}
        for era in (CLASSIC, ERAS["4.8.3"])
    )
    assert {name for name in old if old[name] != new[name]} == {
        "DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL"
    }


def test_what_nothing_fills_is_said_alike_on_the_page_and_in_explanations() -> None:
    ours = {field.id for field in FIELDS if field.derived}
    assert ours - WRITERS.keys() == {id_ for id_ in UNFILLED if BY_ID[id_].derived}


def test_how_gpus_reach_each_other_is_asked_of_the_source_and_may_be_a_gap() -> None:
    selection = select(read("DCGM_EXP_P2P_STATUS, gauge, x", "list"), CLASSIC)
    assert selection.names == {derived.EXP_P2P_STATUS.id: "DCGM_EXP_P2P_STATUS"}
    assert derived.EXP_P2P_STATUS.id in selection.read

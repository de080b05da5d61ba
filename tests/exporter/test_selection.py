"""What is read, worked out from what is listed."""

from warpwatch.exporter.counters import built_in, read
from warpwatch.exporter.era import ERAS
from warpwatch.exporter.selection import select
from warpwatch.exporter.tally import ACCUMULATORS, REASONS
from warpwatch.fields import clocks, identity

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
    ids = [m.field.id for m in select(built_in(corrected=False), CLASSIC).metrics]
    assert ids == sorted(ids)
    names = [m.family.name for m in select(built_in(corrected=True), ERAS["4.8.3"]).metrics]
    assert names == sorted(names)

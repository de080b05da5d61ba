"""What the page says of what was read: derived families, gaps, templates, and defects."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.expo.parse import Exposition, parse
from warpwatch.expo.text import Family
from warpwatch.exporter import own
from warpwatch.exporter.counters import read
from warpwatch.exporter.era import ERAS
from warpwatch.exporter.identity import Naming
from warpwatch.exporter.own import Own
from warpwatch.exporter.page import Press
from warpwatch.exporter.selection import select
from warpwatch.exporter.tally import REASONS, Tally
from warpwatch.exporter.view import Arranger, View
from warpwatch.fields import clocks, derived, events, power
from warpwatch.samples.entity import Device, Gpu
from warpwatch.samples.sample import Event, Kind, Peer, Reading, Reason, Report, Value
from warpwatch.samples.snapshot import Snapshot, State
from warpwatch.sources.base import SourceInfo

GPUS = tuple(Gpu(n, f"GPU-{n}", f"00000000:0{n}:00.0", "NVIDIA H100") for n in range(3))
SM, WATTS = clocks.SM_CLOCK, power.POWER_USAGE
LIST = (
    f"{SM.name}, gauge, SM clock.\n{WATTS.name}, gauge, Power.\n"
    f"{events.XID_ERRORS.name}, gauge, Last XID.\n"
)


class Desk:
    """Prints pages of three GPUs, in one era, with one list."""

    def __init__(self, listed: str = LIST, era: str = "classic", host: str = "n1") -> None:
        self.era = ERAS[era]
        selection = select(read(listed, "list"), self.era)
        self.tallies: dict[Device, Tally] = {gpu: Tally(300, 300) for gpu in GPUS}
        self.press = Press(selection, self.era)
        self.arranger = Arranger(
            selection,
            Naming(self.era, host),
            self.tallies.__getitem__,
        )
        self.number = 0

    def report(self, gpu: Gpu, time: float, mask: int = 0, *codes: int) -> None:
        reading = Reading(gpu, {REASONS: mask}, {})
        report = Report(gpu, time, (reading,), tuple(Event(time, Kind.XID, c) for c in codes))
        self.tallies[gpu].add(report, time)

    def text(self, *readings: Reading, extra: Iterable[Own] = ()) -> str:
        states = tuple(_state(reading) for reading in readings)
        self.number += 1
        view = self.arranger.view(SourceInfo("test"), Snapshot(self.number, states, 0.25))
        return self.press.print(view, extra).decode()

    def page(self, *readings: Reading, extra: Iterable[Own] = ()) -> Exposition:
        return parse(self.text(*readings, extra=extra))


def _state(reading: Reading) -> State:
    gpu = reading.entity
    assert isinstance(gpu, Gpu)
    return State(device=gpu, report=Report(gpu, 1.0, (reading,)), success=True, age=0.5)


def full(gpu: Gpu, sm: Value = 1980, watts: Value = 512.25, xid: Value = 0) -> Reading:
    return Reading(gpu, {SM.id: sm, WATTS.id: watts, events.XID_ERRORS.id: xid}, {})


def test_numbers_are_written_as_each_era_writes_them() -> None:
    classic = Desk().text(full(GPUS[0], sm=12345678, watts=0.1))
    later = Desk(era="4.8.3").text(full(GPUS[0], sm=12345678, watts=0.1))
    assert f'{SM.name}{{gpu="0"' in classic
    assert 'Hostname="n1"} 12345678\n' in classic
    assert 'Hostname="n1"} 0.100000\n' in classic
    assert 'hostname="n1"} 1.2345678e+07\n' in later
    assert 'hostname="n1"} 0.1\n' in later


def test_families_come_by_id_in_one_era_and_by_name_in_the_other() -> None:
    def order(era: str) -> list[str]:
        text = Desk(era=era).text(full(GPUS[0], xid=31))
        return [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE DCGM")]

    assert order("classic") == [SM.name, WATTS.name, events.XID_ERRORS.name]
    assert order("4.8.3") == sorted([SM.name, WATTS.name, events.XID_ERRORS.name])


def test_before_the_first_xid_one_era_says_zero_and_the_other_nothing() -> None:
    name = events.XID_ERRORS.name
    (zero,) = Desk().page(full(GPUS[0])).named(name)
    assert (zero.value, zero.labels["err_code"], zero.labels["err_msg"]) == (0, "0", "No Error")
    later = Desk(era="4.8.3")
    assert name not in later.page(full(GPUS[0])).types
    later.report(GPUS[0], 1.0, 0, 79)
    (last,) = later.page(full(GPUS[0])).named(name)
    assert (last.value, last.labels["err_code"]) == (79, "79")


def test_a_source_that_hears_no_xids_is_not_shown_as_having_none() -> None:
    deaf = Reading(GPUS[0], {SM.id: 1}, {events.XID_ERRORS.id: Reason.UNSUPPORTED})
    found = Desk().page(deaf)
    assert events.XID_ERRORS.name not in found.types
    (gap,) = found.named("warpwatch_gpu_gap")
    said = (gap.labels["field"], gap.labels["reason"], gap.value)
    assert said == (events.XID_ERRORS.name, "unsupported", 1)


WINDOWS = (
    "DCGM_EXP_XID_ERRORS_COUNT, gauge, x\nDCGM_EXP_CLOCK_EVENTS_COUNT, gauge, y\n"
    "DCGM_EXP_XID_ERRORS_TOTAL, counter, x\nDCGM_EXP_CLOCK_EVENTS_TOTAL, counter, y\n"
)


def test_windows_and_totals_have_their_labels_at_the_end() -> None:
    desk = Desk(WINDOWS)
    desk.report(GPUS[0], 10.0, 0x4 | 0x1, 42, 42, 13)
    desk.report(GPUS[0], 11.0, 0x4)
    text = desk.text(full(GPUS[0]), full(GPUS[1]))
    head = 'modelName="NVIDIA H100",Hostname="n1"'
    for line in (
        f'{head},window_size_in_ms="300000",xid="42"}} 2',
        f'{head},window_size_in_ms="300000",xid="13"}} 1',
        f'{head},clock_event="power_cap",window_size_in_ms="300000"}} 2',
        f'{head},clock_event="gpu_idle",window_size_in_ms="300000"}} 1',
        f'{head},xid="42"}} 2',
        f'{head},clock_event="power_cap"}} 1',
    ):
        assert f"{line}\n" in text
    quiet = [s for s in parse(text).named("DCGM_EXP_XID_ERRORS_COUNT") if s.labels["gpu"] == "1"]
    assert [(sample.value, "xid" in sample.labels) for sample in quiet] == [(0, False)]


def test_families_that_nothing_can_fill_yet_are_gaps_and_never_values() -> None:
    desk = Desk("DCGM_EXP_GPU_HEALTH_STATUS, gauge, x\n")
    found = desk.page(full(GPUS[0]), full(GPUS[1]))
    assert not [sample for sample in found.samples if sample.name.startswith("DCGM_")]
    gaps = {(s.labels["gpu"], s.labels["field"]) for s in found.named("warpwatch_gpu_gap")}
    assert gaps == {(gpu, "DCGM_EXP_GPU_HEALTH_STATUS") for gpu in ("0", "1")}


PAIRS = "DCGM_EXP_P2P_STATUS, gauge, x\n"


def test_each_pair_of_gpus_is_a_series_with_the_drivers_number_and_dcgms_word() -> None:
    statuses = (Peer(1, 0), Peer(2, 3), Peer(3, 99))
    reading = replace(full(GPUS[0]), peers=statuses)
    found = Desk(PAIRS).page(reading).named("DCGM_EXP_P2P_STATUS")
    said = {
        (s.labels["gpu"], s.labels["peer_gpu"], s.labels["link_status"], s.value) for s in found
    }
    assert said == {
        ("0", "1", "OK", 0),
        ("0", "2", "TopologyNotSupported", 3),
        ("0", "3", "Unknown", 99),
    }


def test_a_gpu_that_does_not_say_how_it_reaches_others_is_a_gap() -> None:
    reading = Reading(GPUS[0], {SM.id: 1}, {derived.EXP_P2P_STATUS.id: Reason.UNSUPPORTED})
    found = Desk(PAIRS).page(reading)
    assert "DCGM_EXP_P2P_STATUS" not in found.types
    (gap,) = found.named("warpwatch_gpu_gap")
    assert (gap.labels["field"], gap.labels["reason"]) == ("DCGM_EXP_P2P_STATUS", "unsupported")


values = st.one_of(st.integers(0, 10**15), st.floats(0, 1e9), st.none())
tables = st.lists(st.tuples(values, values), min_size=3, max_size=3)


@given(st.lists(tables, min_size=1, max_size=4), st.sampled_from(sorted(ERAS)))
def test_whatever_comes_and_goes_the_page_says_what_was_read(
    history: list[list[tuple[Value | None, Value | None]]], era: str
) -> None:
    """Templates are kept from page to page; what they were made for may change at any time."""
    desk = Desk(era=era, host='100% "sure"\n')
    for table in history:
        readings = []
        for gpu, row in zip(GPUS, table, strict=True):
            pairs = zip((SM.id, WATTS.id), row, strict=True)
            readings.append(Reading(gpu, {id_: v for id_, v in pairs if v is not None}, {}))
        found = desk.page(*readings)
        for column, name in enumerate((SM.name, WATTS.name)):
            expected = {
                str(gpu.index): row[column]
                for gpu, row in zip(GPUS, table, strict=True)
                if row[column] is not None
            }
            shown = {s.labels["gpu"]: s.value for s in found.named(name)}
            assert shown == pytest.approx(expected, rel=1e-12, abs=5e-7)
            assert all(s.labels[desk.era.hostname] == '100% "sure"\n' for s in found.named(name))


def test_gpus_that_change_places_take_their_values_with_them() -> None:
    desk = Desk()
    for order in ((0, 1, 2), (2, 0), (1,), (0, 1, 2)):
        readings = [full(GPUS[n], sm=100 + n) for n in order]
        shown = {s.labels["gpu"]: s.value for s in desk.page(*readings).named(SM.name)}
        assert shown == {str(n): 100 + n for n in order}


def test_a_family_that_breaks_costs_itself_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def broken(view: View) -> own.Samples:
        yield "", len(view.gpus) // 0

    found = Desk().page(full(GPUS[0]), extra=[own.of(Family("bad", "gauge", "x"), broken)])
    assert "bad" not in found.types
    assert found.named(SM.name)
    assert "a family could not be written: # HELP bad" in caplog.text


def test_collection_health_is_told_of_each_gpu() -> None:
    found = Desk().page(full(GPUS[0]), full(GPUS[1]))
    assert [s.value for s in found.named("warpwatch_gpu_collect_age_seconds")] == [0.5, 0.5]
    assert [s.value for s in found.named("warpwatch_gpu_collect_success")] == [1, 1]
    assert found.named("warpwatch_collector_duration_seconds")[0].value == 0.25
    assert found.named("warpwatch_gpus")[0].value == 2

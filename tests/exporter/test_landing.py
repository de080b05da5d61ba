"""The landing page: true, complete, and escaped."""

from html.parser import HTMLParser

from warpwatch.exporter import landing
from warpwatch.exporter.counters import built_in
from warpwatch.exporter.era import ERAS
from warpwatch.exporter.identity import Naming
from warpwatch.exporter.selection import select
from warpwatch.exporter.tally import Tally
from warpwatch.exporter.view import Arranger
from warpwatch.fields import clocks, profiling
from warpwatch.samples.entity import Gpu, Instance
from warpwatch.samples.sample import Reading, Reason, Report
from warpwatch.samples.snapshot import Snapshot, State
from warpwatch.sources.base import SourceInfo

EVIL = '<script>alert("1")</script>'


class Words(HTMLParser):
    """The text of a page, and the tags it is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += f"{data}\n"


def page(info: SourceInfo, *states: State) -> Words:
    era = ERAS["classic"]
    selection = select(built_in(), era)
    arranger = Arranger(selection, Naming(era, "n1"), lambda _: Tally(300, 300))
    return Words(landing.page(arranger.view(info, Snapshot(1, states, 0.1))))


def state(gpu: Gpu, reason: Reason | None, *parts: Reading) -> State:
    names = (clocks.SM_CLOCK.id, profiling.PROF_DRAM_ACTIVE.id)
    values = {} if reason else {names[0]: 1980}
    gaps = dict.fromkeys(names, reason) if reason else {names[1]: Reason.UNSUPPORTED}
    reading = Reading(gpu, values, {id_: why for id_, why in gaps.items() if why})
    report = Report(gpu, 1.0, (reading, *parts))
    return State(device=gpu, report=report, success=not reason, age=0.2, failure=reason)


def test_it_names_the_gpus_and_says_of_each_field_whether_it_is_given() -> None:
    gpu = Gpu(0, "GPU-1", "00000000:01:00.0", "NVIDIA L40S")
    words = page(SourceInfo("nvml", driver="580.1", detail="this machine"), state(gpu, None))
    for expected in ("NVIDIA L40S", "GPU-1", "580.1", "this machine", "0.2 s ago"):
        assert expected in words.text
    lines = words.text.splitlines()
    assert lines[lines.index("DCGM_FI_DEV_SM_CLOCK") + 1] == "given"
    assert lines[lines.index("DCGM_FI_PROF_DRAM_ACTIVE") + 1] == "this board does not have it"
    assert "Simulated" not in words.text


def test_a_lost_gpu_does_not_speak_for_its_model() -> None:
    lost, well = (Gpu(n, f"GPU-{n}", "00000000:01:00.0", "NVIDIA H100") for n in (0, 1))
    words = page(SourceInfo("nvml"), state(lost, Reason.LOST), state(well, None))
    assert "off the bus" in words.text
    lines = words.text.splitlines()
    assert lines[lines.index("DCGM_FI_DEV_SM_CLOCK") + 1] == "given"


def test_mig_profiles_are_listed() -> None:
    gpu = Gpu(0, "GPU-1", "00000000:01:00.0", "NVIDIA A100")
    parts = [
        Reading(Instance(gpu, n, p, "MIG"), {}, {}) for n, p in ((1, "3g.40gb"), (2, "1g.10gb"))
    ]
    assert "3g.40gb, 1g.10gb" in page(SourceInfo("nvml"), state(gpu, None, *parts)).text


def test_simulated_and_missing_gpus_cannot_be_overlooked() -> None:
    assert "Simulated data." in page(SourceInfo("sim", simulated=True)).text
    nothing = page(SourceInfo("none", detail="no usable driver: why"))
    assert "No GPU." in nothing.text
    assert "no usable driver: why" in nothing.text


def test_nothing_that_was_read_becomes_markup() -> None:
    words = page(SourceInfo("sim", detail=EVIL), state(Gpu(0, EVIL, EVIL, EVIL), None))
    assert "script" not in words.tags
    assert words.text.count(EVIL) >= 4

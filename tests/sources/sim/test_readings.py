"""What is read of which board: gaps where real ones have them, parts where they have parts."""

from collections.abc import Callable, Mapping

import pytest

from warpwatch.clock import ManualClock
from warpwatch.fields.catalogue import BY_ID, DEFAULT
from warpwatch.fields.field import Scope
from warpwatch.fields.profiling import PROF_NVDEC_ACTIVE
from warpwatch.samples.entity import Gpu, Instance, Link, Switch
from warpwatch.samples.sample import Reason, Report, Value
from warpwatch.sources.sim.board import BOARDS, board
from warpwatch.sources.sim.readings.table import GPU_READERS, PART_READERS
from warpwatch.sources.sim.source import SimSource
from warpwatch.sources.sim.spec import parse

Lab = Callable[[str], tuple[SimSource, ManualClock]]
Values = Callable[[SimSource, int], Mapping[int, Value]]
Gaps = Callable[[SimSource, int], Mapping[int, Reason]]
ReadReport = Callable[[SimSource, int], Report]

PROFILING = 1004
HBM = 140
NVLINK = 449
REMAPPED = 393
RETIRED = 390
ECC = 310
MARGIN = 153
FAN = 191
CAN: dict[str, set[int]] = {
    "T4": {PROFILING, RETIRED, ECC},
    "A10": {PROFILING, REMAPPED, ECC},
    "L40S": {PROFILING, REMAPPED, ECC, MARGIN},
    "A100": {PROFILING, REMAPPED, ECC, HBM, NVLINK},
    "H100": {PROFILING, REMAPPED, ECC, HBM, NVLINK, MARGIN},
    "H200": {PROFILING, REMAPPED, ECC, HBM, NVLINK, MARGIN},
    "B200": {PROFILING, REMAPPED, ECC, HBM, NVLINK, MARGIN},
    "RTX4080S": {FAN},
}
MIG = '[[gpus]]\nboard = "{}"\nmig = {}\nworkload = {}\n'


@pytest.mark.parametrize("name", BOARDS)
def test_a_board_gives_what_it_can_and_a_gap_for_what_it_cannot(
    name: str, lab: Lab, values: Values, gaps: Gaps
) -> None:
    source, _ = lab(f'[[gpus]]\nboard = "{name}"')
    asked = {PROFILING, HBM, NVLINK, REMAPPED, RETIRED, ECC, MARGIN, FAN}
    assert asked & values(source, 0).keys() == CAN[name]
    missing = gaps(source, 0)
    assert {missing[number] for number in asked - CAN[name]} == {Reason.UNSUPPORTED}


def test_no_field_has_two_readers() -> None:
    for readers in (GPU_READERS, PART_READERS):
        numbers = [reader.field.id for reader in readers]
        assert len(numbers) == len(set(numbers))


def test_an_instance_answers_exactly_the_fields_that_instances_have() -> None:
    of_parts = {reader.field.id for reader in PART_READERS}
    of_gpus = {reader.field.id for reader in GPU_READERS}
    further_decoders = {field.id for field in PROF_NVDEC_ACTIVE[1:]}
    of_instances = {number for number in of_gpus if BY_ID[number].per_instance}
    assert of_parts == of_instances - further_decoders


@pytest.mark.parametrize("name", ["T4", "A100", "H100"])
def test_the_default_fields_are_all_known_to_the_simulator(name: str) -> None:
    known = {reader.field.id for reader in GPU_READERS}
    assert {field.id for field in DEFAULT if field.scope is Scope.GPU} <= known
    assert board(name).identity.source


def test_a_cut_gpu_reads_itself_first_and_then_its_instances(lab: Lab, report: ReadReport) -> None:
    source, clock = lab(MIG.format("H100", '["3g.40gb", "2g.20gb", "1g.10gb"]', '["burn"]'))
    clock.advance(60)
    first, *others = report(source, 0).readings
    parts = [reading.entity for reading in others if isinstance(reading.entity, Instance)]
    assert isinstance(first.entity, Gpu)
    assert [(part.id, part.profile) for part in parts] == [
        (1, "3g.40gb"),
        (3, "2g.20gb"),
        (7, "1g.10gb"),
    ]
    assert all(part.gpu == first.entity for part in parts)
    assert len({part.uuid for part in parts}) == 3


def test_a_cut_gpu_has_no_utilisation_and_no_word_on_remapping(
    lab: Lab, gaps: Gaps, values: Values
) -> None:
    source, _ = lab(MIG.format("H100", '["1g.10gb"]', '"inference"'))
    silent = gaps(source, 0)
    for number in (203, 204, 206, 207, 393, 394, 395, 396):
        assert silent[number] is Reason.UNSUPPORTED
    assert values(source, 0)[67] == 1


def test_instances_share_the_boards_memory_and_work(lab: Lab, report: ReadReport) -> None:
    profiles = str(["1g.10gb"] * 7)
    source, clock = lab(MIG.format("H100", profiles, '["burn", "inference", "idle"]'))
    clock.advance(60)
    first, *others = report(source, 0).readings
    parts = [each for each in others if isinstance(each.entity, Instance)]
    total = sum(int(part.values[250]) for part in parts)
    used = sum(int(part.values[252]) for part in parts)
    assert total <= int(first.values[250])
    assert used <= int(first.values[252]) <= used + 100
    for part in parts:
        assert sum(int(part.values[number]) for number in (251, 252, 253)) == part.values[250]
    tensor = sum(float(part.values[1004]) for part in parts) / 7
    assert float(first.values[1004]) == pytest.approx(tensor)
    assert float(parts[0].values[1004]) > 0.9
    assert parts[2].values[1004] == 0


def test_a_full_cut_under_a_burn_draws_as_much_as_the_whole_board(lab: Lab, values: Values) -> None:
    source, clock = lab(MIG.format("H100", '["7g.80gb"]', '"burn"'))
    clock.advance(300)
    assert float(values(source, 0)[155]) == pytest.approx(632, rel=0.05)


def test_instances_of_a_mixture_have_something_of_everything(lab: Lab, report: ReadReport) -> None:
    for workload in ('"mixed"', '["idle", "mixed"]'):
        source, clock = lab(MIG.format("B200", ["1g.23gb"] * 7, workload))
        clock.advance(60)
        parts = [each for each in report(source, 0).readings if isinstance(each.entity, Instance)]
        busy = [bool(part.values[252]) for part in parts]
        assert any(busy)
        assert not all(busy)
        assert [bool(part.owners) for part in parts] == busy


def test_an_instance_belongs_to_its_own_pod(lab: Lab, report: ReadReport) -> None:
    source, _ = lab(MIG.format("A100", '["3g.40gb", "3g.40gb"]', '"notebook"'))
    first, left, right = (
        each for each in report(source, 0).readings if not isinstance(each.entity, Link)
    )
    assert first.owners == ()
    assert left.owners
    assert right.owners
    assert left.owners != right.owners


@pytest.mark.parametrize(("name", "links"), [("A100", 12), ("H100", 18), ("B200", 18)])
def test_links_are_read_only_where_they_are_asked_for(name: str, links: int, lab: Lab) -> None:
    source, clock = lab(f'[[gpus]]\nboard = "{name}"\ncount = 2\nworkload = "training"')
    clock.advance(60)
    gpu = source.inventory().devices[0]
    assert len(source.read(gpu, {449}).readings) == 1
    first, *others = source.read(gpu, {449, 1529}).readings
    assert isinstance(gpu, Gpu)
    assert [each.entity for each in others] == [Link(index, gpu=gpu) for index in range(links)]
    total = sum(int(each.values[1529]) for each in others)
    assert int(first.values[449]) == pytest.approx(total, abs=links)
    assert total > 0


def test_links_on_a_board_without_any_are_no_readings(lab: Lab) -> None:
    source, _ = lab('[[gpus]]\nboard = "L40S"')
    assert len(source.read(source.inventory().devices[0], {1508}).readings) == 1


@pytest.mark.parametrize(("name", "switches"), [("A100", 6), ("H100", 4), ("H200", 4), ("B200", 2)])
def test_a_baseboard_of_eight_has_switches(name: str, switches: int) -> None:
    clock = ManualClock(1e9)
    source = SimSource(parse(f"sim:8x{name}"), clock, switches=True)
    clock.advance(5)
    found = [each for each in source.inventory().devices if isinstance(each, Switch)]
    assert found == [Switch(index) for index in range(switches)]
    report = source.read(found[0], {155, 858, 856, 861})
    (reading,) = report.readings
    assert reading.values.keys() == {858, 856, 861}
    assert 30 < int(reading.values[858]) < 60
    before = int(reading.values[861])
    clock.advance(60)
    assert int(source.read(found[0], {861}).readings[0].values[861]) > before
    assert source.read(found[0], {155}).readings == ()


@pytest.mark.parametrize("text", ["sim:4xH100", "sim:8xL40S", "sim:4xH100,4xA100"])
def test_other_nodes_have_no_switches(text: str) -> None:
    source = SimSource(parse(text), ManualClock(1e9), switches=True)
    assert all(isinstance(each, Gpu) for each in source.inventory().devices)


def test_identities_follow_from_seed_and_node() -> None:
    def identities(seed: int, node: str) -> list[tuple[str, str]]:
        clock = ManualClock(1e9)
        text = parse("sim:8xH100")
        source = SimSource(type(text)(gpus=text.gpus, seed=seed), clock, node=node)
        gpus = [each for each in source.inventory().devices if isinstance(each, Gpu)]
        serials = [source.read(gpu, {53}).readings[0].values[53] for gpu in gpus]
        return [(gpu.uuid, str(serial)) for gpu, serial in zip(gpus, serials, strict=True)]

    here = identities(1, "a")
    assert here == identities(1, "a")
    assert not set(here) & set(identities(1, "b"))
    assert not set(here) & set(identities(2, "a"))
    assert len(set(here)) == 8


def test_an_address_has_a_domain_of_eight_digits_and_is_nobody_elses() -> None:
    source = SimSource(parse("sim:16xH100"), ManualClock(1e9))
    gpus = [each for each in source.inventory().devices if isinstance(each, Gpu)]
    assert gpus[0].pci_bus_id == "00000000:1B:00.0"
    assert len({gpu.pci_bus_id for gpu in gpus}) == 16
    assert gpus[3].model == "NVIDIA H100 80GB HBM3"

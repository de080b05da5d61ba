"""Labels of each kind of entity, and how MIG and owners change the rows."""

from pathlib import Path

import pytest

from warpwatch.expo.parse import parse as parse_page
from warpwatch.expo.text import join
from warpwatch.exporter.counters import read
from warpwatch.exporter.devices import parse
from warpwatch.exporter.era import ERAS
from warpwatch.exporter.identity import RESERVED, Naming
from warpwatch.exporter.selection import select
from warpwatch.exporter.tally import Tally
from warpwatch.exporter.view import Arranger, Row
from warpwatch.fields import clocks, identity, memory, profiling
from warpwatch.fields.field import Scope
from warpwatch.samples.entity import Core, Cpu, Entity, Gpu, Instance, Link, Switch
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Reading, Reason, Report, Value
from warpwatch.samples.snapshot import Snapshot, State
from warpwatch.sources.base import SourceInfo

CLASSIC, LATER = ERAS["classic"], ERAS["4.8.3"]
H100 = Gpu(3, "GPU-8b22", "00000000:8D:00.0", "NVIDIA H100 80GB HBM3")
SLICE = Instance(H100, 7, "1g.10gb", "MIG-1")
LISTED = read(
    f"{clocks.SM_CLOCK.name}, gauge, a\n{memory.FB_USED.name}, gauge, b\n"
    f"{profiling.PROF_GR_ENGINE_ACTIVE.name}, gauge, c\n{identity.DRIVER_VERSION.name}, label, d\n",
    "list",
)

GPU_LABELS = (
    'gpu="3",UUID="GPU-8b22",pci_bus_id="00000000:8D:00.0",device="nvidia3",'
    'modelName="NVIDIA H100 80GB HBM3"'
)
LINK_LABELS = (
    'nvlink="2",gpu="3",gpu_uuid="GPU-8b22",pci_bus_id="00000000:8D:00.0",device="nvidia3",'
    'model_name="NVIDIA H100 80GB HBM3",hostname="n1"'
)

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize(
    ("entity", "classic", "later"),
    [
        (H100, f'{GPU_LABELS},Hostname="n1"', f'{GPU_LABELS},hostname="n1"'),
        (
            SLICE,
            f'{GPU_LABELS},GPU_I_PROFILE="1g.10gb",GPU_I_ID="7",Hostname="n1"',
            f'{GPU_LABELS},GPU_I_PROFILE="1g.10gb",GPU_I_ID="7",hostname="n1"',
        ),
        (
            Link(2, gpu=H100),
            LINK_LABELS,
            None,
        ),
        (Link(2, switch=Switch(1)), 'nvlink="2",nvswitch="nvswitch1",hostname="n1"', None),
        (Switch(1), 'nvswitch="nvswitch1",Hostname="n1"', 'nvswitch="nvswitch1",hostname="n1"'),
        (Cpu(0, "s1"), 'cpu="0",Hostname="n1"', 'cpu="0",cpu_serial="s1",hostname="n1"'),
        (
            Core(5, Cpu(0, "s1")),
            'cpucore="5",cpu="0",Hostname="n1"',
            'cpucore="5",cpu="0",cpu_serial="s1",hostname="n1"',
        ),
    ],
)
def test_labels_of_each_entity(entity: Entity, classic: str, later: str | None) -> None:
    assert join(Naming(CLASSIC, "n1").identity(entity)) == classic
    assert join(Naming(LATER, "n1").identity(entity)) == (later or classic)


def test_a_gpu_that_is_lost_keeps_its_labels_until_it_is_gone() -> None:
    arranger = Arranger(select(LISTED, CLASSIC), Naming(CLASSIC, "n1"), lambda _: Tally(300, 300))

    def labels(*readings: Reading) -> list[str]:
        states = tuple(
            State(device=H100, report=Report(H100, 0.0, (each,)), success=True, age=0.0)
            for each in readings
        )
        view = arranger.view(SourceInfo("nvml"), Snapshot(1, states, 0.1))
        return [row.labels.whole for row in view.rows[Scope.GPU]]

    version = identity.DRIVER_VERSION
    (known,) = labels(Reading(H100, {version.id: "580.1", clocks.SM_CLOCK.id: 7}, {}))
    assert f'{version.name}="580.1"' in known
    lost = Reading(H100, {}, {clocks.SM_CLOCK.id: Reason.LOST})
    assert labels(lost) == labels(lost) == [known]
    assert labels() == []
    assert version.name not in labels(lost)[0], "nothing is remembered of what was gone"


def test_the_old_namespace_renames_labels_only() -> None:
    naming = Naming(CLASSIC, "n1", old_namespace=True, pods=True, tenants=True)
    assert naming.identity(H100)[1] == ("uuid", "GPU-8b22")
    owner = Owner(pod="p", namespace="ns", container="c", hpc_job="9")
    assert naming.owner(owner) == (
        ("container_name", "c"),
        ("hpc_job", "9"),
        ("pod_name", "p"),
        ("pod_namespace", "ns"),
    )


def test_without_a_host_name_there_is_no_such_label() -> None:
    assert join(Naming(CLASSIC, "").identity(H100)) == GPU_LABELS


def test_dashes_in_the_model_name() -> None:
    naming = Naming(CLASSIC, "", dashes_in_model=True)
    assert naming.identity(H100)[-1] == ("modelName", "NVIDIA-H100-80GB-HBM3")


def rows(
    *readings: Reading, pods: bool = False, devices: str = "f", once: bool = False
) -> list[Row]:
    naming = Naming(CLASSIC, "n1", pods=pods)
    choice = parse(devices, once=once)
    arranger = Arranger(select(LISTED, CLASSIC), naming, lambda _: Tally(300, 300), choice)
    state = State(device=H100, report=Report(H100, 1.0, readings), success=True, age=0.0)
    snapshot = Snapshot(1, (state,), 0.0)
    first = arranger.view(SourceInfo("test"), snapshot).rows[Scope.GPU]
    again = arranger.view(SourceInfo("test"), snapshot).rows[Scope.GPU]
    assert [row.labels for row in again] == [row.labels for row in first]
    return first


BOARD: dict[int, Value] = {
    clocks.SM_CLOCK.id: 1980,
    memory.FB_USED.id: 900,
    profiling.PROF_GR_ENGINE_ACTIVE.id: 0.5,
    identity.DRIVER_VERSION.id: "580",
}


def test_label_fields_come_after_the_host_and_attributes_after_them() -> None:
    owner = Owner(pod="p", namespace="ns", container="c")
    (row,) = rows(Reading(H100, BOARD, {}, (owner,)), pods=True)
    tail = ',DCGM_FI_DRIVER_VERSION="580",container="c",namespace="ns",pod="p"'
    assert row.labels.whole == f'{GPU_LABELS},Hostname="n1"{tail}'
    assert row.labels.with_fields(("xid", "7")).endswith(
        ',DCGM_FI_DRIVER_VERSION="580",xid="7",container="c",namespace="ns",pod="p"'
    )
    assert row.labels.with_attributes(("err_code", "7")).endswith(
        'container="c",err_code="7",namespace="ns",pod="p"'
    )


def test_an_idle_gpu_in_kubernetes_mode_has_empty_pod_labels() -> None:
    (row,) = rows(Reading(H100, BOARD, {}), pods=True)
    assert row.labels.whole.endswith(',container="",namespace="",pod=""')


def test_a_gpu_shared_by_several_is_not_given_to_one_of_them() -> None:
    owners = (Owner(pod="a", namespace="x"), Owner(pod="b", namespace="x"))
    (row,) = rows(Reading(H100, BOARD, {}, owners), pods=True)
    assert row.labels.whole.endswith(',container="",namespace="",pod=""')


def test_under_mig_instances_stand_for_the_gpu_and_repeat_what_is_board_wide() -> None:
    other = Instance(H100, 9, "3g.40gb", "MIG-2")
    found = rows(
        Reading(H100, BOARD, {}),
        Reading(SLICE, {memory.FB_USED.id: 100, profiling.PROF_GR_ENGINE_ACTIVE.id: 0.9}, {}),
        Reading(other, {memory.FB_USED.id: 800}, {}),
    )
    assert [row.entity for row in found] == [SLICE, other]
    assert [row.values.get(clocks.SM_CLOCK.id) for row in found] == [1980, 1980]
    assert [row.values.get(memory.FB_USED.id) for row in found] == [100, 800]
    # The board's own activity is not the instance's.
    engine = [row.values.get(profiling.PROF_GR_ENGINE_ACTIVE.id) for row in found]
    assert engine == [0.9, None]


@pytest.mark.parametrize(
    ("devices", "expected"),
    [("f", [H100, SLICE]), ("g", [H100]), ("i", [SLICE]), ("g,i", [H100, SLICE])],
)
def test_what_is_board_wide_can_be_told_once(devices: str, expected: list[Entity]) -> None:
    found = rows(
        Reading(H100, BOARD, {}),
        Reading(SLICE, {memory.FB_USED.id: 100}, {}),
        devices=devices,
        once=True,
    )
    assert [row.entity for row in found] == expected
    clocked = [row.entity for row in found if clocks.SM_CLOCK.id in row.values]
    assert clocked == [entity for entity in expected if entity is H100]
    if devices == "f":
        assert [row.values.get(memory.FB_USED.id) for row in found] == [None, 100]


def test_a_gpu_without_instances_is_told_of_whole() -> None:
    (row,) = rows(Reading(H100, BOARD, {}), once=True)
    assert row.values[memory.FB_USED.id] == 900


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ("f", [SLICE]),
        ("g", [H100]),
        ("g:3", [H100]),
        ("g:0", []),
        ("i", [SLICE]),
        ("i:7", [SLICE]),
        ("i:1", []),
        ("g,i", [H100, SLICE]),
    ],
)
def test_devices_that_were_chosen_become_rows(devices: str, expected: list[Entity]) -> None:
    found = rows(Reading(H100, BOARD, {}), Reading(SLICE, {}, {}), devices=devices)
    assert [row.entity for row in found] == expected


def test_without_mig_a_list_of_gpus_chooses_among_them() -> None:
    assert [row.entity for row in rows(Reading(H100, BOARD, {}), devices="g:2-3")] == [H100]
    assert rows(Reading(H100, BOARD, {}), devices="i") == []


def test_an_instance_has_the_label_fields_of_its_board() -> None:
    (row,) = rows(Reading(H100, BOARD, {}), Reading(SLICE, {memory.FB_USED.id: 1}, {}))
    assert row.labels.whole.endswith(',Hostname="n1",DCGM_FI_DRIVER_VERSION="580"')


def test_labels_of_pods_are_made_fit_and_never_stand_in_for_ours() -> None:
    labels = {
        "app.kubernetes.io/name": "a",
        "app_kubernetes_io/name": "b",
        "9lives": "c",
        "gpu": "d",
        "pod": "e",
        "DCGM_FI_DRIVER_VERSION": "f",
        "team": "g",
    }
    naming = Naming(CLASSIC, "n1", pods=True, pod_labels=True)
    arranger = Arranger(select(LISTED, CLASSIC), naming, lambda _: Tally(300, 300))
    reading = Reading(H100, BOARD, {}, (Owner(pod="p", labels=labels),))
    state = State(device=H100, report=Report(H100, 1.0, (reading,)), success=True, age=0.0)
    (row,) = arranger.view(SourceInfo("test"), Snapshot(1, (state,), 0.0)).rows[Scope.GPU]
    (found,) = parse_page(f"x{{{row.labels.whole}}} 1").samples
    names = [pair.partition("=")[0] for pair in row.labels.whole.split(",")]
    assert len(names) == len(set(names))
    assert found.labels["app_kubernetes_io_name"] == "a"
    assert found.labels["_9lives"] == "c"
    assert (found.labels["gpu"], found.labels["pod"], found.labels["team"]) == ("3", "p", "g")
    assert found.labels["DCGM_FI_DRIVER_VERSION"] == "580"


def test_every_label_that_our_pages_hold_is_kept_from_the_labels_of_pods() -> None:
    written = set()
    for page in sorted(GOLDEN.rglob("*.metrics")):
        if page.stem == "pod-labels":
            continue  # which has such labels of pods as may stand
        text = page.read_text().replace(" …", " 1")
        written |= {name for sample in parse_page(text).samples for name in sample.labels}
    ours = {name for name in written if not name.startswith(("DCGM_", "dcgm_"))}
    own = {"version", "python", "source", "simulated", "driver", "detail"}
    assert ours - own <= RESERVED
    assert len(ours) > 20


@pytest.mark.parametrize("name", [*sorted(RESERVED), "__name__", "app.kubernetes.io/gpu"])
def test_no_label_of_a_pod_stands_in_for_one_of_ours_there_or_not(name: str) -> None:
    naming = Naming(CLASSIC, "n1", pods=True, pod_labels=True)
    owner = Owner(pod="p", labels={name: "evil", "team": "red"})
    told = dict(naming.labels_of_pod(owner, frozenset()))
    assert told.pop("team") == "red"
    assert set(told) <= {"app_kubernetes_io_gpu"}

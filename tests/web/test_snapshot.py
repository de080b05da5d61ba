"""Sums of the first screen, and workloads."""

from warpwatch.web.fleet import MEASURES, Gpu, Index
from warpwatch.web.snapshot import named, sums, works

INDEX = Index(
    Gpu(f"G{gpu}", "n0" if gpu < 2 else "n1", str(gpu), "H100", "", "") for gpu in range(4)
)


def values(**more: dict[str, float]) -> dict[str, dict[str, float]]:
    return {measure.key: {} for measure in MEASURES} | more


def test_what_nobody_tells_is_not_nought() -> None:
    assert [each.value for each in sums(values(), {})] == [None] * 4


def test_sums_say_of_how_many_they_are() -> None:
    told = sums(
        values(activity={"G0": 0.9, "G1": 0.01}, waste={"G1": 1.0}, power={"G0": 300.0}),
        {"G0": 1.0, "G1": 0.5},
    )
    assert [(each.key, each.value, each.known) for each in told] == [
        ("allocated", 1.5, 2),
        ("active", 1, 2),
        ("idle", 1.0, 1),
        ("power", 300.0, 1),
    ]


def test_a_workload_is_named_by_what_is_known() -> None:
    pod = {"workload_namespace": "a", "workload_pod": "p", "workload_job": "j"}
    assert named(pod) == "a/p"
    assert named({"workload_job": "4711"}) == "4711"
    assert named({"workload_user": "ada"}) == "ada"
    assert named({}) == "unnamed"


def test_workloads_have_their_gpus_and_what_they_make_of_them() -> None:
    job = {"workload_job": "7", "team": "vision"}
    owners = [({**job, "uuid": f"G{gpu}"}, 1.0) for gpu in range(3)]
    shared = ({"workload_user": "ada", "uuid": "G3"}, 0.5)
    gone = ({"workload_user": "bob", "uuid": "elsewhere"}, 1.0)
    told = works(
        [*owners, shared, gone],
        values(activity={"G0": 0.8, "G1": 0.0, "G3": 0.2}, power={"G0": 300.0, "G3": 100.0}),
        INDEX,
    )
    first, second = told
    assert (first.id, first.gpus, first.nodes, first.share) == ("7", ("G0", "G1", "G2"), 2, 3.0)
    assert (first.activity, first.low, first.high, first.idle) == (0.4, 0.0, 0.8, 1.0)
    assert (first.watts, second.watts) == (300.0, 50.0)
    assert (second.id, second.share, second.idle) == ("ada", 0.5, 0.0)

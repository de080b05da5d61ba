"""What alerts mean for GPUs."""

from collections.abc import Mapping

from warpwatch.web.fleet import Gpu, Index
from warpwatch.web.health import Firing, State, about, states, verdict

INDEX = Index(
    Gpu(f"G{node}{gpu}", f"n{node}", str(gpu), "H100", "", "")
    for node in range(2)
    for gpu in range(2)
)
ALL = {gpu.uuid for gpu in INDEX.gpus}
LOST = {
    "alertname": "GPUFallenOffBus",
    "severity": "critical",
    "uuid": "G01",
    "node": "n0",
    "gpu": "1",
}
HOT = {"alertname": "GPUHot", "severity": "warning", "uuid": "G10", "node": "n1", "gpu": "0"}


def found(
    *alerts: Mapping[str, str], silences: tuple[str, ...] = (), read: set[str] | None = None
) -> list[State]:
    firing = [Firing(dict(labels), 100.0, silences) for labels in alerts]
    return [State(state) for state in states(firing, INDEX, ALL if read is None else read)]


def test_without_alerts_what_is_read_is_well_and_what_is_not_is_not() -> None:
    assert found() == [State.WELL] * 4
    assert found(read={"G00"}) == [State.WELL, *[State.UNREAD] * 3]


def test_the_gravest_counts() -> None:
    assert found(LOST, HOT) == [State.WELL, State.CRITICAL, State.WARNING, State.WELL]
    assert found(HOT, {**HOT, "severity": "critical"})[2] == State.CRITICAL
    assert found({**HOT, "severity": "critical"}, HOT)[2] == State.CRITICAL


def test_a_gpu_is_known_by_its_place_too() -> None:
    assert found({**LOST, "uuid": ""}) == found(LOST)
    assert found({"alertname": "A", "severity": "critical", "UUID": "G11"})[3] == State.CRITICAL


def test_an_alert_of_a_node_is_of_none_of_its_gpus() -> None:
    assert (
        found({"alertname": "GPUExporterDown", "severity": "critical", "node": "n0"})
        == [State.WELL] * 4
    )


def test_one_of_a_gpu_that_is_not_there_is_of_none() -> None:
    assert found({**LOST, "uuid": "elsewhere"}) == [State.WELL] * 4


def test_waste_and_information_say_nothing_of_health() -> None:
    assert about("GPUAllocatedIdle")[0] == "waste"
    idle = {"alertname": "GPUAllocatedIdle", "severity": "warning", "uuid": "G00"}
    assert found(idle, {**HOT, "severity": "info"}) == [State.WELL] * 4


def test_what_is_silenced_is_known_about() -> None:
    assert found(LOST, silences=("s1",))[1] == State.SILENCED


def test_the_verdict_says_how_many_where_and_what() -> None:
    firing = [
        Firing(LOST, 50.0),
        Firing(HOT, 60.0),
        Firing({"alertname": "GPUExporterDown", "severity": "critical", "node": "n1"}, 70.0),
        Firing({"alertname": "Watchdog", "severity": "none"}, 1.0),
    ]
    said = verdict(firing, INDEX, states(firing, INDEX, ALL))
    assert (said.total, said.need, said.watch, said.silenced, said.unread) == (4, 1, 1, 0, 0)
    assert (said.other, said.uneasy, said.judged) == (1, 0, True)
    assert said.where == ("GPU 1 of n0",)
    assert [cause.alert for cause in said.causes] == [
        "GPUFallenOffBus",
        "GPUExporterDown",
        "GPUHot",
    ]
    lost = said.causes[0]
    assert (lost.count, lost.gpus, lost.nodes, lost.named, lost.since) == (1, 1, 1, ("n0",), 50.0)
    assert lost.summary == about("GPUFallenOffBus")[1] != ""


def test_alerts_of_one_name_are_one_cause_with_the_oldest_beginning() -> None:
    firing = [Firing({**LOST, "uuid": gpu.uuid, "node": gpu.node, "gpu": gpu.gpu}, 10.0 + at)
              for at, gpu in enumerate(INDEX.gpus)]  # fmt: skip
    (cause,) = verdict(firing, INDEX, states(firing, INDEX, ALL)).causes
    assert (cause.count, cause.gpus, cause.nodes, cause.since) == (4, 4, 2, 10.0)


def test_a_silenced_cause_stands_last_and_shows_what_is_open_first() -> None:
    firing = [Firing(LOST, 1.0, ("s",)), Firing(HOT, 2.0)]
    said = verdict(firing, INDEX, states(firing, INDEX, ALL))
    assert [cause.alert for cause in said.causes] == ["GPUHot", "GPUFallenOffBus"]
    assert (said.need, said.silenced, said.causes[1].silenced) == (0, 1, 1)
    half = [Firing(LOST, 1.0, ("s",)), Firing({**LOST, "uuid": "G00", "gpu": "0"}, 2.0)]
    (cause,) = verdict(half, INDEX, states(half, INDEX, ALL)).causes
    assert cause.first[0]["uuid"] == "G00"


def test_warnings_of_no_gpu_count_unless_they_are_of_waste_or_silenced() -> None:
    warning = {"alertname": "PrometheusRuleFailing", "severity": "warning"}
    idle = {"alertname": "TeamIdle", "severity": "warning", "team": "x"}
    waste = {"alertname": "GPUAllocatedIdle", "severity": "warning", "team": "x"}
    firing = [
        Firing(warning, 1.0),
        Firing(idle, 1.0, ("silence",)),
        Firing(waste, 1.0),
        Firing(HOT, 1.0),
    ]
    said = verdict(firing, INDEX, states(firing, INDEX, ALL))
    assert (said.watch, said.other, said.uneasy, said.judged) == (1, 0, 1, False)

"""A picture of a Prometheus: asked by neutral series, and honest about what it does not say."""

import asyncio
import json
from contextlib import aclosing

import pytest

from served import served
from warpwatch.clients.prometheus.client import Prometheus
from warpwatch.errors import Unreachable
from warpwatch.rules import owners
from warpwatch.terminal import describing, fleet
from warpwatch.terminal.choosing import Item
from warpwatch.terminal.fleet import ANYWHERE, Where
from warpwatch.terminal.picture import Picture, Since

H100 = {"node": "n1", "gpu": "0", "uuid": "GPU-a", "model": "NVIDIA H100"}


class Server:
    """Of answers by a word in the question; to all others there is no sample."""

    def __init__(self, answers: dict[str, list[tuple[dict[str, str], float]]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def query(self, promql: str) -> object:
        from warpwatch.clients.prometheus.results import Answer, Sample

        self.asked.append(promql)
        for word, samples in self.answers.items():
            if word in promql:
                return Answer(tuple(Sample(labels, (0.0, str(v))) for labels, v in samples))
        return Answer(())

    url = "http://prometheus"


def seen(where: Where = ANYWHERE, **answers: list[tuple[dict[str, str], float]]) -> Picture:
    words = {
        "gpus": "gpu:power:watts|",
        "owned": "gpu_owner:share:ratio",
        "alerts": "ALERTS",
        "invented": "warpwatch_source_info",
        "age": "timestamp(",
        "processes": "topk(",
        "parts": "gpu_instance:",
    }
    server = Server({words[name]: samples for name, samples in answers.items()})
    told = fleet.picture(server, 1000.0, where, parts=True)  # type: ignore[arg-type]
    return asyncio.run(told)


def series(name: str, labels: dict[str, str]) -> dict[str, str]:
    return {"__name__": name, **labels}


AGE: list[tuple[dict[str, str], float]] = [({}, 5.0)]


def test_words_that_answers_are_given_by_are_in_the_questions() -> None:
    server = Server({})
    asyncio.run(fleet.picture(server, 0.0, Where('a"b'), parts=True))  # type: ignore[arg-type]
    assert len(server.asked) == 7
    assert any("gpu:activity:ratio" in question for question in server.asked)
    assert sum('node="a\\"b"' in question for question in server.asked) == 4


def test_a_gpu_is_put_together_of_its_series() -> None:
    found = seen(
        gpus=[
            (series("gpu:source:info", {"node": "n1", "uuid": "GPU-a", "job": "x"}), 1),
            (series("gpu:power:watts", H100), 300.0),
            (series("gpu:activity:ratio", H100), 0.0),
            (series("gpu:temperature:celsius", H100), float("nan")),
            (series("gpu:collect_success:bool", {k: H100[k] for k in ("node", "gpu", "uuid")}), 1),
            (series("gpu:collect_age:seconds", H100), 0.5),
        ],
        owned=[({**H100, "workload_pod": "p", "workload_namespace": "x", "team": "unassigned"}, 1)],
        age=AGE,
    )
    (row,) = found.rows
    assert (row.node, row.gpu, row.uuid, row.model) == ("n1", "0", "GPU-a", "NVIDIA H100")
    assert row.figures == {"power_watts": 300.0, "activity_ratio": 0.0}
    assert (row.state, row.age) == ("ok", 0.5)
    assert [(work.name, work.team, work.share) for work in row.works] == [("x/p", "", 1.0)]
    assert (found.note, found.invented) == ("", "")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, ""),
        ({"gpu:collect_success:bool": 1.0}, "ok"),
        ({"gpu:collect_success:bool": 0.0}, "no reading"),
        ({"gpu:collect_success:bool": 0.0, "gpu:hung:bool": 1.0}, "hung"),
        ({"gpu:collect_success:bool": 1.0, "gpu:hung:bool": 0.0}, "ok"),
    ],
)
def test_what_nobody_tells_is_not_well(said: dict[str, float], told: str) -> None:
    gpus = [(series("gpu:source:info", H100), 1.0)]
    gpus += [(series(name, H100), value) for name, value in said.items()]
    (row,) = seen(gpus=gpus, age=AGE).rows
    assert row.state == told


def test_a_gpu_that_hangs_is_there_though_nothing_is_known_of_it() -> None:
    (row,) = seen(gpus=[(series("gpu:hung:bool", H100), 1.0)], age=AGE).rows
    assert (row.gpu, row.state, row.figures) == ("0", "hung", {})


def test_whose_a_gpu_was_that_is_not_read() -> None:
    owned: list[tuple[dict[str, str], float]] = [({**H100, "workload_job": "7"}, 1.0)]
    read = [(series("gpu:temperature:celsius", H100), 50.0)]
    (row,) = seen(gpus=read, owned=owned, age=AGE).rows
    assert [(work.name, work.last) for work in row.works] == [("7", False)]
    hung = [(series("gpu:hung:bool", H100), 1.0)]
    (row,) = seen(gpus=hung, owned=owned, age=AGE).rows
    assert [(work.name, work.last) for work in row.works] == [("7", True)]
    told = [text for name, text in describing.pairs(row, Picture(origin="", time=0.0))
            if name == "work"]  # fmt: skip
    assert told == ["last known: 100% of it: job 7"]


def test_a_gpu_whose_exporter_is_down_is_gone_and_it_is_told_whose_it_was() -> None:
    part = {**H100, "mig_id": "1", "mig_profile": "3g.40gb", "workload_job": "7"}
    other = {"node": "n1", "gpu": "1", "uuid": "GPU-b"}
    found = seen(
        gpus=[(series("gpu:temperature:celsius", other), 50.0)],
        owned=[(part, 3 / 7)],
        age=AGE,
    )
    gone, _ = found.rows
    assert (gone.name, gone.model, gone.state, gone.figures) == ("0", "NVIDIA H100", "gone", {})
    assert [(work.name, work.last) for work in gone.works] == [("7", True)]
    assert found.note == ""
    assert "no exporter tells of any GPU now" in seen(owned=[(part, 1.0)]).note


def test_the_last_owners_are_asked_for_of_one_node_alone() -> None:
    server = Server({})
    asyncio.run(fleet.picture(server, 0.0, Where("n1"), parts=False))  # type: ignore[arg-type]
    assert owners.last('{node="n1"}') in server.asked
    server = Server({})
    asyncio.run(fleet.picture(server, 0.0, ANYWHERE, parts=False))  # type: ignore[arg-type]
    assert owners.LAST in server.asked


def test_gpus_are_in_the_order_of_their_numbers_with_instances_below() -> None:
    def gpu(number: str, node: str = "n1") -> dict[str, str]:
        return {"node": node, "gpu": number, "uuid": f"GPU-{node}-{number}"}

    part = {**gpu("2"), "mig_id": "1", "mig_profile": "3g.40gb"}
    found = seen(
        gpus=[
            (series("gpu:power:watts", gpu(number, node)), 1.0)
            for node, number in (("n2", "0"), ("n1", "10"), ("n1", "2"))
        ],
        parts=[(series("gpu_instance:activity:ratio", part), 0.5)],
        owned=[({**part, "workload_job": "7"}, 3 / 7)],
        age=AGE,
    )
    assert [(row.node, row.name) for row in found.rows] == [
        ("n1", "2"), ("n1", "2/1"), ("n1", "10"), ("n2", "0"),
    ]  # fmt: skip
    whole, part_row = found.rows[:2]
    assert part_row.figures == {"activity_ratio": 0.5}
    assert part_row.profile == "3g.40gb"
    assert whole.profile == ""
    assert [work.name for work in whole.works] == ["7"]
    assert [work.name for work in part_row.works] == ["7"]


def test_alerts_stand_with_their_gpu_the_worst_first() -> None:
    place = {"node": "n1", "gpu": "0"}
    found = seen(
        gpus=[(series("gpu:power:watts", H100), 1.0)],
        alerts=[
            ({**place, "alertname": "A", "severity": "info"}, 1),
            ({**place, "alertname": "B", "severity": "critical"}, 1),
            ({**place, "gpu": "1", "alertname": "C", "severity": "critical"}, 1),
            ({"node": "n1", "alertname": "D", "severity": "warning"}, 1),
        ],
        age=AGE,
    )
    assert found.alerts == {("", "n1"): ("D",)}
    assert found.rows[0].alerts == ("B", "A")


def test_what_is_simulated_is_marked_by_node() -> None:
    other = {"node": "n2", "gpu": "0", "uuid": "GPU-b"}
    gpus = [(series("gpu:power:watts", H100), 1.0), (series("gpu:power:watts", other), 1.0)]
    found = seen(gpus=gpus, invented=[({"node": "n2"}, 1.0), ({"node": "gone"}, 1.0)], age=AGE)
    assert found.simulated == {"n2"}
    assert found.invented == "SIMULATED on 1 nodes"


@pytest.mark.parametrize(
    ("age", "said"),
    [
        ([], "no neutral series of a GPU"),
        ([({}, 151.0)], "what is told is 151 s old"),
        ([({}, 150.0)], "no GPU on node n9"),
    ],
)
def test_why_there_is_nothing_or_nothing_new(
    age: list[tuple[dict[str, str], float]], said: str
) -> None:
    assert said in seen(Where("n9"), age=age).note


def test_processes_are_of_gpus_that_are_shown() -> None:
    found = seen(
        gpus=[(series("gpu:power:watts", H100), 1.0)],
        owned=[({**H100, "workload_job": "7"}, 1.0)],
        processes=[
            ({"UUID": "GPU-a", "pid": "12", "user": "ann", "command": "train"}, 5.0),
            ({"UUID": "GPU-z", "pid": "13"}, 5.0),
        ],
        age=AGE,
    )
    (told,) = found.processes
    assert (told.node, told.gpu, told.pid, told.user, told.memory) == ("n1", "0", 12, "ann", 5.0)
    assert told.work == "7"
    assert told.sm is None


def test_what_was_before_has_gaps_where_nothing_was() -> None:
    values = [[1000.0 - 30 * step, "0.5"] for step in (5, 4, 1)]
    answer = {"resultType": "matrix", "result": [{"metric": H100, "values": values}]}
    text = json.dumps({"status": "success", "data": answer})

    async def main(rows: int) -> dict[tuple[str, str, str, str], list[float]]:
        with served({"/api/v1/query_range": text}) as url:
            async with aclosing(Prometheus(url)) as server:
                return dict(await fleet.before(server, 1000.0, rows, ANYWHERE))

    found = asyncio.run(main(1))
    (before,) = found.values()
    assert list(found) == [("", "n1", "GPU-a", "")]
    assert [value == value for value in before] == [True, True, False, False, True, False]  # noqa: PLR0124
    assert asyncio.run(main(1001)) == {}
    assert asyncio.run(main(0)) == {}


JOB: Item = {
    "cluster": "", "namespace": "x", "pod": 'a"b', "job": "", "user": "", "nodes": ["n1", "n.2"],
}  # fmt: skip
NOW = 1_000_000.0


def began(job: float | None, gpus: float | None) -> tuple[Since | None, list[str]]:
    def told(value: float | None) -> list[tuple[dict[str, str], float]]:
        return [] if value is None else [({}, value)]

    server = Server({"gpu_owner:share:ratio": told(job), "gpu:source:info": told(gpus)})
    found = asyncio.run(fleet.since(server, NOW, JOB))  # type: ignore[arg-type]
    return found, server.asked


@pytest.mark.parametrize(
    ("job", "gpus", "told"),
    [
        (NOW - 3600, NOW - 86_400, Since(NOW - 3600, before=False)),
        (NOW - 86_300, NOW - 86_400, Since(NOW - 86_300, before=True)),
        (NOW - 3600, NOW - 3700, Since(NOW - 3600, before=True)),
        (NOW - 3600, None, Since(NOW - 3600, before=True)),
        (None, NOW - 3600, None),
    ],
)
def test_since_when_a_job_has_its_gpus_or_at_least(
    job: float | None, gpus: float | None, told: Since | None
) -> None:
    found, asked = began(job, gpus)
    assert found == told
    assert 'workload_pod="a\\"b", workload_job="", workload_user=""' in asked[0]
    assert 'node=~"n1|n\\\\.2"' in asked[1]


def test_a_server_that_is_gone_is_said_to_be() -> None:
    async def main() -> None:
        async with aclosing(Prometheus("http://127.0.0.1:1")) as server:
            await fleet.picture(server, 0.0, ANYWHERE, parts=False)

    with pytest.raises(Unreachable, match="refused"):
        asyncio.run(main())


def test_what_the_rules_say_of_nodes_and_jobs() -> None:
    node = {"cluster": "c", "node": "n1"}
    job = {"workload_namespace": "x", "workload_pod": "p", "team": "t"}
    server = Server(
        {
            "node:": [
                (series("node:power_watts:sum", node), 0.0),
                (series("node:activity:avg", node), float("nan")),
            ],
            "workload:": [(series("workload:gpus:sum", job), 2.0)],
        }
    )
    nodes = asyncio.run(fleet.nodes(server, Where("n1")))  # type: ignore[arg-type]
    assert nodes == {("c", "n1"): {"power_watts_sum": 0.0}}
    assert 'node="n1"' in server.asked[0]
    works = asyncio.run(fleet.works(server))  # type: ignore[arg-type]
    assert works == {("", "x", "p", ""): {"gpus_sum": 2.0}}

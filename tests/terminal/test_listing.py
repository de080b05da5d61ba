"""Lists and descriptions: as people read them `-` where something is missing, as programs null."""

import json
from dataclasses import replace

import pytest

from pictures import picture, row
from warpwatch.clients.prometheus.results import Alert, Group, Rule
from warpwatch.errors import InputError, UsageError
from warpwatch.terminal import describing, listing, owned
from warpwatch.terminal.picture import Picture, Process, Row, Since, Work

ANN = Work(namespace="x", pod="a", user="ann", team="vision", share=1.0)
BOB = Work(job="7", user="bob", share=1.0)
SEEN = picture(
    row(0, works=[ANN], activity_ratio=0.0),
    row(1, works=[ANN], power_watts=None),
    row(0, node="n2", works=[BOB], state="lost", alerts=["GPUFallenOffBus"], activity_ratio=None),
)


def test_missing_is_a_dash_and_nothing_is_zero() -> None:
    heads, *lines = listing.gpus(SEEN).table()
    active, power = heads.index("ACTIVE"), heads.index("POWER")
    assert [line[active] for line in lines] == ["0%", "50%", "-"]
    assert [line[power] for line in lines] == ["300W", "-", "300W"]
    assert lines[2][heads.index("STATE")] == "lost"
    assert lines[2][heads.index("ALERTS")] == "GPUFallenOffBus"
    assert [line[heads.index("WORK")] for line in lines] == ["x/a", "x/a", "7"]


def test_more_stands_in_wide_lists() -> None:
    narrow, wide = listing.gpus(SEEN).table()[0], listing.gpus(SEEN).table(wide=True)[0]
    assert set(narrow) < set(wide)
    assert "UUID" in wide


def test_that_data_is_simulated_is_said_only_where_it_is() -> None:
    assert "DATA" not in listing.gpus(SEEN).table()[0]
    heads, *lines = listing.gpus(picture(row(0), row(0, node="n2"), simulated=["n2"])).table()
    assert [line[heads.index("DATA")] for line in lines] == ["-", "simulated"]


def test_json_has_null_and_a_version() -> None:
    told = json.loads(json.dumps(listing.document(listing.gpus(SEEN), SEEN, "a test")))
    assert (told["version"], told["kind"], told["simulated"]) == (1, "gpus", False)
    assert told["items"][0]["activity_ratio"] == 0.0
    assert told["items"][2]["activity_ratio"] is None
    assert told["items"][0]["throttled_ratio"] is None
    assert set(told["items"][0]) >= {each.key for each in listing.GPUS}


@pytest.mark.parametrize(
    "made", [listing.gpus(SEEN), listing.nodes(SEEN), listing.jobs(SEEN)], ids=lambda it: it.kind
)
def test_every_column_is_of_the_items(made: listing.Listing) -> None:
    assert made.items
    assert all({each.key for each in made.columns} <= set(item) for item in made.items)


def test_nodes_are_added_up_of_what_is_known() -> None:
    first, second = listing.nodes(SEEN).items
    assert (first["node"], first["gpus_count"]) == ("n1", 2.0)
    assert first["activity_avg"] == 0.25
    assert first["power_watts_sum"] == 300.0
    assert first["temperature_celsius_max"] == 60.0
    assert second["activity_avg"] is None
    assert second["alerts"] == ["GPUFallenOffBus"]


def test_what_the_rules_say_of_a_node_counts() -> None:
    told = {("", "n1"): {"activity_avg": 0.9}, ("", "gone"): {"unmetered_sum": 8.0}}
    gone, first, second = listing.nodes(SEEN, told).items
    assert (gone["node"], gone["unmetered_sum"]) == ("gone", 8.0)
    assert (first["activity_avg"], first["power_watts_sum"]) == (0.9, None)
    assert second["gpus_count"] is None


def test_jobs_have_their_share() -> None:
    half = Work(job="7", user="bob", share=0.5)
    other = Work(job="8", share=0.5)
    seen = picture(row(0, works=[half, other]), row(1, works=[BOB], activity_ratio=1.0))
    seven, eight = listing.jobs(seen).items
    assert (seven["job"], seven["gpus_sum"], seven["power_watts_sum"]) == ("7", 1.5, 450.0)
    assert seven["activity_avg"] == pytest.approx((0.5 * 0.5 + 1.0) / 1.5)
    assert seven["where"] == ["n1:0", "n1:1"]
    assert (eight["gpus_sum"], eight["user"]) == (0.5, "")


def test_what_the_rules_say_of_a_job_counts_but_of_two_users_in_one_place() -> None:
    told = {("", "x", "a", ""): {"gpus_sum": 9.0}, ("", "", "", ""): {"gpus_sum": 2.0}}
    users = [Work(user=name, share=1.0) for name in ("eve", "joe")]
    seen = picture(row(0, works=[ANN]), *(row(at, works=[u]) for at, u in enumerate(users, 1)))
    found = {item["user"]: item["gpus_sum"] for item in listing.jobs(seen, told).items}
    assert found == {"ann": 9.0, "eve": 1.0, "joe": 1.0}


def test_jobs_of_two_clusters_are_two() -> None:
    there = [replace(row(0, works=[ANN]), cluster=cluster) for cluster in ("a", "b")]
    told = {(cluster, "x", "a", ""): {"gpus_sum": at} for at, cluster in enumerate("ab", 1)}
    found = listing.jobs(picture(*there), told).items
    assert [(item["cluster"], item["gpus_sum"]) for item in found] == [("a", 1), ("b", 2)]


def test_alerts_of_a_whole_node_are_its() -> None:
    seen = replace(SEEN, alerts={("", "n2"): ("NodeDown",)})
    assert listing.nodes(seen).items[1]["alerts"] == ["NodeDown", "GPUFallenOffBus"]


def test_a_part_of_a_gpu_is_counted_once_and_as_that() -> None:
    part = Work(job="7", share=3 / 7)
    whole = row(0, works=[part])
    instance = Row(node="n1", gpu="0", instance="1", figures={"activity_ratio": 1.0}, works=(part,))
    (job,) = owned.jobs([whole, instance])
    told = owned.of_job(job)
    assert told["gpus_sum"] == pytest.approx(3 / 7)
    assert told["activity_avg"] == 1.0
    assert told["power_watts_sum"] == pytest.approx(300 * 3 / 7)


def test_alerts_that_fire_come_before_those_that_wait() -> None:
    def alert(severity: str, state: str, **labels: str) -> Alert:
        known = {"alertname": "A", "severity": severity, "node": "n1", **labels}
        return Alert(known, {"description": "hot"}, state, "2026-01-02T03:04:05.6Z")

    rule = Rule("A", "x", "alerting", alerts=(
        alert("critical", "pending"), alert("info", "firing"), alert("warning", "firing", gpu="3"),
    ))  # fmt: skip
    items = listing.alerts([Group("g", rules=(rule,))]).items
    assert [(item["state"], item["severity"]) for item in items] == [
        ("firing", "warning"), ("firing", "info"), ("pending", "critical"),
    ]  # fmt: skip
    assert (items[0]["gpu"], items[0]["since"], items[0]["what"]) == (
        "3", "2026-01-02T03:04:05Z", "hot",
    )  # fmt: skip


def test_names_of_others_do_not_command_the_terminal() -> None:
    evil = Work(namespace="x", pod="a\x1b]0;owned\x07", share=1.0)
    table = listing.gpus(picture(row(0, works=[evil]))).table(wide=True)
    assert all(cell.isprintable() for line in table for cell in line)


def test_choosing_and_sorting() -> None:
    found = listing.gpus(SEEN)
    anns = listing.chosen(found, ["user=ann"], "power", reverse=False).items
    assert [item["gpu"] for item in anns] == [
        "0", "1",
    ]  # fmt: skip
    turned = listing.chosen(found, [], "", reverse=True).items
    assert [item["node"] for item in turned] == ["n2", "n1", "n1"]
    with pytest.raises(UsageError, match="to sort by"):
        listing.chosen(found, [], "nope", reverse=False)


def described(name: str, seen: Picture = SEEN) -> dict[str, str]:
    return dict(describing.gpu(name, seen).pairs)


def test_a_gpu_is_known_by_many_names() -> None:
    for name in ("n1:1", "n1/1", "GPU-n1-1", "1"):
        assert described(name)["gpu"] == "1 on n1"


def test_a_gpu_says_what_it_does_not_know_and_why() -> None:
    gone = Row(node="n1", gpu="0", gaps={"power_watts": "no permission"}, state="ok", age=3.0)
    told = described("0", picture(gone))
    assert told["power"] == "-  no permission"
    assert told["temperature"] == "-"
    assert told["state"] == "ok, read 3 s ago"
    assert "data" not in told


def test_a_gpu_says_who_works_on_it() -> None:
    process = Process("n1", "0", 12, "ann", "train.py", 2.0**30, None)
    told = described("n1:0", picture(*SEEN.rows, processes=[process], simulated=["n1"]))
    assert told["work"] == "100% of it: namespace x, pod a, user ann, team vision"
    assert told["process"] == "12  ann  memory 1.0G  SM -  train.py"
    assert told["data"] == "SIMULATED"


@pytest.mark.parametrize(
    ("name", "problem", "hint"),
    [
        ("0", "is 2 of them: n1:0, n2:0", "NODE:GPU"),
        ("n9:0", "is not there", "there are n1:0, n1:1, n2:0"),
    ],
)
def test_which_gpu_is_not_known(name: str, problem: str, hint: str) -> None:
    with pytest.raises(InputError, match=problem) as error:
        describing.gpu(name, SEEN)
    assert hint in error.value.hint


def test_a_node_shows_its_gpus_and_a_job_those_that_it_has() -> None:
    node = describing.node("n1", SEEN, listing.nodes(SEEN))
    assert node.below is not None
    assert [item["gpu"] for item in node.below.items] == ["0", "1"]
    for name in ("a", "x/a"):
        job = describing.job(name, SEEN, listing.jobs(SEEN))
        assert job.below is not None
        assert [item["gpu"] for item in job.below.items] == ["0", "1"]
    assert dict(describing.job("7", SEEN, listing.jobs(SEEN)).pairs)["user"] == "bob"
    assert describing.document(node, SEEN)["item"] == node.item


def of_job(name: str, seen: Picture, since: Since | None = None) -> describing.Described:
    return describing.job(name, seen, listing.jobs(seen), since)


def test_a_job_tells_how_far_its_gpus_are_apart() -> None:
    active = (0.9, 0.25, 0.5)
    gpus = [row(at, works=[BOB], activity_ratio=value) for at, value in enumerate(active)]
    unread = row(3, works=[BOB], activity_ratio=None, state="hung")
    others = row(4, works=[ANN], activity_ratio=1.0)
    found = of_job("7", picture(*gpus, unread, others))
    assert dict(found.pairs)["spread"] == (
        "65%: most n1:0 90%, least n1:1 25%, of 3 of 4 that are read"
    )
    assert found.item is not None
    assert found.item["activity_spread_ratio"] == pytest.approx(0.65)
    assert (found.item["activity_most_gpu"], found.item["activity_least_gpu"]) == ("n1:0", "n1:1")
    assert dict(of_job("7", picture(gpus[0], unread)).pairs)["spread"] == "-"
    alone = of_job("7", picture(gpus[0], others))
    assert "spread" not in dict(alone.pairs)
    assert alone.item is not None
    assert alone.item["activity_spread_ratio"] is None


def test_of_a_gpu_that_is_divided_its_instances_are_apart() -> None:
    part = Work(job="7", share=0.5)
    whole = row(0, works=[part, part], activity_ratio=0.7)
    parts = [
        Row(node="n1", gpu="0", instance=str(at), works=(part,), figures={"activity_ratio": value})
        for at, value in enumerate((1.0, 0.4))
    ]
    told = dict(of_job("7", picture(whole, *parts)).pairs)
    assert told["spread"] == "60%: most n1:0/0 100%, least n1:0/1 40%"


def test_a_job_tells_which_gpus_it_had_when_they_were_last_read() -> None:
    was = row(1, works=[replace(BOB, last=True)], activity_ratio=None, state="hung")
    told = dict(of_job("7", picture(row(0, works=[BOB]), was)).pairs)
    assert told["last known"] == "n1:1, not read now"
    assert "last known" not in dict(of_job("7", picture(row(0, works=[BOB]))).pairs)


def test_a_job_tells_since_when_it_has_its_gpus() -> None:
    began = 1_767_323_045.0
    seen = picture(row(0, works=[BOB]), time=began + 3 * 3600 + 25 * 60)
    found = of_job("7", seen, Since(began, before=False))
    assert dict(found.pairs)["since"] == "3 h 25 min: 2026-01-02 03:04 UTC"
    assert found.item is not None
    assert (found.item["since"], found.item["since_before"]) == ("2026-01-02T03:04:05Z", None)
    found = of_job("7", replace(seen, time=began + 600), Since(began, before=True))
    assert dict(found.pairs)["since"] == "at least 10 min: 2026-01-02 03:04 UTC or before"
    assert found.item is not None
    assert (found.item["since"], found.item["since_before"]) == (None, "2026-01-02T03:04:05Z")
    assert "since" not in dict(of_job("7", seen).pairs)


def test_a_node_or_a_job_that_is_not_there() -> None:
    with pytest.raises(InputError, match="is not there") as error:
        describing.node("n9", SEEN, listing.nodes(SEEN))
    assert error.value.hint == "there are n1, n2"
    with pytest.raises(InputError, match="is not there") as error:
        describing.job("nope", SEEN, listing.jobs(SEEN))
    assert error.value.hint == "there are 7, x/a"

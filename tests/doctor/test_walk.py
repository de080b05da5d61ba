"""The whole pipe of real programs, well and broken at each of its links."""

import dataclasses
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from amserver import alertmanager
from process import PATIENCE, Program, program, run
from promserver import Prometheus as Server
from promserver import prometheus
from served import served
from sinks import sinks
from warpwatch.clients.alertmanager.client import Alertmanager
from warpwatch.clients.prometheus.client import Prometheus
from warpwatch.clients.web import Web
from warpwatch.clock import SystemClock
from warpwatch.doctor import alertmanager as teller
from warpwatch.doctor import delivery, disk, grafana, page, routes, rules, series, targets
from warpwatch.doctor import prometheus as store
from warpwatch.rules import alerts
from warpwatch.rules.normalise import NEUTRAL
from warpwatch.rules.render import Options, rendered

pytestmark = [pytest.mark.process, pytest.mark.binaries]
Examine = Callable[..., list[str]]
ROOT = Path(__file__).parents[2]
COUNTERS = str(ROOT / "deploy" / "generated" / "warpwatch-counters.csv")
TOLD = """
route: {{receiver: all, group_wait: 0s, group_by: [alertname, node]}}
receivers: [{{name: all, webhook_configs: [{{url: "{url}/hook"}}]}}]
"""
DEAF = """
route: {receiver: nobody, routes: [{matchers: ['severity = "warning"'], receiver: some}]}
receivers: [{name: nobody}, {name: some, webhook_configs: [{url: "http://127.0.0.1:1"}]}]
"""
"""Nobody is woken, and whoever is told of warnings is not there."""


@dataclass(frozen=True, slots=True)
class Whole:
    exporter: Program
    server: Server
    told: str
    """Address of Alertmanager."""

    def pipe(self) -> dict[str, Callable[[], object]]:
        return {
            "page": lambda: Web(self.exporter.url),
            "prometheus": lambda: Prometheus(self.server.url),
            "alertmanager": lambda: Alertmanager(self.told),
        }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    home = tmp_path_factory.mktemp("whole")
    for name, text in rendered(Options(hurry=60)):
        (home / name).write_text(text)
    files = ", ".join(str(path) for path in sorted(home.glob("*.yaml"), reverse=True))
    words = ("--source", "sim:2xH100", "-a", "127.0.0.1:0", "--collectors", COUNTERS)
    with ExitStack() as open_:
        runtime = home / "runtime"
        runtime.mkdir()
        env = {"XDG_RUNTIME_DIR": str(runtime)}
        exporter = open_.enter_context(program("exporter", *words, env=env))
        sink, _ = open_.enter_context(sinks())
        config = TOLD.format(url=f"http://127.0.0.1:{sink.server_address[1]}")
        told = open_.enter_context(alertmanager(home, config))
        discovery = f"static_configs: [{{targets: ['{exporter.url.removeprefix('http://')}']}}]"
        server = open_.enter_context(prometheus(home, discovery, files, told))
        server.wait("count(gpu:source:info)", "2")
        server.wait('count(ALERTS{alertname="Watchdog", alertstate="firing"})', "1")
        yield Whole(exporter, server, told)


def settled(examine: Examine, whole: Whole) -> list[str]:
    """Once Watchdog has gone through."""
    deadline = time.monotonic() + PATIENCE
    found = [""]
    while not found[0] or any("not arrived" in line for line in found):
        assert time.monotonic() < deadline, "\n".join(found)
        found = examine(rules=Options(hurry=60), **whole.pipe())
    return found


def test_a_whole_pipe_has_no_problem(examine: Examine, whole: Whole) -> None:
    found = settled(examine, whole)
    assert not [line for line in found if line.startswith("problem")]
    for line in (
        "ok exporter: 2 GPUs from sim",
        "note exporter: these GPUs are simulated: no number is of a real one",
        "ok targets: 1 of 1 exporters of GPUs are up",
        "ok series: 2 GPUs",
        "note rules: they judge 60 times faster than for real GPUs: a demonstration",
        "ok rules: gpu:source:info knows 2 GPUs",
        "ok alertmanager: Watchdog has arrived from Prometheus",
        "ok routes: critical goes to all",
        "ok routes: warning goes to all",
    ):
        assert line in found


def test_a_test_alert_is_followed_until_it_arrives(examine: Examine, whole: Whole) -> None:
    found = examine(delivery.check, deliver=True, **whole.pipe())
    assert found == ["ok delivery: delivered by webhook; look whether WarpwatchTest was seen"]
    assert examine(delivery.check, **whole.pipe()) == []


def test_rules_of_another_version_are_told_of(examine: Examine, whole: Whole) -> None:
    """As if an alert that is loaded were to be another one."""
    (line, *_) = examine(rules.check, **whole.pipe())
    assert line.startswith("ok rules: all ")
    (first, *_) = alerts.FAMILIES["thermal"]
    renamed = dataclasses.replace(first, name="GPUColder")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alerts, "FAMILIES", {**alerts.FAMILIES, "thermal": (renamed,)})
        (line, *_) = examine(rules.check, **whole.pipe())
    assert re.match(r"problem rules: 1 of \d+ are not loaded, .* are: GPUColder$", line)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Scrapes what does not answer; has no rules, and tells nobody."""
    home = tmp_path_factory.mktemp("bare")
    dropped = "relabel_configs: [{source_labels: [__address__], regex: '.*:2', action: drop}]"
    targets_ = "static_configs: [{targets: ['127.0.0.1:1', '127.0.0.1:2']}]"
    with prometheus(home, f"{targets_}, {dropped}") as server:
        server.wait("count(up == 0)", "1")
        yield server


def test_links_that_are_broken_one_after_the_other(examine: Examine, bare: Server) -> None:
    there = {"prometheus": lambda: Prometheus(bare.url)}
    at_one = {"page": lambda: Web("http://127.0.0.1:1"), **there}
    at_two = {"page": lambda: Web("http://127.0.0.1:2"), **there}
    at_three = {"page": lambda: Web("http://127.0.0.1:3"), **there}
    assert examine(store.check, **there) == ["ok prometheus: answers: " + version(examine, bare)]
    (down,) = examine(targets.check, **at_one)
    assert down.startswith("problem targets: http://127.0.0.1:1/metrics is down: ")
    assert down.endswith("connection refused")
    assert examine(targets.check, **at_two) == [
        "problem targets: 127.0.0.1:2 is discovered, and dropped by relabel_configs",
        "problem targets: no target gives series of GPUs",
    ]
    assert examine(targets.check, **at_three)[0] == "note targets: 127.0.0.1:3 is not among them"
    assert examine(series.check, **there) == ["problem series: there is no series of a GPU"]
    assert examine(rules.check, **there) == ["problem rules: none of ours is loaded"]
    assert examine(teller.wired, **there) == [
        "problem alertmanager: Prometheus tells no Alertmanager of its alerts"
    ]
    assert examine(teller.check, **there) == [
        "unknown alertmanager: none is given, and no stack runs here"
    ]


def version(examine: Examine, server: Server) -> str:
    (line,) = examine(store.check, prometheus=lambda: Prometheus(server.url))
    return line.rpartition(" ")[2]


def test_what_does_not_answer_is_told_once_and_the_rest_is_looked_at(examine: Examine) -> None:
    found = examine(
        page=lambda: Web("http://127.0.0.1:1"),
        prometheus=lambda: Prometheus("http://127.0.0.1:2"),
        alertmanager=lambda: Alertmanager("http://127.0.0.1:3"),
        grafana=lambda: Web("http://127.0.0.1:4"),
    )
    assert found == [
        "problem exporter: Connection refused",
        "problem prometheus: Connection refused",
        "problem alertmanager: Connection refused",
        "problem grafana: Connection refused",
    ]


def test_nothing_to_look_at_is_a_problem_for_a_cron_job_must_hear_of_it(examine: Examine) -> None:
    assert examine() == [
        "problem prometheus: none is given, and none runs here",
        "unknown alertmanager: none is given, and no stack runs here",
    ]


def test_who_is_not_told_of_what(examine: Examine, tmp_path: Path) -> None:
    with alertmanager(tmp_path, DEAF) as url:
        there = {"alertmanager": lambda: Alertmanager(url)}
        assert examine(routes.check, **there) == [
            "problem routes: critical goes to nobody, which tells nobody",
            "ok routes: warning goes to some",
        ]
        # It is known beforehand, and not waited for.
        assert examine(delivery.check, deliver=True, **there) == [
            "problem delivery: critical goes to nobody, which tells nobody"
        ]


def test_a_receiver_that_is_not_there(examine: Examine, tmp_path: Path) -> None:
    with alertmanager(tmp_path, TOLD.format(url="http://127.0.0.1:1")) as url:
        there = {"alertmanager": lambda: Alertmanager(url)}
        assert examine(delivery.check, deliver=True, **there) == [
            "problem delivery: fails by webhook"
        ]


PAGE = """
warpwatch_build_info{version="1"} 1
warpwatch_source_info{source="nvml",detail="",simulated="false"} 1
warpwatch_gpus 2
warpwatch_gpu_hung{gpu="0"} 0
warpwatch_gpu_hung{gpu="1"} 1
warpwatch_gpu_collect_success{gpu="0"} 0
warpwatch_gpu_collect_success{gpu="1"} 0
warpwatch_gpu_gap{gpu="0",field="A",reason="no_permission"} 1
warpwatch_gpu_gap{gpu="1",field="A",reason="no_permission"} 1
warpwatch_gpu_gap{gpu="0",field="B",reason="unsupported"} 1
"""
NONE = """
warpwatch_build_info{version="1"} 1
warpwatch_source_info{source="none",detail="no driver",simulated="false"} 1
warpwatch_gpus 0
"""


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (
            PAGE,
            [
                "ok exporter: 2 GPUs from nvml",
                "problem exporter: a read of GPU 1 does not return",
                "problem exporter: GPU 0 cannot be read",
                "note exporter: 1 fields are refused for want of rights",
                "note exporter: fields that some GPU does not give: 1 unsupported",
            ],
        ),
        (NONE, ["problem exporter: has no GPUs: no driver"]),
        (
            'DCGM_FI_DEV_GPU_TEMP{UUID="GPU-1"} 1\n',
            ["ok exporter: is another exporter's, of 1 GPU"],
        ),
        ("node_load1 0.1\n", ["problem exporter: has no series of GPUs"]),
        ((503, "later"), ["problem exporter: answers HTTP 503"]),
    ],
)
def test_pages(examine: Examine, answer: str | tuple[int, str], found: list[str]) -> None:
    with served({"/metrics": answer}) as url:
        assert examine(page.check, page=lambda: Web(url)) == found


def test_what_is_no_page(examine: Examine) -> None:
    with served({"/metrics": "<html>"}) as url:
        (line,) = examine(page.check, page=lambda: Web(url))
    assert line.startswith("problem exporter: is not a page of metrics: ")


def test_a_fleet_is_looked_at_by_its_first_node(examine: Examine) -> None:
    sd = '[{"targets": ["x"], "labels": {"__metrics_path__": "/node/a/metrics"}}]'
    with served({"/sd": sd, "/node/a/metrics": NONE}) as url:
        found = examine(page.check, page=lambda: Web(url), path="/sd")
    assert found == ["problem exporter: has no GPUs: no driver"]


@pytest.mark.parametrize("told", ["[]", "{}", "<html>", '[{"targets": []}]', "[1]"])
def test_what_is_no_list_of_targets(examine: Examine, told: str) -> None:
    with served({"/sd": told}) as url:
        (line,) = examine(page.check, page=lambda: Web(url), path="/sd")
    assert line.endswith("/sd: is no list of targets with pages")


QUERY = "/api/datasources/proxy/uid/p/api/v1/query"
SOURCES = '[{"type": "prometheus", "name": "main", "uid": "p"}, {"type": "loki", "uid": "l"}]'


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        (
            {QUERY: '{"data": {"result": [{"value": [1, "8"]}]}}'},
            "ok grafana: its data source main knows 8 GPUs",
        ),
        (
            {QUERY: '{"data": {"result": []}}'},
            "note grafana: its data source main does not know gpu:source:info",
        ),
        ({QUERY: (502, "")}, "problem grafana: its data source main does not answer: HTTP 502"),
        ({"/api/datasources": "[]"}, "problem grafana: has no data source of type prometheus"),
    ],
)
def test_data_sources_of_grafana(
    examine: Examine, answers: dict[str, str | tuple[int, str]], found: str
) -> None:
    usual = {"/api/health": '{"version": "13.0.1"}', "/api/datasources": SOURCES}
    with served({**usual, **answers}) as url:
        assert examine(grafana.check, grafana=lambda: Web(url)) == [
            "ok grafana: answers: 13.0.1",
            found,
        ]


def test_servers_that_have_no_list_of_targets_or_rules(examine: Examine) -> None:
    """As Mimir and Thanos, which answer questions and nothing else."""
    one = '{"status": "success", "data": {"resultType": "vector", "result": []}}'
    with served({"/api/v1/query": one}) as url:
        there = {"prometheus": lambda: Prometheus(url)}
        assert examine(targets.check, **there)[0].startswith("unknown targets: has no list of")
        assert examine(rules.check, **there) == ["unknown rules: has no list of rules"]
        assert examine(teller.wired, **there)[0].startswith("unknown alertmanager: does not say")


def test_a_disk_is_told_of_when_it_runs_out_of_room(examine: Examine) -> None:
    assert examine(disk.check, disk="/x: 3 MiB are free") == ["problem disk: /x: 3 MiB are free"]
    assert examine(disk.check) == []


def test_what_a_board_lacks_is_told_apart_from_what_nobody_reads(
    examine: Examine, whole: Whole, tmp_path: Path
) -> None:
    (line,) = examine(series.check, **whole.pipe())[1:]
    assert re.fullmatch(
        r"ok series: \d+ of \d+ neutral series have data; the others are of what these boards do "
        "not have",
        line,
    )
    few = tmp_path / "few.csv"
    few.write_text("DCGM_FI_DEV_GPU_TEMP, gauge, a\nDCGM_FI_DEV_FAN_SPEED, gauge, b\n")
    words = ("--source", "sim:1xT4", "-a", "127.0.0.1:0", "--collectors", str(few))
    with program("exporter", *words) as exporter:
        place = exporter.url.removeprefix("http://")
        with prometheus(tmp_path, f"static_configs: [{{targets: ['{place}']}}]") as server:
            server.wait("count(DCGM_FI_DEV_GPU_TEMP)", "1")
            (line,) = examine(series.check, prometheus=lambda: Prometheus(server.url))[1:]
    silent = len(NEUTRAL) - 2  # of all but the temperature and the fan, which a T4 has not
    assert line.startswith(f"note series: {silent} of {len(NEUTRAL)} neutral series have no data")
    assert "gpu:power:watts" in line
    assert "gpu:fan:ratio" not in line


@pytest.mark.parametrize(
    ("age", "verdict"),
    [(5, "note"), (35, "problem")],
)
def test_what_has_only_just_started_is_given_time(examine: Examine, age: int, verdict: str) -> None:
    began = datetime.fromtimestamp(SystemClock().now() - age, tz=UTC).isoformat()
    told = f'{{"status": "success", "data": {{"startTime": "{began}"}}}}'
    one = '{"status": "success", "data": {"resultType": "vector", "result": []}}'
    none = '{"status": "success", "data": {"activeTargets": [], "droppedTargets": []}}'
    answers = {
        "/api/v1/status/runtimeinfo": told,
        "/api/v1/query": one,
        "/api/v1/targets": none,
    }
    with served(answers) as url:
        found = examine(prometheus=lambda: Prometheus(url))
    late = f", {age} s after Prometheus started" if verdict == "note" else ""
    assert f"{verdict} targets: there is no target at all{late}" in found
    assert f"{verdict} series: there is no series of a GPU{late}" in found


@pytest.mark.parametrize(
    ("age", "line"),
    [
        ("60", "note alertmanager: Watchdog fires since 60 s and has not arrived yet"),
        (
            "600",
            "problem alertmanager: Watchdog fires in Prometheus and has not arrived: no alert will",
        ),
    ],
)
def test_what_has_not_arrived_is_given_time(examine: Examine, age: str, line: str) -> None:
    rows = f'[{{"metric": {{}}, "value": [0, "{age}"]}}]'
    fires = f'{{"status": "success", "data": {{"resultType": "vector", "result": {rows}}}}}'
    with served({"/api/v1/query": fires, "/api/v2/alerts": "[]"}) as url:
        there = {"prometheus": lambda: Prometheus(url), "alertmanager": lambda: Alertmanager(url)}
        assert examine(teller.arrived, **there) == [line]


def test_an_old_prometheus_is_refused(examine: Examine) -> None:
    build = '{"status": "success", "data": {"version": "2.41.0"}}'
    one = '{"status": "success", "data": {"resultType": "scalar", "result": [0, "1"]}}'
    with served({"/api/v1/status/buildinfo": build, "/api/v1/query": one}) as url:
        (line,) = examine(store.check, prometheus=lambda: Prometheus(url))
    assert line.startswith("problem prometheus: is 2.41.0; rules need 2.42")


def test_the_command_ends_with_three_and_is_data_for_programs(bare: Server) -> None:
    done = run("doctor", "--prometheus", bare.url, "-o", "json")
    assert done.returncode == 3
    assert '"verdict": "problem"' in done.stdout
    done = run("doctor", "--prometheus", bare.url)
    assert done.returncode == 3
    assert "next: " in done.stdout
    done = run("doctor", "exporter", "--source", "sim:1xT4", "--address", "127.0.0.1:1")
    assert done.returncode == 0
    assert "1 GPU (Tesla T4)" in done.stdout

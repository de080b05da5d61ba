"""Each kind of job with one real scrape, and what is written to another Prometheus."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rig import Rig, needs_binaries, query, wait_until

pytestmark = [pytest.mark.process, pytest.mark.binaries, needs_binaries]


class Application(ThreadingHTTPServer):
    """Something to scrape, a discovery that tells of it, and a place to write to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heads: list[dict[str, str]] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Application

    def do_GET(self) -> None:
        if self.path == "/sd":
            told = [{"targets": [self.server.address], "labels": {"found": "yes"}}]
            self._answer(json.dumps(told).encode(), "application/json")
        else:
            self._answer(b'steps_total{pod="a"} 7\n', "text/plain; version=0.0.4")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.heads.append({name.lower(): value for name, value in self.headers.items()})
        self._answer(b"", "text/plain")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def application() -> Iterator[Application]:
    with Application() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@dataclass
class Lab:
    """A stack that scrapes in every way, and another to which it writes."""

    rig: Rig
    other: str
    drops_headers: bool


SETTINGS = """
external_labels = {{cluster = "lab"}}
[[stack.scrape]]
job = "static"
targets = ["{address}"]
labels = {{room = "1"}}
honor_labels = true
[[stack.scrape]]
job = "files"
files = ["{folder}/targets.json"]
[[stack.scrape]]
job = "found"
http_sd = "http://{address}/sd"
[[stack.remote_write]]
url = "{other}/api/v1/write"
keep = "DCGM_FI_DEV_GPU_TEMP|up"
[[stack.remote_write]]
url = "http://{address}/push"
access = {{bearer_token_file = "{folder}/token"{tenant}}}
"""


@pytest.fixture(scope="module")
def lab(application: Application, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder, address = tmp_path_factory.mktemp("lab"), application.address
    (folder / "token").write_text("hush")
    (folder / "targets.json").write_text(json.dumps([{"targets": [address]}]))
    rig, other = Rig(tmp_path_factory.mktemp("one")), Rig(tmp_path_factory.mktemp("other"))
    other.settings("receive_remote_write = true\n")
    with other.up():
        url = str(other.parts()["prometheus"]["url"])
        version = other.parts()["prometheus"]["version"]
        drops = "+ds" in version and version < "2.5"
        tenant = "" if drops else ', tenant = "gpus"'
        rig.settings(SETTINGS.format(address=address, folder=folder, other=url, tenant=tenant))
        with rig.up():
            yield Lab(rig, url, drops_headers=drops)


def test_every_way_to_find_targets_ends_in_a_scrape(lab: Lab) -> None:
    lab.rig.wait("count(steps_total == 7)", ["3"])
    assert lab.rig.query('steps_total{job="static", room="1", pod="a"}') == ["7"]
    assert lab.rig.query('steps_total{job="files"}') == ["7"]
    assert lab.rig.query('steps_total{job="found", found="yes"}') == ["7"]


def test_what_is_to_be_kept_is_written_to_the_other_and_nothing_else(lab: Lab) -> None:
    there = 'count(DCGM_FI_DEV_GPU_TEMP{cluster="lab"})'
    wait_until(lambda: query(lab.other, there) == ["1"], "the other has it")
    assert query(lab.other, 'count({cluster="lab", __name__!~"DCGM_FI_DEV_GPU_TEMP|up"})') == []


def test_a_write_shows_the_token_and_says_the_tenant(lab: Lab, application: Application) -> None:
    assert lab.rig.parts()["prometheus"]["state"] == "ready"
    wait_until(lambda: application.heads, "the sink is written to")
    head = application.heads[0]
    assert head["authorization"] == "Bearer hush"
    if lab.drops_headers:
        pytest.skip("this Prometheus drops headers, and is refused one: see test_configurations")
    assert head["x-scope-orgid"] == "gpus"

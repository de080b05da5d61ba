"""A mirror of a collection stays true, whatever the server and the network do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from apiserver import ApiServer, pod, serving
from certificates import Authority
from warpwatch.clients.kubernetes.access import Access, in_cluster
from warpwatch.clients.kubernetes.api import Api
from warpwatch.clients.kubernetes.mirror import Mirror
from warpwatch.clock import SystemClock
from warpwatch.errors import InputError, Unreachable

PODS = "/api/v1/pods"
QUERY = {"fieldSelector": "spec.nodeName=n1"}


def name(item: Mapping[str, Any]) -> str:
    return str(item["metadata"]["name"])


async def listed(api: Api) -> list[Mapping[str, Any]]:
    return [item async for page in api.pages(PODS) for item in page.items]


class Hasty(SystemClock):
    """Waits a hundredth of what it is told to, and remembers that."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(seconds / 100)


@asynccontextmanager
async def following(
    server: ApiServer, token: Path | None = None
) -> AsyncIterator[tuple[Mirror[str], Hasty]]:
    clock = Hasty()
    api = Api(Access(server.url, token))
    mirror = Mirror(api, clock, PODS, name, QUERY, metadata=True)
    task = asyncio.create_task(mirror.run())
    try:
        yield mirror, clock
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await api.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def run(server: ApiServer, story: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await story()

    with serving(server):
        asyncio.run(main())


@pytest.fixture
def server() -> ApiServer:
    server = ApiServer(page=2)
    for number in range(5):
        server.put(PODS, f"u{number}", pod(f"p{number}"))
    return server


def test_it_lists_page_by_page_and_then_follows(server: ApiServer) -> None:
    async def story() -> None:
        async with following(server) as (mirror, _):
            await until(lambda: len(mirror.items) == 5)
            before = mirror.generation
            server.put(PODS, "u9", pod("p9"))
            server.remove(PODS, "u0")
            await until(lambda: mirror.items.get("u9") == "p9" and "u0" not in mirror.items)
            assert mirror.generation > before
            assert mirror.failure == ""
            assert mirror.age is not None
        lists = server.requests(watches=False)
        assert [query.get("continue") for query in lists] == [None, "2", "4"]
        assert {query["fieldSelector"] for _, query, _ in server.asked} == {"spec.nodeName=n1"}
        assert "PartialObjectMetadataList" in server.asked[0][2]

    run(server, story)


def test_a_cut_stream_is_taken_up_where_it_was(server: ApiServer) -> None:
    async def story() -> None:
        async with following(server) as (mirror, clock):
            await until(lambda: len(mirror.items) == 5)
            for number in range(3):
                server.put(PODS, f"n{number}", pod(f"new{number}"))
                await until(lambda: f"n{number}" in mirror.items)  # noqa: B023  within the round
                server.cut()
            server.put(PODS, "last", pod("last"))
            await until(lambda: "last" in mirror.items and not mirror.failure)
            assert max(clock.waits) <= 2.0, "what was heard in between renews the patience"
        assert len([q for q in server.requests(watches=False) if "continue" not in q]) == 1

    run(server, story)


def test_a_version_that_is_gone_begins_with_a_new_list(server: ApiServer) -> None:
    async def story() -> None:
        async with following(server) as (mirror, _):
            await until(lambda: len(mirror.items) == 5)
            server.remove(PODS, "u1")
            server.collections[PODS].pop("u2")
            server.forget()
            server.cut()
            await until(lambda: set(mirror.items) == {"u0", "u3", "u4"})
            server.say(PODS, "ERROR", {"code": 410, "reason": "Expired"})
            server.put(PODS, "u7", pod("p7"))
            await until(lambda: "u7" in mirror.items)

    run(server, story)


def test_lists_that_are_too_old_at_once_are_asked_for_ever_more_rarely(server: ApiServer) -> None:
    async def story() -> None:
        server.forgotten = 1_000_000
        async with following(server) as (mirror, clock):
            await until(lambda: 60.0 in clock.waits)
            assert len(mirror.items) == 5
        assert len(server.requests(watches=True)) < 10

    run(server, story)


def test_of_a_large_cluster_no_more_is_kept_than_the_bound(
    server: ApiServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("warpwatch.clients.kubernetes.mirror.MOST", 3)

    async def story() -> None:
        async with following(server) as (mirror, _):
            await until(lambda: len(mirror.items) == 3)
            server.forget()
            server.cut()
            await until(lambda: len(server.requests(watches=False)) >= 6)
            await until(lambda: len(mirror.items) == 3)

    run(server, story)
    assert any("more than 3 objects" in record.getMessage() for record in caplog.records)


def test_a_bookmark_moves_the_place_on(server: ApiServer) -> None:
    async def story() -> None:
        async with following(server) as (mirror, _):
            await until(lambda: len(mirror.items) == 5)
            generation = mirror.generation
            server.bookmark(PODS)
            place = str(server.version)
            await asyncio.sleep(0.1)
            server.cut()
            await until(lambda: server.requests(watches=True)[-1]["resourceVersion"] == place)
            assert mirror.generation == generation

    run(server, story)


def test_a_server_that_fails_is_asked_ever_more_rarely_and_its_pods_stay(
    server: ApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with following(server) as (mirror, clock):
            await until(lambda: len(mirror.items) == 5)
            server.status = 500
            server.cut()
            await until(lambda: 60.0 in clock.waits)
            assert len(mirror.items) == 5
            assert "HTTP 500" in mirror.failure
            server.status = 0
            server.put(PODS, "u8", pod("p8"))
            await until(lambda: "u8" in mirror.items)
            assert mirror.failure == ""

    run(server, story)
    said = [record.getMessage() for record in caplog.records if "HTTP 500" in record.getMessage()]
    assert len(said) == 1


def test_a_refusal_says_which_right_is_missing(server: ApiServer) -> None:
    async def story() -> None:
        server.status = 403
        api = Api(Access(server.url))
        with pytest.raises(Unreachable) as caught:
            await listed(api)
        assert "get, list and watch pods" in caught.value.hint
        await api.close()

    run(server, story)


def test_a_token_that_was_replaced_is_read_anew(server: ApiServer, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first\n")
    server.tokens = {"first"}

    async def story() -> None:
        async with following(server, token) as (mirror, _):
            await until(lambda: len(mirror.items) == 5)
            server.tokens = {"second"}
            token.write_text("second\n")
            server.cut()
            server.put(PODS, "u6", pod("p6"))
            await until(lambda: "u6" in mirror.items)

    run(server, story)


def test_a_token_whose_file_looks_the_same_is_read_again_after_a_refusal(
    server: ApiServer, tmp_path: Path
) -> None:
    import os

    token = tmp_path / "token"
    token.write_text("first")
    stamp = token.stat().st_mtime_ns
    server.tokens = {"first"}

    async def story() -> None:
        api = Api(Access(server.url, token))
        await listed(api)
        server.tokens = {"other"}
        token.write_text("other")
        os.utime(token, ns=(stamp, stamp))
        assert len(await listed(api)) == 5
        server.tokens = {"third"}
        with pytest.raises(Unreachable, match="401"):
            await listed(api)
        await api.close()

    run(server, story)


def test_one_object_is_there_or_is_not(server: ApiServer) -> None:
    async def story() -> None:
        api = Api(Access(server.url))
        found = await api.get(f"{PODS}/p3")
        assert found is not None
        assert name(found) == "p3"
        assert await api.get(f"{PODS}/none") is None
        await api.close()

    run(server, story)


@pytest.mark.parametrize(
    "item",
    [{"type": "ADDED"}, [], {"type": 1, "object": {}}, {"type": "ERROR", "object": {"code": 500}}],
)
def test_a_change_that_is_none_ends_the_watch_and_not_the_mirror(
    server: ApiServer, item: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    once = [json.dumps(item).encode() + b"\n"]
    real = server.changes

    def changes(*arguments: object) -> object:
        return iter((once.pop(),)) if once else real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(server, "changes", changes)

    async def story() -> None:
        async with following(server) as (mirror, _):
            await until(lambda: not once)
            server.put(PODS, "u5", pod("p5"))
            await until(lambda: "u5" in mirror.items and not mirror.failure)

    run(server, story)


def test_a_watch_that_is_spoilt_for_good_is_left_for_a_new_list(server: ApiServer) -> None:
    async def story() -> None:
        async with following(server) as (mirror, _):
            await until(lambda: len(mirror.items) == 5)
            # It stays in the log, for whoever begins before it.
            server.say(PODS, "ERROR", {"code": 500, "message": "etcd event received"})
            server.put(PODS, "u5", pod("p5"))
            await until(lambda: "u5" in mirror.items and not mirror.failure)

    run(server, story)


def test_in_a_pod_it_knows_where_the_server_is(tmp_path: Path) -> None:
    for file in ("token", "ca.crt"):
        with pytest.raises(InputError, match=file.replace(".", r"\.")):
            in_cluster("10.0.0.1", "443", tmp_path)
        (tmp_path / file).write_text("x")
    assert in_cluster("10.0.0.1", "443", tmp_path).server == "https://10.0.0.1:443"
    assert in_cluster("fd00::1", "", tmp_path).server == "https://[fd00::1]:443"
    with pytest.raises(InputError, match="KUBERNETES_SERVICE_HOST"):
        in_cluster("", "443", tmp_path)


def test_an_authority_that_was_replaced_is_trusted(tmp_path: Path) -> None:
    first, second = (Authority(tmp_path, name) for name in ("first", "second"))
    trusted = tmp_path / "ca.crt"
    trusted.write_bytes(first.cert.read_bytes())
    server = ApiServer(collections={PODS: {}})
    server.put(PODS, "u", pod("p"))

    async def ask(api: Api) -> int:
        return len(await listed(api))

    async def main() -> None:
        with serving(server, second.vouch("api", "127.0.0.1")):
            api = Api(Access(f"https://127.0.0.1:{server.port}", None, trusted))
            with pytest.raises(Unreachable):
                await ask(api)
            trusted.write_bytes(second.cert.read_bytes())
            assert await ask(api) == 1
            await api.close()

    asyncio.run(main())

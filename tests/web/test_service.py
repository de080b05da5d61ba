"""The console's interface: what a browser is told, and what it is refused."""

import asyncio
import dataclasses
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backends import NOW, Fleet, fleet
from consoles import HERE, WRITING, Site, console, events, unpacked
from warpwatch.web.fleet import MEASURES
from warpwatch.web.settings import Bounds

TOKEN, OPERATORS = "a-token-of-viewers-0001", "a-token-of-operators-01"
PROXIED = {**WRITING, "origin": "https://proxy.example", "sec-fetch-site": "same-origin"}
SILENCE = {
    "matchers": [{"name": "alertname", "value": "GPUFallenOffBus"}],
    "minutes": 60,
    "comment": "RMA 4711",
    "author": "ada",
}


@pytest.fixture
def token(tmp_path: Path) -> Path:
    (tmp_path / "token").write_text(TOKEN + "\n")
    return tmp_path / "token"


@pytest.fixture
def operators(tmp_path: Path) -> Path:
    (tmp_path / "operators").write_text(OPERATORS + "\n")
    return tmp_path / "operators"


def test_a_browser_is_told_the_fleet_once_and_then_bytes() -> None:
    async def story() -> None:
        async with console(fleet(nodes=2, quiet=False)) as site:
            told = await events(site, len(MEASURES) + 3)
            frames = {data["key"]: data for kind, data in told if kind == "frame"}
            assert set(frames) == {"health", *(measure.key for measure in MEASURES)}
            index = await site.get("/api/v1/index")
            assert {frame["index"] for frame in frames.values()} == {
                index.headers["etag"].strip('"')
            }
            columns = index.json()
            assert columns["tag"] == index.headers["etag"].strip('"')
            plain = await site.get("/api/v1/index", accept_encoding="identity")
            assert (plain.json(), index.headers["content-encoding"]) == (columns, "gzip")
            at = columns["uuid"].index("GPU-n001-3")
            assert unpacked(frames["health"]["data"])[at] == 4
            assert unpacked(frames["activity"]["data"])[at] == round(0.1 * 254)
            again = await site.get("/api/v1/index", if_none_match=index.headers["etag"])
            assert (again.status_code, again.content) == (304, b"")
            (summary,) = [data for kind, data in told if kind == "summary"]
            assert summary["verdict"]["need"] == 1
            assert summary["verdict"]["where"] == ["GPU 3 of n001"]
            assert summary["simulated"] is True

    asyncio.run(story())


def test_only_what_has_changed_is_told_again() -> None:
    async def story() -> None:
        known = fleet(nodes=1)
        async with (
            console(known) as site,
            site.client.stream("GET", "/api/v1/stream") as answer,
        ):
            lines = answer.aiter_lines()
            first = [line async for line in _until(lines, "event: status")]
            assert first.count("event: frame") == len(MEASURES) + 1
            labels, _ = known.series["gpu:power:watts"][0]
            known.series["gpu:power:watts"][0] = (labels, 250.0)
            site.clock.advance(1)
            await site.look()
            more = [line async for line in _until(lines, "event: status")]
            keys = [json.loads(line[6:]).get("key") for line in more if line.startswith("data:")]
            assert "power" in keys
            assert "temperature" not in keys

    asyncio.run(story())


def test_new_gpus_are_named_at_the_next_look_and_what_has_no_name_in_its_turn() -> None:
    async def story() -> None:
        known = fleet(nodes=1, gpus=2)
        async with console(known) as site:
            known.series |= fleet(nodes=1, gpus=3).series
            known.add("gpu:utilisation:ratio", 0.5, uuid="GPU-nameless")
            await site.look()
            known.asked.clear()
            await site.look()
            index = (await site.get("/api/v1/index")).json()
            assert index["uuid"] == ["GPU-n000-0", "GPU-n000-1", "GPU-n000-2"]
            assert _asked_who_is_there(known) == 1
            for _ in range(3):
                await site.look()
            assert _asked_who_is_there(known) == 1

    asyncio.run(story())


def test_whose_a_gpu_was_is_asked_for_where_it_is_not_read_and_nowhere_else() -> None:
    async def story() -> None:
        known = fleet(nodes=1, gpus=3)
        async with console(known) as site:
            assert not [query for _, query in known.asked if "last_over_time(gpu_owner" in query]
            uuid = "GPU-n000-1"
            shares = known.series["gpu_owner:share:ratio"]
            known.past = list(shares)
            for name, rows in known.series.items():
                if name.startswith("gpu") and name != "gpu:collect_success:bool":
                    known.series[name] = [row for row in rows if row[0].get("uuid") != uuid]
            known.asked.clear()
            await site.look()
            (asked,) = [query for _, query in known.asked if "last_over_time(gpu_owner" in query]
            assert asked == f'last_over_time(gpu_owner:share:ratio{{uuid=~"{uuid}"}}[30m])'
            (work,) = (await site.get(f"/api/v1/gpu/{uuid}/owners")).json()
            assert (work["id"], work["share"]) == ("research/train-n000", 3.0)

    asyncio.run(story())


def _asked_who_is_there(known: Fleet) -> int:
    return sum(query.startswith("group by (uuid, model)") for _, query in known.asked)


async def _until(lines: AsyncIterator[str], end: str) -> AsyncIterator[str]:
    async for line in lines:
        yield line
        if line == end:
            return


def test_prometheus_is_asked_once_for_all_browsers() -> None:
    async def story() -> None:
        known = fleet(nodes=1)
        async with console(known) as site:
            await events(site, 3)
            await site.look()
            known.asked.clear()
            await asyncio.gather(*(events(site, 3) for _ in range(20)))
            await asyncio.sleep(0.1)
            asked = [query for _, query in known.asked if "gpu:power:watts" in query]
            # Who begins to look wakes it; while it looks, all others are served by that.
            assert len(asked) <= 4

    asyncio.run(story())


def test_a_prometheus_that_fails_leaves_what_was_known_with_its_age() -> None:
    async def story() -> None:
        known = fleet(nodes=1)
        async with console(known) as site:
            known.broken = "out of memory"
            site.clock.advance(40)
            await site.look()
            told = await events(site, len(MEASURES) + 3)
            (status,) = [data for kind, data in told if kind == "status"]
            assert status["at"] == NOW
            assert "out of memory" in status["problem"]
            assert status["failing_since"] == NOW + 40
            known.broken = ""
            await site.look()
            assert site.console.poll.sight.problem == ""

    asyncio.run(story())


def test_without_any_answer_it_is_said_why() -> None:
    async def story() -> None:
        async with console(Fleet(broken="not ready")) as site:
            answer = await site.get("/api/v1/summary")
            assert answer.status_code == 503
            assert "not ready" in answer.json()["error"]

    asyncio.run(story())


def test_whether_alerts_are_silenced_may_be_unknown() -> None:
    async def story() -> None:
        async with console(fleet(nodes=2, quiet=False), alertmanager=False) as site:
            summary = (await site.get("/api/v1/summary")).json()
            assert summary["verdict"]["need"] == 1
            assert (await site.get("/api/v1/silences")).status_code == 400
            told = (await site.get("/api/v1/alerts")).json()
            assert len(told["alerts"]) == 2

    asyncio.run(story())


@pytest.mark.parametrize(
    ("method", "path", "status", "headers"),
    [
        ("GET", "/api/v1/none", 404, {}),
        ("DELETE", "/api/v1/index", 405, WRITING),
        ("POST", "/api/v1/silences", 403, {}),
        ("POST", "/api/v1/silences", 403, {**WRITING, "sec-fetch-site": "cross-site"}),
        ("POST", "/api/v1/silences", 403, {**WRITING, "origin": "https://evil.example"}),
        ("POST", "/api/v1/session", 400, PROXIED),
        ("GET", "/api/v1/index", 403, {"host": "evil.example"}),
        ("GET", "/", 403, {"host": "evil.example:80"}),
        ("POST", "/", 405, WRITING),
        ("GET", "/static/..%2f..%2fservice.py", 404, {}),
        ("GET", "/static/manifest.json", 404, {}),
        ("GET", "/api/v1/why/xid/ten", 404, {}),
        ("GET", "/api/v1/why/alert/None", 404, {}),
        ("GET", "/api/v1/why/series/none", 404, {}),
        ("GET", "/api/v1/workload/a/b", 404, {}),
        ("GET", "/api/v1/label/a-b/values", 404, {}),
    ],
)  # fmt: skip
def test_what_is_refused(method: str, path: str, status: int, headers: dict[str, str]) -> None:
    async def story() -> None:
        async with console(fleet(nodes=1)) as site:
            answer = await site.client.request(method, path, headers=headers)
            assert answer.status_code == status
            assert "content-security-policy" in answer.headers

    asyncio.run(story())


def test_every_answer_says_what_browsers_must_hold_to() -> None:
    async def story() -> None:
        async with console(fleet(nodes=1)) as site:
            for path in ("/", "/gpu/x", "/api/v1/session", "/static/none", "/-/healthy"):
                headers = (await site.get(path)).headers
                policy = headers["content-security-policy"]
                assert "default-src 'none'" in policy
                assert "unsafe" not in policy
                assert headers["x-content-type-options"] == "nosniff"
                assert headers["x-frame-options"] == "DENY"

    asyncio.run(story())


def test_files_are_kept_for_good_and_pages_are_not() -> None:
    async def story() -> None:
        async with console(fleet(nodes=1)) as site:
            page = await site.get("/node/n000")
            assert page.headers["cache-control"] == "no-cache"
            script = page.text.partition('src="')[2].partition('"')[0]
            for coding in ("gzip", "identity"):
                answer = await site.get(f"/{script}", accept_encoding=coding)
                assert answer.headers["cache-control"].endswith("immutable")
                assert answer.headers.get("content-encoding", "identity") == coding
                assert "uPlot" in answer.text
            assert "<script>" not in page.text
            assert "style=" not in page.text

    asyncio.run(story())


def test_under_a_prefix_all_is_below_it() -> None:
    async def story() -> None:
        settings = dataclasses.replace(HERE, prefix="/watch/")
        async with console(fleet(nodes=1), settings) as site:
            assert '<base href="/watch/">' in (await site.get("/watch/node/n000")).text
            assert (await site.get("/watch/api/v1/session")).status_code == 200
            assert (await site.get("/watch")).headers["location"] == "/watch/"
            assert (await site.get("/")).headers["location"] == "/watch/"
            assert (await site.get("/api/v1/session")).status_code == 404
            assert (await site.get("/-/healthy")).status_code == 200

    asyncio.run(story())


def test_a_token_stands_before_everything(token: Path) -> None:
    async def story() -> None:
        settings = dataclasses.replace(HERE, token_file=token)
        async with console(fleet(nodes=1), settings) as site:
            assert (await site.get("/api/v1/session")).json()["role"] == "nobody"
            for path in ("index", "summary", "stream", "query?query=up", "why", "alerts"):
                assert (await site.get(f"/api/v1/{path}")).status_code == 401, path
            wrong = await _sign_in(site, TOKEN + "x")
            assert wrong == 401
            assert (await site.get("/api/v1/index", authorization=f"Bearer {TOKEN}")).is_success
            assert await _sign_in(site, TOKEN) == 200
            assert (await site.get("/api/v1/index")).is_success
            site.clock.advance(13 * 3600)
            assert (await site.get("/api/v1/index")).status_code == 401

    asyncio.run(story())


async def _sign_in(site: Site, token: str) -> int:
    answer = await site.client.post("/api/v1/session", json={"token": token}, headers=WRITING)
    if answer.is_success:
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert f"Path={HERE.prefix}" in cookie
    return answer.status_code


def test_only_operators_silence_and_each_silence_leaves_a_line(
    token: Path, operators: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        settings = dataclasses.replace(HERE, token_file=token, operator_token_file=operators)
        known = fleet(nodes=2, quiet=False)
        async with console(known, settings) as site:
            assert await _sign_in(site, TOKEN) == 200
            refused_ = await site.client.post("/api/v1/silences", json=SILENCE, headers=WRITING)
            assert (refused_.status_code, known.silences) == (403, [])
            assert await _sign_in(site, OPERATORS) == 200
            made = await site.client.post("/api/v1/silences", json=SILENCE, headers=WRITING)
            assert made.status_code == 201
            (silence,) = known.silences
            assert (silence["createdBy"], silence["comment"]) == ("ada", "RMA 4711")
            assert silence["startsAt"] == "2027-01-15T08:00:00.000+00:00"
            assert silence["endsAt"] == "2027-01-15T09:00:00.000+00:00"
            await site.look()
            assert (await site.get("/api/v1/summary")).json()["verdict"]["silenced"] == 1
            ended = await site.client.request(
                "DELETE", f"/api/v1/silence/{silence['id']}", headers=WRITING
            )
            assert (ended.status_code, silence["status"]["state"]) == (200, "expired")
            out = await site.client.request("DELETE", "/api/v1/session", headers=WRITING)
            assert out.is_success
            assert (await site.get("/api/v1/index")).status_code == 401

    with caplog.at_level(logging.INFO, "warpwatch.audit"):
        asyncio.run(story())
    lines = [
        json.loads(record.getMessage())
        for record in caplog.records
        if record.name == "warpwatch.audit"
    ]
    assert [line["audit"] for line in lines] == ["silence", "expire"]
    assert lines[0]["author"] == "ada"
    assert lines[0]["client"] == "127.0.0.1"
    assert lines[0]["matchers"][0]["value"] == "GPUFallenOffBus"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": 10**6}, "minutes"),
        ({"comment": ""}, "comment"),
        ({"comment": " \t "}, "comment"),
        ({"matchers": []}, "matchers"),
        ({"matchers": [{"name": "a", "value": ""}]}, "matchers"),
        ({"matchers": [{"name": "a", "value": "b", "isEqual": False}]}, "matchers"),
        ({"more": 1}, "more"),
    ],
)
def test_a_silence_of_everything_or_for_ever_is_refused(
    operators: Path, change: dict[str, object], named: str
) -> None:
    async def story() -> None:
        settings = dataclasses.replace(HERE, operator_token_file=operators)
        known = fleet(nodes=1)
        async with console(known, settings) as site:
            answer = await site.client.post(
                "/api/v1/silences",
                json={**SILENCE, **change},
                headers={**WRITING, "authorization": f"Bearer {OPERATORS}"},
            )
            assert answer.status_code == 400
            assert named in answer.json()["error"]
            assert known.silences == []

    asyncio.run(story())


def test_a_body_that_is_too_long_is_not_read() -> None:
    async def story() -> None:
        async with console(fleet(nodes=1)) as site:
            answer = await site.client.post(
                "/api/v1/session", content=b"x" * 100_000, headers=WRITING
            )
            assert answer.status_code == 413

    asyncio.run(story())


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("query=up&start=0&end=3600", 200),
        ("query=up&start=0&end=0", 400),
        ("query=up&start=10&end=5", 400),
        ("query=up&start=0&end=9999999", 400),
        ("query=up&start=nan&end=5", 400),
        ("query=&start=0&end=3600", 400),
        ("query=" + "a" * 9000 + "&start=0&end=3600", 400),
        ("query=sum(up&start=0&end=3600", 400),
    ],
)
def test_a_range_is_bounded(query: str, status: int) -> None:
    async def story() -> None:
        async with console(fleet(nodes=1)) as site:
            answer = await site.get(f"/api/v1/range?{query}")
            assert answer.status_code == status, answer.text[:300]
            if status == 200:
                told = answer.json()
                assert told["count"] <= 2000
                assert told["step"] >= 2
                assert len(told["series"][0]["values"]) == told["count"]

    asyncio.run(story())


def test_an_answer_has_an_end_and_says_what_is_left_out() -> None:
    async def story() -> None:
        settings = dataclasses.replace(HERE, bounds=Bounds(series=5))
        async with console(fleet(nodes=1), settings) as site:
            told = (await site.get("/api/v1/query?query=gpu:power:watts")).json()
            assert (len(told["samples"]), told["left_out"]) == (5, 3)
            ranged = (await site.get("/api/v1/range?query=gpu:power:watts&start=0&end=60")).json()
            assert (len(ranged["series"]), ranged["left_out"]) == (5, 3)

    asyncio.run(story())


def test_no_more_questions_wait_than_may() -> None:
    async def story() -> None:
        settings = dataclasses.replace(HERE, bounds=Bounds(at_once=1, waiting=1))
        known = fleet(nodes=1)
        async with console(known, settings) as site:
            known.slow = 0.3
            ask = [site.get("/api/v1/query?query=up") for _ in range(4)]
            answers = await asyncio.gather(*ask)
            assert sorted(answer.status_code for answer in answers) == [200, 200, 429, 429]

    asyncio.run(story())


def test_a_question_is_given_up_in_time() -> None:
    async def story() -> None:
        settings = dataclasses.replace(HERE, bounds=Bounds(seconds=0.2))
        known = fleet(nodes=1)
        async with console(known, settings) as site:
            known.slow = 2.0
            answer = await site.get("/api/v1/query?query=up")
            assert answer.status_code == 502

    asyncio.run(story())


def test_what_happened_is_asked_once_for_all_who_look_at_the_same() -> None:
    async def story() -> None:
        known = fleet(nodes=2, quiet=False)
        async with console(known) as site:
            known.asked.clear()
            path = f"/api/v1/events?start={NOW - 3600}&end={NOW}"
            first, second = await asyncio.gather(site.get(path), site.get(path))
            assert first.json() == second.json()
            assert sum(path == "/api/v1/query_range" for path, _ in known.asked) == 4
            kinds = [event["title"] for event in first.json()["events"]]
            assert "GPUFallenOffBus" in kinds
            site.clock.advance(11)
            await site.get(path)
            assert sum(path == "/api/v1/query_range" for path, _ in known.asked) == 8

    asyncio.run(story())


def test_explanations_come_from_the_catalogues() -> None:
    async def story() -> None:
        async with console(fleet(nodes=1)) as site:
            xid = (await site.get("/api/v1/why/xid/79")).json()
            assert xid["code"] == 79
            assert (await site.get("/api/v1/why/xid/20034")).json()["code"] == 20034
            assert (await site.get("/api/v1/why/alert/gpuhot")).json()["name"] == "GPUHot"
            field = (await site.get("/api/v1/why/series/DCGM_FI_DEV_GPU_TEMP")).json()
            assert field["id"] == 150
            series = (await site.get("/api/v1/why/series/gpu:power:watts")).json()
            assert "DCGM_FI_DEV_POWER_USAGE" in series["worked out by"]
            everything = (await site.get("/api/v1/why")).json()
            assert {"alerts", "xids", "series"} == set(everything)
            names = {row["name"]: row for row in (await site.get("/api/v1/names")).json()}
            assert names["gpu:power:watts"]["unit"] == "watts"

    asyncio.run(story())


def test_the_monitoring_is_told_of_with_what_is_wrong_first() -> None:
    async def story() -> None:
        async with console(fleet(nodes=1)) as site:
            targets = (await site.get("/api/v1/targets")).json()
            assert (targets["count"], targets["up"]) == (2, 1)
            assert targets["targets"][0]["error"] == "connection refused"
            (group,) = (await site.get("/api/v1/rules")).json()
            assert group["rules"][1]["error"] == "many-to-many matching"
            backends = (await site.get("/api/v1/backends")).json()
            assert [(each["name"], each["state"]) for each in backends] == [
                ("Prometheus", "up"),
                ("Alertmanager", "up"),
            ]

    asyncio.run(story())


def test_so_many_browsers_and_no_more() -> None:
    async def story() -> None:
        settings = dataclasses.replace(HERE, browsers=1)
        async with console(fleet(nodes=1), settings) as site:
            async with site.client.stream("GET", "/api/v1/stream") as first:
                async for _ in first.aiter_lines():
                    break
                assert (await site.get("/api/v1/stream")).status_code == 503
            while not (await site.client.send(
                site.client.build_request("GET", "/api/v1/stream"), stream=True
            )).is_success:  # fmt: skip
                await asyncio.sleep(0.01)

    asyncio.run(story())

"""The real Alertmanager, asked and told."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from amserver import alertmanager
from warpwatch.clients.alertmanager.client import Alertmanager
from warpwatch.clients.alertmanager.results import Matcher, NewAlert, NewSilence
from warpwatch.errors import InputError

pytestmark = [pytest.mark.process, pytest.mark.binaries]
FROM, UNTIL, EARLIER = "2026-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "2025-01-01T00:00:00Z"
HOT = Matcher("alertname", "Hot")


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with alertmanager(tmp_path) as url:
        yield url


def test_an_alert_is_handed_in_silenced_and_heard_again(url: str) -> None:
    async def main() -> None:
        async with aclosing(Alertmanager(url)) as server:
            assert await server.receivers() == ("nobody",)
            assert "nobody" in (await server.status()).config.original
            hot = NewAlert({"alertname": "Hot", "node": "n1"}, {"summary": "It is."}, FROM, UNTIL)
            await server.post([hot, NewAlert({"alertname": "Cold"}, {}, FROM, UNTIL)])
            (alert,) = await server.alerts(['alertname="Hot"'])
            assert (alert.labels["node"], alert.annotations) == ("n1", {"summary": "It is."})
            assert len(await server.alerts()) == 2
            matchers = (HOT, Matcher("node", "n.*", is_regex=True))
            made = await server.silence(NewSilence(matchers, FROM, UNTIL, "me", "while it is hot"))
            (silence,) = await server.silences()
            assert (silence.id, silence.status.state) == (made, "active")
            assert set(silence.matchers) == set(matchers)
            await server.expire(made)
            (silence,) = await server.silences()
            assert silence.status.state == "expired"

    asyncio.run(main())


def test_what_is_refused_is_told_in_the_servers_words(url: str) -> None:
    async def main() -> None:
        async with aclosing(Alertmanager(url)) as server:
            with pytest.raises(InputError, match=r"the silence: is refused by .*: .*end time"):
                await server.silence(NewSilence((HOT,), FROM, EARLIER, "me", "backwards"))
            with pytest.raises(InputError, match="bad matcher format"):
                await server.alerts(["{{{"])
            with pytest.raises(InputError, match="silence 00000000"):
                await server.expire("00000000-0000-0000-0000-000000000000")

    asyncio.run(main())


@pytest.mark.parametrize(
    ("matcher", "text"),
    [
        (Matcher("a", "b"), 'a="b"'),
        (Matcher("a", "b", is_regex=True), 'a=~"b"'),
        (Matcher("a", "b", is_equal=False), 'a!="b"'),
        (Matcher("a", 'b"', is_regex=True, is_equal=False), 'a!~"b\\""'),
    ],
)
def test_matchers_read_as_alertmanager_writes_them(matcher: Matcher, text: str) -> None:
    assert str(matcher) == text

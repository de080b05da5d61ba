"""An hour of the console at a hundred times its pace: what the browser holds stays as it was."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, CDPSession, expect

from backends import fleet
from consoles import console

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]
SETTLED, HOUR = 60, 720
"""Looks at the fleet: until all that is kept once is kept; one in five seconds for an hour."""
PATIENCE = 150.0


@dataclass
class Hurry:
    """A console whose looks follow each other without a pause, each with other numbers."""

    url: str = ""
    looks: int = 0

    def until(self, looks: int) -> None:
        wait(lambda: self.looks >= looks, f"{self.looks} of {looks} looks")


def wait(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


@contextmanager
def hurried(nodes: int) -> Iterator[Hurry]:
    it, over = Hurry(), threading.Event()
    known = fleet(nodes=nodes, quiet=False)
    known.quick = True

    async def main() -> None:
        async with console(known) as site:
            it.url = str(site.client.base_url)
            while not over.is_set():
                await site.look()
                it.looks += 1
                known.asked.clear()

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    try:
        wait(lambda: bool(it.url), "the console serves")
        yield it
    finally:
        over.set()
        thread.join()


def held(session: CDPSession) -> float:
    """Bytes of the page's own objects once what nobody needs is gone."""
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"])


def test_an_hour_of_updates_leaves_memory_as_it_was(chromium: Browser) -> None:
    with hurried(nodes=16) as it:
        context = chromium.new_context()
        page = context.new_page()
        frames: list[str] = []
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.on(
            "Network.eventSourceMessageReceived", lambda told: frames.append(told["eventName"])
        )
        page.goto(it.url)
        expect(page.get_by_role("heading", level=1)).to_contain_text("of 128 GPUs")
        began = it.looks
        it.until(began + SETTLED)
        before = held(session)
        page.wait_for_timeout(100)
        it.until(began + SETTLED + HOUR)
        page.wait_for_timeout(100)
        after = held(session)
        assert len(frames) > HOUR / 2
        assert after < before * 1.1 + 500_000, f"{before / 1e6:.1f} MB, then {after / 1e6:.1f} MB"
        context.close()

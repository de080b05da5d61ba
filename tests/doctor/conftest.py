"""The doctor, let into a pipe of a test's own."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest

from warpwatch.clock import SystemClock
from warpwatch.doctor.finding import Finding
from warpwatch.doctor.pipe import Check, Pipe
from warpwatch.doctor.walk import walk
from warpwatch.rules.render import Options

Examine = Callable[..., list[str]]


@pytest.fixture
def examine() -> Examine:
    """What it finds, a line each; servers are made by calls of what is handed in by name."""

    def examined(check: Check = walk, **servers: Callable[[], Any] | Any) -> list[str]:
        async def main() -> list[Finding]:
            made = {name: each() if callable(each) else each for name, each in servers.items()}
            pipe = Pipe(clock=SystemClock(), **{"rules": Options(), **made})
            async with aclosing(check(pipe)) as findings:
                found = [each async for each in findings]
            for each in made.values():
                if hasattr(each, "aclose"):
                    await each.aclose()
            return found

        found = asyncio.run(main())
        assert all(each.next for each in found if each.verdict == "problem")
        return [f"{each.verdict} {each.link}: {each.found}" for each in found]

    return examined

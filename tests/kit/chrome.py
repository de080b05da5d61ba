"""A real Chromium that looks at a console which runs as users run it."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from backends import Fleet, played
from process import Program, program

CHROMIUM = "chromium"
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def browser(path: str) -> Iterator[Browser]:
    with sync_playwright() as it:
        chromium = it.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        try:
            yield chromium
        finally:
            chromium.close()


@dataclass
class Sight:
    """A console, a browser's window on it, and what the browser complained about."""

    server: Program
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    allowed: str = "$^"
    """Complaints that a test provokes."""

    def go(self, path: str = "") -> Page:
        self.page.goto(f"{self.server.url}/{path}")
        return self.page

    def calm(self) -> None:
        unexpected = [each for each in self.complaints if not re.search(self.allowed, each)]
        assert not unexpected, "\n".join(unexpected)


def window(chromium: Browser, server: Program, **options: object) -> Sight:
    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    sight = Sight(server, context, page)

    def heard(kind: str, text: str) -> None:
        if kind in {"error", "warning", "page"}:
            sight.complaints.append(text)

    page.on("console", lambda message: heard(message.type, message.text))
    page.on("pageerror", lambda error: heard("page", str(error)))
    return sight


@contextmanager
def served(
    known: Fleet, env: Mapping[str, str], *words: str, alertmanager: bool = True
) -> Iterator[Program]:
    with played(known) as url:
        more = ("--alertmanager", url) if alertmanager else ()
        command = ("console", "--prometheus", url, "--listen", "127.0.0.1:0", "--refresh", "1s")
        with program(*command, *more, *words, env=env) as server:
            yield server


@contextmanager
def watched(
    chromium: Browser, known: Fleet, env: Mapping[str, str], *words: str, **options: object
) -> Iterator[Sight]:
    with served(known, env, *words) as server:
        sight = window(chromium, server, **options)
        try:
            yield sight
            sight.calm()
        finally:
            sight.context.close()

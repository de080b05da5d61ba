"""Which Prometheus and which Alertmanager are meant where nobody says it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from warpwatch.app import stack
from warpwatch.clients.access import ANYBODY, Access
from warpwatch.config.stack import stack as settings


@dataclass(frozen=True, slots=True)
class Address:
    url: str
    access: Access
    origin: str
    """Who named it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    prometheus: str = ""
    """As the command line has it."""
    alertmanager: str = ""
    access: Access = ANYBODY
    file: str = ""
    """Settings, where one was named."""

    @property
    def named(self) -> bool:
        """Whether the command line says which are meant."""
        return bool(self.prometheus or self.alertmanager)

    def known_prometheus(self) -> Address | None:
        return self._known("prometheus")

    def known_alertmanager(self) -> Address | None:
        return self._known("alertmanager")

    def _known(self, name: str) -> Address | None:
        """Of those who are told of, the first in whom anybody is: a Prometheus of one place and an
        Alertmanager of another do not belong together.
        """
        for urls, access, origin in self._told():
            if any(urls.values()):
                return Address(urls[name], access, origin) if urls.get(name) else None
        return None

    def _told(self) -> Iterator[tuple[Mapping[str, str], Access, str]]:
        """What is said counts before what is set, and that before what runs."""
        said = {"prometheus": self.prometheus, "alertmanager": self.alertmanager}
        yield said, self.access, "the command line"
        existing = settings(self.file).existing
        if existing is not None:
            there = {"prometheus": existing.prometheus, "alertmanager": existing.alertmanager}
            yield there, existing.access, "stack.existing in warpwatch.toml"
        record = stack.status()
        runs = {part.name: part.url for part in record.parts if part.name in said} if record else {}
        yield runs, ANYBODY, "the stack that runs here"

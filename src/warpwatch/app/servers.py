"""Which Prometheus and which Alertmanager are meant where nobody says it."""

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

    def known_prometheus(self) -> Address | None:
        return self._known("prometheus", self.prometheus)

    def known_alertmanager(self) -> Address | None:
        return self._known("alertmanager", self.alertmanager)

    def _known(self, name: str, given: str) -> Address | None:
        """What is said counts before what is set, and that before what runs."""
        if given:
            return Address(given, self.access, f"--{name}")
        existing = settings(self.file).existing
        url = getattr(existing, name, "")
        if existing is not None and url:
            return Address(url, existing.access, "stack.existing in warpwatch.toml")
        record = stack.status()
        for part in record.parts if record else ():
            if part.name == name and part.url:
                return Address(part.url, ANYBODY, "the stack that runs here")
        return None

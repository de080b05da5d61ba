"""The names by which people know containers, from the runtime that runs them.

Only names: which container a process is in, its control group says (tenants). One that was
started since the runtime was last asked is known by the beginning of its id until the next time.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from warpwatch.clock import Clock
from warpwatch.exporter.attribution.inquiry import Inquiry
from warpwatch.exporter.attribution.stage import Health
from warpwatch.samples.sample import Report


class Runtime(Protocol):
    def names(self, timeout: float) -> Mapping[str, str]: ...


class Containers:
    def __init__(self, runtime: Runtime, clock: Clock, interval: float) -> None:
        self._names: Mapping[str, str] = {}
        self._inquiry = Inquiry("containers", runtime.names, self._learn, clock, interval)

    def __call__(self, report: Report) -> Report:
        return report

    async def run(self) -> None:
        await self._inquiry.run()

    def health(self) -> Sequence[Health]:
        return (self._inquiry.health(),)

    def name(self, id_: str) -> str:
        """Empty if it is not known."""
        return self._names.get(id_, "")

    def _learn(self, names: Mapping[str, str] | None) -> None:
        self._names = names or {}

"""What every simulated program has: a name, what discovery says of it, a life in steps, a page."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import ClassVar

from warpwatch.expo.plain import Metric
from warpwatch.samples.owner import Owner
from warpwatch.sources.sim.mishap import Troubles
from warpwatch.sources.sim.programs.faults import Kind, Strain


class Program(ABC):
    """Moved by its stage, whose lock guards everything here."""

    kind: ClassVar[Kind]

    def __init__(self, name: str, labels: Mapping[str, str]) -> None:
        """`name` is one of a kind in a fleet, `labels` are what discovery says of it."""
        self.name = name
        self.labels = labels
        self.troubles = Troubles()
        self.strain = Strain()

    def step(self, time: float, seconds: float) -> None:
        self.strain.clear()
        if self.troubles.planned:
            self.troubles.press(self.strain, time)
        self.live(time, seconds)

    @abstractmethod
    def live(self, time: float, seconds: float) -> None:
        """Up to this time, under the strain of now."""

    @abstractmethod
    def metrics(self, time: float) -> Iterator[Metric]: ...


def placed(owner: Owner, node: str) -> Mapping[str, str]:
    """What a cluster's discovery knows of the pod that a program runs in."""
    return {
        "job": owner.labels["app"],
        "instance": owner.pod,
        "namespace": owner.namespace,
        "pod": owner.pod,
        "node": node,
    }

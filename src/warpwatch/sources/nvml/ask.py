"""One GPU as it is asked during one read: what was answered once is not asked again."""

from collections.abc import Callable
from typing import Any

from warpwatch.samples.sample import Value
from warpwatch.sources.nvml.door import Door, Refused


class Ask:
    """Several fields come from one call, and a refusal holds for all of them too."""

    def __init__(self, door: Door, handle: object) -> None:
        self._door = door
        self._handle = handle
        self._answers: dict[tuple[object, ...], Any] = {}

    def __call__(self, function: str, *arguments: object) -> Any:
        return self._once(
            (function, *arguments), lambda: self._door.call(function, self._handle, *arguments)
        )

    def filled(self, function: str, structure: str) -> Any:
        """Of a function that fills in what it is handed."""

        def fill() -> Any:
            handed = self._door.structure(structure)
            self._door.call(function, self._handle, handed)
            return handed

        return self._once((function, structure), fill)

    def system(self, function: str) -> Any:
        """Of the library itself."""
        return self._door.call(function)

    def constant(self, name: str) -> int:
        return self._door.constant(name)

    def _once(self, key: tuple[object, ...], call: Callable[[], Any]) -> Any:
        if key not in self._answers:
            try:
                self._answers[key] = call()
            except Refused as refusal:
                self._answers[key] = refusal
        answer = self._answers[key]
        if isinstance(answer, Refused):
            raise answer
        return answer


Read = Callable[[Ask], Value]
Scale = Callable[[Any], Value]


def plain(function: str, scale: Scale = int) -> Read:
    return lambda ask: scale(ask(function))


def of(function: str, constant: str, scale: Scale = int) -> Read:
    """Of a function that is told which of several things is meant."""
    return lambda ask: scale(ask(function, ask.constant(constant)))


def item(function: str, index: int, scale: Scale = int) -> Read:
    return lambda ask: scale(ask(function)[index])


def member(function: str, name: str, scale: Scale = int) -> Read:
    return lambda ask: scale(getattr(ask(function), name))


def text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def watts(milliwatts: int) -> float:
    return milliwatts / 1000

"""One GPU as it is asked during one read: what was answered once is not asked again."""

from collections.abc import Callable
from typing import Any

from warpwatch.samples.sample import Value
from warpwatch.sources.nvml.door import Door, Refused
from warpwatch.sources.nvml.prepared import FORMS, Ready


class Ask:
    """Several fields come from one call, and a refusal holds for all of them too."""

    def __init__(self, door: Door, handle: object) -> None:
        self.handle = handle
        self._door = door
        self._ready: dict[tuple[object, ...], Ready] = {}
        self._answers: dict[tuple[object, ...], Any] = {}

    def begin(self) -> None:
        """A new read: what was answered in the last one is asked again."""
        self._answers.clear()

    def __call__(self, *call: Any) -> Any:
        """The answer of a function to its arguments."""
        answer = self._answers.get(call, self)
        if answer is self:
            return self._once(call, self._ready.get(call) or self._way(call))
        if isinstance(answer, Refused):
            raise answer.again()
        return answer

    def ready(self, function: str, *arguments: Any) -> Ready:
        """To be called by whoever holds it; nothing of it is remembered."""
        return self._door.ready(function, self.handle, *arguments)

    def now(self, function: str, *arguments: Any) -> Any:
        """With arguments that are others each time, so that there is nothing to remember."""
        call = (function,)
        return (self._ready.get(call) or self._way(call))(*arguments)

    def beside(self, function: str, other: object, *arguments: object) -> Any:
        """Of this GPU and another one by its handle, which nothing can be remembered under."""
        return self._door.call(function, self.handle, other, *arguments)

    def filled(self, function: str, structure: str) -> Any:
        """Of a function that fills in what it is handed."""

        def fill() -> Any:
            handed = self._door.structure(structure)
            self._door.call(function, self.handle, self._door.reference(handed))
            return handed

        return self._known((function, structure), fill)

    def system(self, function: str) -> Any:
        """Of the library itself."""
        return self._known((function,), lambda: self._door.call(function))

    def constant(self, name: str) -> int:
        return self._door.constant(name)

    def _way(self, call: tuple[Any, ...]) -> Ready:
        function, *arguments = call
        way = self._door.ready(function, self.handle, *arguments)
        if function in FORMS:
            self._ready[call] = way
        return way

    def _known(self, key: tuple[object, ...], call: Ready) -> Any:
        if key not in self._answers:
            return self._once(key, call)
        answer = self._answers[key]
        if isinstance(answer, Refused):
            raise answer.again()
        return answer

    def _once(self, key: tuple[object, ...], call: Ready) -> Any:
        try:
            answer = self._answers[key] = call()
        except Refused as refusal:
            self._answers[key] = refusal.again()
            raise
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

"""The one door to the driver: its error codes become gap reasons here and nowhere else."""

import ctypes
import functools
import logging
from types import ModuleType
from typing import Any, NoReturn

from warpwatch.samples.sample import Reason
from warpwatch.sources.nvml import prepared

log = logging.getLogger(__name__)

_REASONS = {
    2: Reason.UNSUPPORTED,  # invalid argument: how older drivers say they do not know a field
    3: Reason.UNSUPPORTED,
    4: Reason.NO_PERMISSION,
    6: Reason.UNSUPPORTED,  # not found: no such sensor or engine
    10: Reason.TIMED_OUT,
    13: Reason.UNSUPPORTED,  # function not found: the library is older than the bindings
    15: Reason.LOST,
    16: Reason.LOST,  # reset required
    21: Reason.NOT_YET_SAMPLED,  # no data yet
    25: Reason.UNSUPPORTED,  # argument version mismatch
    26: Reason.UNSUPPORTED,  # deprecated
    27: Reason.NOT_YET_SAMPLED,  # not ready
}


class Refused(Exception):
    """A call that gave no value, with the reason."""

    def __init__(self, reason: Reason, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.code = code
        """NVML's own, for those few callers to whom one reason is not like another."""

    def again(self) -> "Refused":
        """The same to be kept, or to be raised once more. One that was raised holds all that its
        callers held; kept by one of them it would be a ring that nobody frees for minutes.
        """
        return Refused(self.reason, self.message, self.code)


class Door:
    def __init__(self, bindings: ModuleType) -> None:
        self._nvml = bindings
        self._constants: dict[str, int] = {}

    def call(self, function: str, *arguments: object) -> Any:
        call = self._named(function)
        try:
            return call(*arguments)
        except self._nvml.NVMLLibraryMismatchError as error:
            # What the bindings say instead of "function not found" where there was an older one.
            raise Refused(Reason.UNSUPPORTED, f"the library is too old for {function}") from error
        except self._nvml.NVMLError as error:
            raise _refused(function, error) from error
        except UnicodeDecodeError as error:
            # The bindings take every text for UTF-8; a damaged InfoROM need not hold any.
            raise Refused(Reason.FAILED, f"{function}: {error}") from error

    def let_go(self, function: str, *arguments: object) -> None:
        """Gives back what may be lost already; what comes after it is given back all the same."""
        try:
            self.call(function, *arguments)
        except Refused as refusal:
            log.warning("closing the driver: %s", refusal.message)

    def ready(self, function: str, handle: object, *arguments: object) -> prepared.Ready:
        """The same call, to be made again and again."""

        def refuse(code: int) -> NoReturn:
            error = self._nvml.NVMLError(code)
            raise _refused(function, error) from error

        known = prepared.ready(self._nvml, function, handle, arguments, refuse)
        return known or functools.partial(self.call, function, handle, *arguments)

    def constant(self, name: str) -> int:
        known = self._constants.get(name)
        if known is None:
            known = self._constants[name] = int(getattr(self._nvml, name))
        return known

    def structure(self, name: str) -> Any:
        """A new, empty one, for a function that fills it in."""
        return self._named(name)()

    def _named(self, name: str) -> Any:
        try:
            return getattr(self._nvml, name)
        except AttributeError as error:
            raise Refused(Reason.UNSUPPORTED, f"the bindings are too old for {name}") from error

    @staticmethod
    def reference(structure: Any) -> Any:
        """For those functions of the bindings that hand on what they are given as it is: the
        structure itself would reach the driver by value, which takes it for an address.
        """
        return ctypes.pointer(structure)


def _refused(function: str, error: Any) -> Refused:
    return Refused(reason(error.value), f"{function}: {error}", error.value)


def reason(code: int) -> Reason:
    return _REASONS.get(code, Reason.FAILED)

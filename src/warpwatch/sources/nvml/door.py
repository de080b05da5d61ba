"""The one door to the driver: its error codes become gap reasons here and nowhere else."""

import logging
from types import ModuleType
from typing import Any

from warpwatch.samples.sample import Reason

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

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class Door:
    def __init__(self, bindings: ModuleType) -> None:
        self._nvml = bindings

    def call(self, function: str, *arguments: object) -> Any:
        try:
            return getattr(self._nvml, function)(*arguments)
        except self._nvml.NVMLError as error:
            raise Refused(reason(error.value), f"{function}: {error}") from error
        except UnicodeDecodeError as error:
            # The bindings take every text for UTF-8; a damaged InfoROM need not hold any.
            raise Refused(Reason.FAILED, f"{function}: {error}") from error

    def let_go(self, function: str, *arguments: object) -> None:
        """Gives back what may be lost already; what comes after it is given back all the same."""
        try:
            self.call(function, *arguments)
        except Refused as refusal:
            log.warning("closing the driver: %s", refusal.message)

    def constant(self, name: str) -> int:
        return int(getattr(self._nvml, name))

    def structure(self, name: str) -> Any:
        """A new, empty one, for a function that fills it in."""
        try:
            return getattr(self._nvml, name)()
        except AttributeError as error:
            raise Refused(Reason.UNSUPPORTED, f"the bindings are too old for {name}") from error


def reason(code: int) -> Reason:
    return _REASONS.get(code, Reason.FAILED)

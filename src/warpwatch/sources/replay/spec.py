"""What a user types, `replay:FILE,speed=10,loop`, taken apart."""

import math
from dataclasses import dataclass
from pathlib import Path

from warpwatch.errors import UsageError

FASTEST = 1000.0
_FORMS = "write replay:FILE, replay:FILE,speed=10 or replay:FILE,loop"


@dataclass(frozen=True, slots=True)
class Spec:
    path: Path
    speed: float = 1.0
    loop: bool = False


def parse(text: str) -> Spec:
    """Options stand at the end, so that a file's name may hold commas."""
    speed, loop = 1.0, False
    rest = text.partition(":")[2]
    while True:
        path, comma, option = rest.rpartition(",")
        if comma and option == "loop":
            loop = True
        elif comma and option.startswith("speed="):
            speed = _speed(option.removeprefix("speed="), text)
        else:
            break
        rest = path
    if not rest:
        raise UsageError(f"--source {text!r} names no file", hint=_FORMS)
    return Spec(Path(rest), speed, loop)


def _speed(number: str, text: str) -> float:
    try:
        speed = float(number)
    except ValueError:
        speed = math.nan
    if not 0 < speed <= FASTEST:
        raise UsageError(
            f"--source {text!r}: speed {number!r} is not above 0 and at most {FASTEST:.0f}",
            hint=_FORMS,
        )
    return speed

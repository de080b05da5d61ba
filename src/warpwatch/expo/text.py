"""Text exposition, versions 0.0.4 and 1.0.0, rendered by joining strings.

The two versions differ in how names outside the classic alphabet are quoted; every name
we write lies within it, so one body serves both.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Number = int | float
Format = Callable[[Number], str]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Family:
    name: str
    type: str
    help: str

    @property
    def header(self) -> bytes:
        help_ = escape_help(self.help)
        return f"# HELP {self.name} {help_}\n# TYPE {self.name} {self.type}\n".encode()


def escape_help(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def escape_label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def join(pairs: Iterable[Pair]) -> str:
    """Label pairs as they stand between the braces, in the order given."""
    return ",".join([f'{name}="{escape_label(value)}"' for name, value in pairs])


def sample(name: str, labels: str, value: str) -> str:
    return f"{name}{{{labels}}} {value}\n" if labels else f"{name} {value}\n"


def fixed(value: Number) -> str:
    """Integers as they are, everything else with six decimals."""
    if type(value) is int:
        return str(value)
    if math.isfinite(value):
        return f"{value:.6f}"
    return _not_finite(value)


def shortest(value: Number) -> str:
    """The fewest digits that read back as the same double, written as Go writes them."""
    if type(value) is int and -1_000_000 < value < 1_000_000:
        return str(value)
    number = float(value)
    if not math.isfinite(number):
        return _not_finite(number)
    size = abs(number)
    if size == 0 or 1e-4 <= size < 1e6:  # Go's limits for plain notation
        text = repr(number)
        return text.removesuffix(".0")
    mantissa, exponent = _scientific(number)
    return f"{mantissa}e{exponent:+03d}"


def six_decimals(value: Number) -> str:
    """As `shortest`, of the value cut to six decimals: so it reaches a page that was once text."""
    return shortest(value if type(value) is int else round(value, 6))


def _scientific(number: float) -> tuple[str, int]:
    sign = "-" if number < 0 else ""
    whole, _, rest = repr(abs(number)).partition("e")
    left, _, right = whole.partition(".")
    digits = (left + right).lstrip("0")
    exponent = int(rest or 0) + (
        len(left) - 1 if left.strip("0") else -(len(right) - len(right.lstrip("0")) + 1)
    )
    digits = digits.rstrip("0")
    return sign + digits[0] + ("." + digits[1:] if len(digits) > 1 else ""), exponent


def _not_finite(value: Number) -> str:
    if math.isnan(value):
        return "NaN"
    return "+Inf" if value > 0 else "-Inf"

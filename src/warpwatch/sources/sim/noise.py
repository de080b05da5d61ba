"""The small irregularities of one GPU: what makes two readings of the same load differ.

Each signal strays on its own, since engines that rise and fall as one would be a mark of
invention. All are functions of the time alone, so that neither the length of a tick nor who
read before can change them; each goes slowly from knot to knot, with a little that is new
every second on top, as readings of one engine resemble those of a moment ago.
"""

from warpwatch.sources.sim.chance import octets

_KNOT = 20.0
"""Seconds from one knot to the next."""
_SLOW = 0.7 / 127.5
_QUICK = 0.3 / 127.5
"""Both bring octets to what is left of the way from -1 to 1 for their part."""
_DRIFT = 240.0
"""The air changes over minutes."""
_DEGREES = 1.0 / 127.5


class Noise:
    """Signals between -1 and 1, and the `air`, in degrees."""

    __slots__ = (
        "_drift",
        "_drift_left",
        "_drift_right",
        "_knot",
        "_left",
        "_right",
        "_seed",
        "air",
        "busy",
        "dram",
        "instant",
        "nvlink",
        "pcie",
        "sm",
        "tensor",
        "watts",
    )

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._knot = self._drift = -2
        self._left = self._right = b""
        self._drift_left = self._drift_right = 0
        self.move(0.0)

    def move(self, time: float) -> None:
        seed = self._seed
        knot = int(time / _KNOT)
        if knot != self._knot:
            self._left = self._right if knot == self._knot + 1 else octets(seed, knot)
            self._right = octets(seed, knot + 1)
            self._knot = knot
            self._drift_from(time)
        right = time / _KNOT - knot
        left = _SLOW * (1.0 - right)
        right *= _SLOW
        a, b, c = self._left, self._right, octets(~seed, int(time))
        self.busy = left * a[0] + right * b[0] + _QUICK * c[0] - 1.0
        self.sm = left * a[1] + right * b[1] + _QUICK * c[1] - 1.0
        self.tensor = left * a[2] + right * b[2] + _QUICK * c[2] - 1.0
        self.dram = left * a[3] + right * b[3] + _QUICK * c[3] - 1.0
        self.nvlink = left * a[4] + right * b[4] + _QUICK * c[4] - 1.0
        self.pcie = left * a[5] + right * b[5] + _QUICK * c[5] - 1.0
        self.watts = left * a[6] + right * b[6] + _QUICK * c[6] - 1.0
        self.instant = left * a[7] + right * b[7] + _QUICK * c[7] - 1.0
        along = time / _DRIFT - self._drift
        drift = self._drift_left + (self._drift_right - self._drift_left) * along
        self.air = _DEGREES * drift - 1.0

    def _drift_from(self, time: float) -> None:
        drift = int(time / _DRIFT)
        if drift != self._drift:
            self._drift = drift
            self._drift_left = octets(self._seed, -drift)[0]
            self._drift_right = octets(self._seed, -drift - 1)[0]

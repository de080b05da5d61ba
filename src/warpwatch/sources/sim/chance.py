"""Chance that can be repeated: every draw is a pure function of a seed and a number.

A generator that is *advanced* would make a value depend on how often somebody looked;
a draw by number is the same whoever asks first.
"""

import hashlib

_MASK = (1 << 64) - 1


def seed_of(*parts: object) -> int:
    """64 bits that name these parts; slow, so for things made once."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def draw(seed: int, number: int) -> float:
    """The `number`-th value in [0, 1) of this seed; fast, so for every tick."""
    return (_mixed(seed, number) >> 11) * 1.1102230246251565e-16


def octets(seed: int, number: int) -> bytes:
    """Eight draws of a byte each at the price of one: for what needs many and none too fine."""
    return _mixed(seed, number).to_bytes(8, "little")


def _mixed(seed: int, number: int) -> int:
    x = (seed + number * 0x9E3779B97F4A7C15) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    return ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK

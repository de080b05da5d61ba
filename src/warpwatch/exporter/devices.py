"""Which GPUs and MIG instances to show, in dcgm-exporter's notation.

f            all: a GPU under MIG by its instances, any other as itself
g[:0-3,5]    GPUs, all or these
i[:0-3,5]    MIG instances, all or those with these ids
g:0,i:1      both
"""

import re
from dataclasses import dataclass

from warpwatch.errors import UsageError
from warpwatch.samples.entity import Device, Gpu, Instance

_PART = re.compile(r"([gi])(?::([0-9,-]+))?")
_SPLIT = re.compile(r",(?=[gi])")
_MOST = 4096


@dataclass(frozen=True, slots=True)
class Choice:
    flex: bool = True
    gpus: frozenset[int] | None = None
    """None: none of them; empty: all."""
    instances: frozenset[int] | None = None
    once: bool = False
    """What is board-wide stands in the row of the GPU alone, and not with each instance too."""

    def reads(self, device: Device) -> bool:
        """Whether a device has to be read; which of its parts become rows is asked later."""
        if self.flex or not isinstance(device, Gpu):
            return True
        return self.instances is not None or self.gpu(device)

    def gpu(self, gpu: Gpu) -> bool:
        return _has(self.gpus, gpu.index)

    def instance(self, instance: Instance) -> bool:
        return _has(self.instances, instance.id)


def parse(text: str, *, once: bool = False) -> Choice:
    if text == "f":
        return Choice(once=once)
    chosen: dict[str, frozenset[int]] = {}
    for part in _SPLIT.split(text):
        found = _PART.fullmatch(part)
        if found is None or found[1] in chosen:
            raise _wrong(text)
        chosen[found[1]] = _numbers(found[2], text) if found[2] else frozenset()
    return Choice(flex=False, gpus=chosen.get("g"), instances=chosen.get("i"), once=once)


def _numbers(text: str, whole: str) -> frozenset[int]:
    numbers: set[int] = set()
    for item in text.split(","):
        first, dash, last = item.partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise _wrong(whole)
        end = int(last or first)
        if end < int(first) or end > _MOST:
            raise _wrong(whole)
        numbers.update(range(int(first), end + 1))
    return frozenset(numbers)


def _has(chosen: frozenset[int] | None, number: int) -> bool:
    return chosen is not None and (not chosen or number in chosen)


def _wrong(text: str) -> UsageError:
    return UsageError(
        f"--devices {text!r} names no devices",
        hint="write f, g, g:0-3,5, i, i:0-3,5 or g:0,i:1",
    )

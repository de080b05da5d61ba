"""The MIG instances of one GPU: which there are now, and what each says of itself.

They are created and destroyed while we run, so they are looked for at each read. What is
board-wide is read once, with the GPU, and is not repeated here.
"""

import functools
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from warpwatch.clock import Clock
from warpwatch.fields.catalogue import BY_ID
from warpwatch.samples.entity import Gpu, Instance
from warpwatch.samples.sample import Reading, Reason, Value
from warpwatch.sources.nvml.ask import Ask
from warpwatch.sources.nvml.calls import use
from warpwatch.sources.nvml.door import Door, Refused
from warpwatch.sources.nvml.gpm import METRICS, Profile

CALLS = {id_: read for id_, read in use.CALLS.items() if BY_ID[id_].per_instance}
FIGURES = frozenset(id_ for id_ in METRICS if BY_ID[id_].per_instance)
_PROFILE = re.compile(r"MIG (?:\d+c\.)?(\S+)")
"""In a name such as `NVIDIA H100 80GB HBM3 MIG 1c.3g.40gb`; a compute instance's share of its
GPU instance is not the GPU instance's profile.
"""


class Instances:
    def __init__(self, door: Door, clock: Clock, gpu: Gpu, handle: object) -> None:
        self._door = door
        self._clock = clock
        self._gpu = gpu
        self._handle = handle
        self._profiles: dict[Instance, Profile] = {}

    def read(
        self, ask: Ask, fields: AbstractSet[int], *, no_figures: Reason | None
    ) -> tuple[Reading, ...]:
        try:
            found = dict(self._present(ask))
        except Refused as refusal:
            gaps = dict.fromkeys(fields & (CALLS.keys() | FIGURES), refusal.reason)
            return tuple(Reading(instance, {}, gaps) for instance in self._profiles)
        for gone in self._profiles.keys() - found.keys():
            self._profiles.pop(gone).free()
        return tuple(
            self._reading(instance, handle, fields, no_figures)
            for instance, handle in found.items()
        )

    def free(self) -> None:
        for profile in self._profiles.values():
            profile.free()
        self._profiles = {}

    def _present(self, ask: Ask) -> Iterator[tuple[Instance, object]]:
        """Several compute instances may share a GPU instance, whose figures they all give."""
        seen: set[int] = set()
        for place in range(ask("nvmlDeviceGetMaxMigDeviceCount")):
            try:
                handle = ask("nvmlDeviceGetMigDeviceHandleByIndex", place)
                number = self._door.call("nvmlDeviceGetGpuInstanceId", handle)
                if number not in seen:
                    yield self._instance(number, handle), handle
                    seen.add(number)
            except Refused as refusal:
                if refusal.reason is not Reason.UNSUPPORTED:
                    raise

    def _instance(self, number: int, handle: object) -> Instance:
        name = self._door.call("nvmlDeviceGetName", handle)
        found = _PROFILE.search(name)
        return Instance(
            gpu=self._gpu,
            id=number,
            profile=found[1] if found else name,
            uuid=self._door.call("nvmlDeviceGetUUID", handle),
        )

    def _reading(
        self,
        instance: Instance,
        handle: object,
        fields: AbstractSet[int],
        no_figures: Reason | None,
    ) -> Reading:
        if instance not in self._profiles:
            take = functools.partial(
                self._door.call, "nvmlGpmMigSampleGet", self._handle, instance.id
            )
            self._profiles[instance] = Profile(self._door, self._clock, take)
        values: dict[int, Value] = {}
        gaps: dict[int, Reason] = {}
        ask = Ask(self._door, handle)
        for id_ in fields & CALLS.keys():
            try:
                values[id_] = CALLS[id_](ask)
            except Refused as refusal:
                gaps[id_] = refusal.reason
        wanted = fields & FIGURES
        if no_figures is None:
            found, missing = self._profiles[instance].read(wanted)
            values |= found
            gaps |= missing
        else:
            gaps |= dict.fromkeys(wanted, no_figures)
        return Reading(instance, values, gaps)

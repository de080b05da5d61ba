"""The MIG instances of one GPU: which there are now, and what each says of itself.

They are created and destroyed while we run, so they are looked for at each read. What is
board-wide is read once, with the GPU, and is not repeated here.
"""

import functools
import logging
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from warpwatch.clock import Clock
from warpwatch.fields.catalogue import BY_ID
from warpwatch.samples.entity import Compute, Gpu, Instance
from warpwatch.samples.sample import Reading, Reason
from warpwatch.sources.nvml import tenants
from warpwatch.sources.nvml.ask import Ask, Read
from warpwatch.sources.nvml.calls import use
from warpwatch.sources.nvml.door import Door, Refused
from warpwatch.sources.nvml.gpm import METRICS, Comparison, Profile, Said
from warpwatch.sources.nvml.memory import Memory

log = logging.getLogger(__name__)

CALLS = {id_: read for id_, read in use.CALLS.items() if BY_ID[id_].per_instance}
FIGURES = frozenset(id_ for id_ in METRICS if BY_ID[id_].per_instance)
_PROFILE = re.compile(r"MIG (\S+)")
"""In a name such as `NVIDIA H100 80GB HBM3 MIG 1c.3g.40gb`."""
_SHARE = re.compile(r"^\d+c\.")
"""Of a GPU instance, that a compute instance has: not in the name where it has all of it."""


class Instances:
    def __init__(self, door: Door, clock: Clock, gpu: Gpu, handle: object) -> None:
        self._door = door
        self._clock = clock
        self._gpu = gpu
        self._handle = handle
        self._profiles: dict[Instance, Profile] = {}
        self._compare = Comparison(door)
        self._asks: dict[int, Ask] = {}
        """By place; each is of a compute instance."""
        self._computes: dict[str, Compute] = {}
        """Those of the last read, by UUID: of them nothing else need be asked."""
        self._wanted = _Wanted.of(frozenset())
        self._lacking: Memory[Reason] = Memory(clock)
        """By the number of an instance and field, what it does not support."""
        self._untold = False
        """Whether it was said that the driver does not tell of them."""

    def read(
        self, ask: Ask, fields: AbstractSet[int], *, no_figures: Reason | None
    ) -> tuple[Reading, ...]:
        if fields is not self._wanted.fields:
            self._wanted = _Wanted.of(fields)
        try:
            found = self._present(ask)
        except Refused as refusal:
            if not self._untold:
                log.warning("MIG instances of %s are not told: %s", self._gpu, refusal.message)
            self._untold = True
            gaps = dict.fromkeys(self._wanted.all, refusal.reason)
            return tuple(Reading(instance, {}, gaps) for instance in self._profiles)
        self._untold = False
        for gone in self._profiles.keys() - found.keys():
            self._profiles.pop(gone).free()
            self._lacking.forget()  # its number may go to another one
        computes = (compute for instance in found for compute in instance.computes)
        self._computes = {compute.uuid: compute for compute in computes}
        return tuple(
            self._reading(instance, parts, no_figures) for instance, parts in found.items()
        )

    def free(self) -> None:
        for profile in self._profiles.values():
            profile.free()
        self._profiles = {}
        self._asks = {}
        self._lacking.forget()

    def _present(self, ask: Ask) -> dict[Instance, list[Ask]]:
        """Each with its compute instances: they share its figures, and have each processes of its
        own.
        """
        by_number: dict[int, list[tuple[Compute, Ask]]] = {}
        for place in range(ask("nvmlDeviceGetMaxMigDeviceCount")):
            try:
                part = self._part(place, ask("nvmlDeviceGetMigDeviceHandleByIndex", place))
                number = part("nvmlDeviceGetGpuInstanceId")
                by_number.setdefault(number, []).append((self._compute(part), part))
            except Refused as refusal:
                if refusal.reason is not Reason.UNSUPPORTED:
                    raise
        return {
            self._instance(number, tuple(compute for compute, _ in parts)): [
                part for _, part in parts
            ]
            for number, parts in by_number.items()
        }

    def _part(self, place: int, handle: object) -> Ask:
        part = self._asks.get(place)
        if part is None or part.handle is not handle:
            part = self._asks[place] = Ask(self._door, handle)
        part.begin()
        return part

    def _compute(self, part: Ask) -> Compute:
        uuid = part("nvmlDeviceGetUUID")
        known = self._computes.get(uuid)
        if known is None:
            name = part("nvmlDeviceGetName")
            found = _PROFILE.search(name)
            profile = found[1] if found else name
            known = Compute(part("nvmlDeviceGetComputeInstanceId"), profile, uuid)
        return known

    def _instance(self, number: int, computes: tuple[Compute, ...]) -> Instance:
        first = computes[0]
        profile = _SHARE.sub("", first.profile)
        return Instance(self._gpu, number, profile, first.uuid, computes)

    def _reading(self, instance: Instance, parts: list[Ask], no_figures: Reason | None) -> Reading:
        wanted, part = self._wanted, parts[0]
        asked = [id_ for id_ in wanted.tenants if not self._lacks(instance, id_)]
        values, gaps, processes = tenants.read(parts, frozenset(asked), instance=instance.id)
        for id_, read in wanted.calls:
            if self._lacks(instance, id_):
                continue
            try:
                values[id_] = read(part)
            except Refused as refusal:
                gaps[id_] = refusal.reason
        figures = self._figures(instance, wanted.figures, no_figures)
        values |= {id_: what for id_, what in figures.items() if not isinstance(what, Reason)}
        gaps |= {id_: what for id_, what in figures.items() if isinstance(what, Reason)}
        for id_, why in gaps.items():
            if why is Reason.UNSUPPORTED:
                self._lacking.keep((instance.id, id_), why)
        gaps |= dict.fromkeys(wanted.all - values.keys() - gaps.keys(), Reason.UNSUPPORTED)
        return Reading(instance, values, gaps, processes=processes)

    def _lacks(self, instance: Instance, id_: int) -> bool:
        return self._lacking.recall((instance.id, id_)) is not None

    def _figures(
        self, instance: Instance, wanted: AbstractSet[int], no_figures: Reason | None
    ) -> Said:
        """One call brings them all, so it is made for as long as there is any of them."""
        profile = self._profile(instance)
        if no_figures is None and all(self._lacks(instance, id_) for id_ in wanted):
            no_figures = Reason.UNSUPPORTED
        if no_figures is None:
            return profile.read(wanted)
        profile.free()
        return dict.fromkeys(wanted, no_figures)

    def _profile(self, instance: Instance) -> Profile:
        known = self._profiles.get(instance)
        if known is None:
            take = functools.partial(
                self._door.call, "nvmlGpmMigSampleGet", self._handle, instance.id
            )
            known = Profile(self._door, self._clock, take, self._compare)
            self._profiles[instance] = known
        return known


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Of these fields those that an instance has."""

    fields: AbstractSet[int]
    calls: tuple[tuple[int, Read], ...]
    figures: AbstractSet[int]
    tenants: AbstractSet[int]
    all: AbstractSet[int]

    @classmethod
    def of(cls, fields: AbstractSet[int]) -> "_Wanted":
        calls = fields & CALLS.keys()
        figures, kinds = fields & FIGURES, fields & tenants.KINDS.keys()
        pairs = tuple((id_, CALLS[id_]) for id_ in sorted(calls))
        return cls(fields, pairs, figures, kinds, calls | figures | kinds)

"""One GPU that is open, and what is remembered of it from one read to the next."""

import functools
import threading
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet

from warpwatch.clock import Clock
from warpwatch.fields import mig
from warpwatch.samples.entity import Gpu
from warpwatch.samples.sample import Event, Kind, Peer, Process, Reading, Reason, Report, Value
from warpwatch.sources.nvml import peers, tenants
from warpwatch.sources.nvml.ask import Ask
from warpwatch.sources.nvml.calls.identity import LASTING
from warpwatch.sources.nvml.door import Door, Refused
from warpwatch.sources.nvml.ear import Ear
from warpwatch.sources.nvml.gpm import Comparison, Profile
from warpwatch.sources.nvml.links import ABOUT_LINKS, OF_LINKS, Links
from warpwatch.sources.nvml.listener import Listener
from warpwatch.sources.nvml.memory import Memory
from warpwatch.sources.nvml.mig import Instances
from warpwatch.sources.nvml.numbered import Numbered
from warpwatch.sources.nvml.plan import PEERS, XID, Plan, plan

MIG_MODE = mig.MIG_MODE.id
_GPM = "gpm"
"""Beside what is remembered by field: whether the board has profiling figures."""
NO_SIGN = LASTING | {PEERS}
"""Of life: what may be known without asking the GPU."""
Others = Callable[[], Iterable["Board"]]
"""The GPUs that are open beside it."""


class Board:
    """Reads and closing exclude each other: what is freed under a call would bring us down."""

    def __init__(
        self, door: Door, clock: Clock, listener: Listener, index: int, others: Others = tuple
    ) -> None:
        self.lock = threading.Lock()
        self.silent: Reason | None = None
        """Why the last read brought nothing, if it did not."""
        self._door = door
        self._clock = clock
        self.handle = door.call("nvmlDeviceGetHandleByIndex", index)
        self.gpu = self._identify(index)
        self._listener = listener
        self._ear = Ear(door, clock, self.gpu, self.handle)
        listener.add(self._ear)
        take = functools.partial(door.call, "nvmlGpmSampleGet", self.handle)
        self._profile = Profile(door, clock, take, Comparison(door))
        self._ask = Ask(door, self.handle)
        self._numbered = Numbered(self._ask, clock)
        self._links = Links(self.gpu, clock)
        self._others = others
        self._instances = Instances(door, clock, self.gpu, self.handle)
        self._shares = tenants.Shares(clock)
        self._divided = False
        self._open = True
        self._memory: Memory[Value | Reason] = Memory(clock)
        """What need not be asked again: fields that it does not support, and those that last."""
        self._plan: Plan | None = None

    def _identify(self, index: int) -> Gpu:
        bus = self._door.call("nvmlDeviceGetPciInfo", self.handle)
        return Gpu(
            index=index,
            uuid=self._door.call("nvmlDeviceGetUUID", self.handle),
            pci_bus_id=f"{bus.domain:08X}:{bus.bus:02X}:{bus.device:02X}.0",
            model=self._door.call("nvmlDeviceGetName", self.handle),
        )

    def read(self, fields: AbstractSet[int]) -> Report:
        with self.lock:
            if not self._open:
                return lost(self.gpu, fields, self._clock)
            report = self._report(fields)
        self.silent = None if report.readings[0].values else _grave(report.readings[0].gaps)
        return report

    def close(self) -> None:
        """With the lock held, and the listener's ear for it freed."""
        self._open = False
        self._profile.free()
        self._instances.free()

    def _report(self, fields: AbstractSet[int]) -> Report:
        ask = self._ask
        ask.begin()
        self._notice_division(ask)
        plan = self._planned(fields)
        values, gaps = _called(ask, plan)
        links, uncounted = self._count_links(ask, plan)
        self._numbered.fetch(plan.asked, links)
        figures = self._figures(ask, plan, links)
        said = self._numbered.of_gpu()
        said.update(uncounted)
        said.update((id_, figures[id_]) for id_ in plan.metrics)
        for id_, what in said.items():
            if isinstance(what, Reason):
                gaps[id_] = what
            else:
                values[id_] = what
        processes = self._tenants(ask, plan, values, gaps)
        reached = self._peers(ask, plan, values, gaps)
        self._remember(plan, values, gaps)
        values |= plan.values
        gaps |= plan.gaps
        if not links:
            gaps = {**plan.without_links, **gaps}
        events, heard, deaf = self._heard()
        # What was known before would make a lost GPU look like one that was read.
        grave = _grave(gaps) if values.keys() <= NO_SIGN else None
        if grave is not None:
            own = fields - OF_LINKS if links else fields
            values, gaps = {}, dict.fromkeys(own, grave)
        elif XID in fields and Kind.XID not in heard:
            gaps[XID] = deaf or Reason.UNSUPPORTED
        elif XID in fields:
            # Heard through events alone: the last code is what the exporter's tally holds.
            values[XID] = 0
        board = Reading(
            self.gpu,
            values,
            gaps,
            processes=processes if values else (),
            peers=reached if values else (),
        )
        parts = self._links.read(ask, plan.asked, links, self._numbered, figures)
        readings = (board, *self._parts(ask, fields), *parts)
        return Report(self.gpu, self._clock.now(), readings, events, heard)

    def _heard(self) -> tuple[tuple[Event, ...], frozenset[Kind], Reason | None]:
        """What happened, of which kinds it would have been told, and why of none if so."""
        events, deaf = self._listener.take(self._ear)
        return events, frozenset() if deaf else self._ear.kinds, deaf

    def _planned(self, fields: AbstractSet[int]) -> Plan:
        known = self._plan
        if known is None or known.fields is not fields or known.version != self._memory.version:
            known = self._plan = plan(fields, self._memory)
        return known

    def _tenants(
        self, ask: Ask, plan: Plan, values: dict[int, Value], gaps: dict[int, Reason]
    ) -> tuple[Process, ...]:
        """Under MIG who they are is told by the instances, and the driver knows no shares."""
        if not plan.tenants:
            return ()
        counts, untold, found = tenants.read(
            (ask,), plan.tenants, shares=None if self._divided else self._shares
        )
        values |= counts
        gaps |= untold
        return () if self._divided else found

    def _notice_division(self, ask: Ask) -> None:
        """What a board supports changes when MIG is switched on or off."""
        divided = self._divided
        if self._memory.recall(MIG_MODE) is None:
            try:
                divided = bool(ask("nvmlDeviceGetMigMode")[0])
            except Refused as refusal:
                if refusal.reason is Reason.UNSUPPORTED:
                    self._memory.keep(MIG_MODE, refusal.reason)
        if divided is not self._divided:
            self._divided = divided
            self._memory.forget()
            self._links.forget()
            self._instances.free()

    def _parts(self, ask: Ask, fields: AbstractSet[int]) -> tuple[Reading, ...]:
        if not self._divided:
            return ()
        return self._instances.read(ask, fields, no_figures=self._no_figures(ask))

    def _remember(
        self, plan: Plan, values: Mapping[int, Value], gaps: Mapping[int, Reason]
    ) -> None:
        for id_, why in gaps.items():
            if why is Reason.UNSUPPORTED:
                self._memory.keep(id_, why)
        for id_ in plan.lasting:
            if id_ in values:
                self._memory.keep(id_, values[id_])

    def _count_links(self, ask: Ask, plan: Plan) -> tuple[int, Mapping[int, Reason]]:
        """How many to look at; what cannot be told without knowing that, if it is not known."""
        if not plan.about_links:
            return 0, {}
        try:
            return self._links.count(ask, plan.asked), {}
        except Refused as refusal:
            return 0, dict.fromkeys(plan.asked & ABOUT_LINKS, refusal.reason)

    def _peers(
        self, ask: Ask, plan: Plan, values: dict[int, Value], gaps: dict[int, Reason]
    ) -> tuple[Peer, ...]:
        if PEERS not in plan.asked:
            return ()
        others = [(other.gpu.index, other.handle) for other in self._others() if other is not self]
        found = peers.read(ask, others)
        if isinstance(found, Reason):
            gaps[PEERS] = found
            return ()
        values[PEERS] = len(found)
        return found

    def _figures(self, ask: Ask, plan: Plan, links: int) -> Mapping[int, Value | Reason]:
        ids = plan.metrics
        if plan.about_links:
            ids = ids | self._links.figures(plan.asked, links)
        if not ids:
            self._profile.free()
            return {}
        why = self._no_figures(ask)
        if why is not None:
            return dict.fromkeys(ids, why)
        return self._profile.read(ids)

    def _no_figures(self, ask: Ask) -> Reason | None:
        """Why the board gives no profiling figures, if it does not: before Hopper none does."""
        known = self._memory.recall(_GPM)
        if known is None:
            try:
                supported = ask("nvmlGpmQueryDeviceSupport").isSupportedDevice
            except Refused as refusal:
                if refusal.reason is not Reason.UNSUPPORTED:
                    return refusal.reason
                supported = False
            known = 1 if supported else Reason.UNSUPPORTED
            self._memory.keep(_GPM, known)
        return known if isinstance(known, Reason) else None


def lost(gpu: Gpu, fields: AbstractSet[int], clock: Clock) -> Report:
    """Of a GPU that is no longer open."""
    gaps = dict.fromkeys(fields, Reason.LOST)
    return Report(gpu, clock.now(), (Reading(gpu, {}, gaps),))


def _called(ask: Ask, plan: Plan) -> tuple[dict[int, Value], dict[int, Reason]]:
    values: dict[int, Value] = {}
    gaps: dict[int, Reason] = {}
    for id_, read in plan.calls:
        try:
            values[id_] = read(ask)
        except Refused as refusal:
            gaps[id_] = refusal.reason
    return values, gaps


def _grave(gaps: Mapping[int, Reason]) -> Reason | None:
    """Why a GPU that gave no value of its own is to be taken for one that said nothing."""
    for grave in (Reason.LOST, Reason.TIMED_OUT, Reason.FAILED):
        if grave in gaps.values():
            return grave
    return None

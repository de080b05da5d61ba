"""One GPU that is open, and what is remembered of it from one read to the next."""

import threading
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from warpwatch.clock import Clock
from warpwatch.fields import events, mig
from warpwatch.fields.catalogue import BY_ID
from warpwatch.samples.entity import Gpu
from warpwatch.samples.sample import Reading, Reason, Report, Value
from warpwatch.sources.nvml.ask import Ask
from warpwatch.sources.nvml.calls.table import CALLS
from warpwatch.sources.nvml.door import Door, Refused, reason
from warpwatch.sources.nvml.ear import Ear
from warpwatch.sources.nvml.gpm import METRICS, Profile
from warpwatch.sources.nvml.links import RATES, Rates
from warpwatch.sources.nvml.mig import Instances
from warpwatch.sources.nvml.numbers import FIELD_VALUES, OF_THE_LIBRARY, SCALED, number

XID = events.XID_ERRORS.id
MIG_MODE = mig.MIG_MODE.id
ASK_AGAIN_SECONDS = 600.0
"""What a board does not support it may yet come to, as when MIG is switched off."""


class Board:
    """Reads and closing exclude each other: what is freed under a call would bring us down."""

    def __init__(self, door: Door, clock: Clock, index: int) -> None:
        self.lock = threading.Lock()
        self.silent: Reason | None = None
        """Why the last read brought nothing, if it did not."""
        self._door = door
        self._clock = clock
        self._handle = door.call("nvmlDeviceGetHandleByIndex", index)
        self.gpu = self._identify(index)
        self._ear = Ear(door, clock, self.gpu, self._handle)
        self._profile = Profile(
            door, clock, lambda sample: door.call("nvmlGpmSampleGet", self._handle, sample)
        )
        self._rates = Rates(clock)
        self._instances = Instances(door, clock, self.gpu, self._handle)
        self._divided = False
        self._open = True
        self._lacking: dict[int, float] = {}
        """Fields that it does not support, and when it said so."""

    def _identify(self, index: int) -> Gpu:
        bus = self._door.call("nvmlDeviceGetPciInfo", self._handle)
        return Gpu(
            index=index,
            uuid=self._door.call("nvmlDeviceGetUUID", self._handle),
            pci_bus_id=f"{bus.domain:08X}:{bus.bus:02X}:{bus.device:02X}.0",
            model=self._door.call("nvmlDeviceGetName", self._handle),
        )

    def read(self, fields: AbstractSet[int]) -> Report:
        with self.lock:
            if not self._open:
                return lost(self.gpu, fields, self._clock)
            report = self._report(fields)
        self.silent = None if report.readings[0].values else _grave(report.readings[0].gaps)
        return report

    def close(self) -> None:
        """With the lock held."""
        self._open = False
        self._ear.free()
        self._profile.free()
        self._instances.free()

    def _report(self, fields: AbstractSet[int]) -> Report:
        ask = Ask(self._door, self._handle)
        self._notice_division(ask)
        values: dict[int, Value] = {}
        gaps = dict.fromkeys(self._known_to_lack(fields), Reason.UNSUPPORTED)
        asked = fields - gaps.keys()
        self._call(ask, sorted(asked & CALLS.keys()), values, gaps)
        self._field_values(ask, sorted(asked & FIELD_VALUES.keys()), values, gaps)
        rates, missing = self._rates.read(ask, asked & RATES.keys())
        values |= rates
        gaps |= missing
        self._figures(ask, asked & METRICS.keys(), values, gaps)
        self._remember(gaps)
        xids, deaf = self._ear.hear()
        if XID in fields and deaf is not None:
            gaps[XID] = deaf
        elif XID in fields:
            # Heard through events alone: the last code is what the exporter's tally holds.
            values[XID] = 0
        gaps |= {id_: _not_read(id_) for id_ in fields - values.keys() - gaps.keys()}
        if values.keys() <= OF_THE_LIBRARY:
            # What the library answers by itself would make a lost GPU look like one that was read.
            grave = _grave(gaps)
            if grave is not None:
                values, gaps = {}, dict.fromkeys(fields, grave)
        readings = (Reading(self.gpu, values, gaps), *self._parts(ask, fields))
        return Report(self.gpu, self._clock.now(), readings, xids)

    def _notice_division(self, ask: Ask) -> None:
        """What a board supports changes when MIG is switched on or off."""
        divided = self._divided
        if MIG_MODE not in self._lacking:
            try:
                divided = bool(ask("nvmlDeviceGetMigMode")[0])
            except Refused as refusal:
                self._remember({MIG_MODE: refusal.reason})
        if divided is not self._divided:
            self._divided = divided
            self._lacking = {}
            self._instances.free()

    def _parts(self, ask: Ask, fields: AbstractSet[int]) -> tuple[Reading, ...]:
        if not self._divided:
            return ()
        return self._instances.read(ask, fields, no_figures=_no_figures(ask))

    def _known_to_lack(self, fields: AbstractSet[int]) -> AbstractSet[int]:
        now = self._clock.monotonic()
        fresh = {i: at for i, at in self._lacking.items() if now - at < ASK_AGAIN_SECONDS}
        self._lacking = fresh
        return fields & fresh.keys()

    def _remember(self, gaps: Mapping[int, Reason]) -> None:
        now = self._clock.monotonic()
        for id_, why in gaps.items():
            if why is Reason.UNSUPPORTED:
                self._lacking.setdefault(id_, now)

    def _figures(
        self,
        ask: Ask,
        ids: AbstractSet[int],
        values: dict[int, Value],
        gaps: dict[int, Reason],
    ) -> None:
        if not ids:
            return
        why = _no_figures(ask)
        if why is None:
            found, missing = self._profile.read(ids)
            values.update(found)
            gaps.update(missing)
        else:
            gaps.update(dict.fromkeys(ids, why))

    def _call(
        self, ask: Ask, ids: Iterable[int], values: dict[int, Value], gaps: dict[int, Reason]
    ) -> None:
        for id_ in ids:
            try:
                values[id_] = CALLS[id_](ask)
            except Refused as refusal:
                gaps[id_] = refusal.reason

    def _field_values(
        self, ask: Ask, ids: list[int], values: dict[int, Value], gaps: dict[int, Reason]
    ) -> None:
        if not ids:
            return
        try:
            answers = ask("nvmlDeviceGetFieldValues", tuple(FIELD_VALUES[id_] for id_ in ids))
        except Refused as refusal:
            gaps.update(dict.fromkeys(ids, refusal.reason))
            return
        for id_, answer in zip(ids, answers, strict=True):
            if answer.nvmlReturn:
                gaps[id_] = reason(answer.nvmlReturn)
                continue
            value = number(answer)
            if value is None:
                gaps[id_] = Reason.FAILED
            else:
                values[id_] = SCALED.get(id_, int)(value)


def lost(gpu: Gpu, fields: AbstractSet[int], clock: Clock) -> Report:
    """Of a GPU that is no longer open."""
    gaps = dict.fromkeys(fields, Reason.LOST)
    return Report(gpu, clock.now(), (Reading(gpu, {}, gaps),))


def _no_figures(ask: Ask) -> Reason | None:
    """Why the board gives no profiling figures, if it does not: before Hopper none does."""
    try:
        supported = ask("nvmlGpmQueryDeviceSupport").isSupportedDevice
    except Refused as refusal:
        return refusal.reason
    return None if supported else Reason.UNSUPPORTED


def _not_read(id_: int) -> Reason:
    return Reason.NOT_IMPLEMENTED if BY_ID[id_].nvml else Reason.UNSUPPORTED


def _grave(gaps: Mapping[int, Reason]) -> Reason | None:
    """Why a GPU that gave no value of its own is to be taken for one that said nothing."""
    for grave in (Reason.LOST, Reason.TIMED_OUT, Reason.FAILED):
        if grave in gaps.values():
            return grave
    return None

"""One code explained, as data that a page, a terminal or a program can show as it likes."""

from collections.abc import Mapping

from warpwatch.xid.advice import advise
from warpwatch.xid.catalogue import sxid, xid
from warpwatch.xid.entry import Space, XidClass, XidEntry
from warpwatch.xid.overrides import NONE, Overrides
from warpwatch.xid.recovery import RECOVERIES

Facts = Mapping[str, str | int | bool | list[str]]

_CLASSES: Mapping[XidClass, str] = {
    XidClass.REBOOT: "the node needs a reboot",
    XidClass.RESET: "the GPU needs a reset",
    XidClass.APPLICATION: "one program is hit",
    XidClass.DECODE: "the text of the line decides",
    XidClass.WARN: "worth a look, nothing is lost",
    XidClass.INFO: "for information",
}


def short(code: int) -> str:
    """A few words on a GPU's code, for a label."""
    return xid(code).short


def describe(entry: XidEntry, overrides: Overrides = NONE) -> Facts:
    """What there is to say about the code; what does not apply to it is left out."""
    advice = advise(entry)
    facts: dict[str, str | int | bool | list[str]] = {
        "code": entry.code,
        "name": entry.short,
        "meaning": entry.meaning,
        "class": f"{entry.class_}: {_CLASSES[entry.class_]}",
        "note": entry.note,
        "who acts": advice.actor.value,
        "steps": list(advice.steps),
        "commands": list(advice.commands),
        "immediate action": entry.immediate.value,
        "follow-up action": entry.follow_up.value,
        "seen on": ", ".join(entry.architectures),
        "with XID 154 from": entry.driver_154,
        "related": [_related(entry, code, overrides) for code in entry.related],
        "recovery actions": _recoveries() if entry.space is Space.XID and entry.code == 154 else [],
        "source": entry.source,
        "set locally": ", ".join(entry.overridden),
    }
    return {key: value for key, value in facts.items() if value not in ("", [])}


def _related(entry: XidEntry, code: int, overrides: Overrides) -> str:
    look = xid if entry.space is Space.XID else sxid
    return f"{code} {look(code, overrides).short}"


def _recoveries() -> list[str]:
    return [f"{each.value} {each.name}: {each.meaning}" for each in RECOVERIES.values()]

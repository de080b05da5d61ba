"""Which of what there is, and in which order. An item is a row as programs read it."""

import re
from collections.abc import Callable, Mapping, Sequence

from warpwatch.errors import UsageError

Value = str | float | list[str] | None
Item = Mapping[str, Value]
Test = Callable[[Item], bool]

_SELECTOR = re.compile(r"([A-Za-z_]\w*)(=~|!~|!=|==|=)(.*)", re.DOTALL)


def selector(texts: Sequence[str], keys: Sequence[str]) -> Test:
    """`name=value` and its kin; several are separated by commas and all must hold."""
    tests = [_one(part.strip(), keys) for text in texts for part in _parts(text)]
    return lambda item: all(test(item) for test in tests)


def _parts(text: str) -> Sequence[str]:
    """A comma within a regular expression is followed by what is no selector."""
    return re.split(r",(?=\s*[A-Za-z_]\w*(?:=|!))", text)


def _one(text: str, keys: Sequence[str]) -> Test:
    found = _SELECTOR.fullmatch(text)
    if found is None:
        raise UsageError(f"selector {text!r} is none", hint="e.g. -l model=~.*H100.*,user!=ann")
    name, sign, wanted = found.groups()
    if name not in keys:
        raise UsageError(f"there is no {name!r} to select by", hint=f"one of {', '.join(keys)}")
    if sign in {"=~", "!~"}:
        try:
            pattern = re.compile(wanted)
        except re.error as error:
            raise UsageError(f"{wanted!r} is not a regular expression: {error}") from error
        return lambda item: any(map(pattern.fullmatch, words(item.get(name)))) is (sign == "=~")
    return lambda item: (wanted in words(item.get(name))) is (sign != "!=")


def words(value: Value) -> Sequence[str]:
    """What is missing is the empty word, as of a label."""
    if isinstance(value, list):
        return value or [""]
    return ["" if value is None else f"{value:g}" if isinstance(value, float) else value]


def containing(text: str) -> Test:
    """As somebody types it to find something: all its words, anywhere, in any case."""
    wanted = text.lower().split()

    def test(item: Item) -> bool:
        told = " ".join(word for value in item.values() for word in words(value)).lower()
        return all(word in told for word in wanted)

    return test


def ordered(items: Sequence[Item], key: str, *, reverse: bool = False) -> list[Item]:
    """Numbers from the highest, words from A; what is missing is last either way."""
    known = [item for item in items if not _missing(item.get(key))]
    missing = [item for item in items if _missing(item.get(key))]
    numeric = any(isinstance(item.get(key), float) for item in known)
    known.sort(key=lambda item: natural(item.get(key)), reverse=numeric is not reverse)
    return known + missing


def _missing(value: Value) -> bool:
    return value is None or value in ("", [])


def natural(value: Value) -> tuple[tuple[int, float, str], ...]:
    """GPU 10 after GPU 9."""
    if isinstance(value, float):
        return ((0, value, ""),)
    parts = re.findall(r"\d+|\D+", " ".join(words(value)))
    return tuple((0, float(p), "") if p.isdecimal() else (1, 0.0, p.lower()) for p in parts)


def column(name: str, keys: Mapping[str, str]) -> str:
    """The key that somebody means by its name or by the head of its column."""
    wanted = name.lower()
    for key, head in keys.items():
        if wanted in {key, head.lower()}:
            return key
    raise UsageError(f"there is no {name!r} to sort by", hint=f"one of {', '.join(keys)}")

"""Matchers as old and new parsers of Alertmanager understand alike: the value always in quotes."""

_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


def equal(label: str, value: str) -> str:
    return _written(label, "=", value)


def unequal(label: str, value: str) -> str:
    return _written(label, "!=", value)


def one_of(label: str, *values: str) -> str:
    """Of plain names, which mean themselves in a regular expression."""
    return _written(label, "=~", "|".join(values))


def none_of(label: str, *values: str) -> str:
    return _written(label, "!~", "|".join(values))


def _written(label: str, sign: str, value: str) -> str:
    return f'{label} {sign} "{value.translate(_ESCAPED)}"'

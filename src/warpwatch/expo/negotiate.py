"""Which text format a client is given.

Prometheus 3 refuses a page whose Content-Type is missing or odd, and asks for OpenMetrics
first; that we never give, because it would rename every counter that lacks `_total`, and
with them every dashboard's queries.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_VERSIONS = ("0.0.4", "1.0.0")
_ESCAPINGS = ("allow-utf-8", "underscores", "dots", "values")


@dataclass(frozen=True, slots=True)
class TextFormat:
    version: str = "0.0.4"
    escaping: str = ""

    @property
    def content_type(self) -> str:
        kind = f"text/plain; version={self.version}; charset=utf-8"
        return f"{kind}; escaping={self.escaping}" if self.escaping else kind


DEFAULT = TextFormat()


@dataclass(frozen=True, slots=True)
class _Range:
    media: str
    parameters: dict[str, str]
    weight: float


def text_format(accept: str) -> TextFormat:
    """The best of our formats for an Accept header; 0.0.4 where none of them is named."""
    best, best_weight = DEFAULT, 0.0
    for offer in _ranges(accept):
        chosen = _ours(offer)
        if chosen is not None and offer.weight > best_weight:
            best, best_weight = chosen, offer.weight
    return best


def accepts_gzip(accept_encoding: str) -> bool:
    weights = {offer.media: offer.weight for offer in _ranges(accept_encoding)}
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _ours(offer: _Range) -> TextFormat | None:
    if offer.media in ("*/*", "text/*"):
        return DEFAULT
    version = offer.parameters.get("version", "0.0.4")
    if offer.media != "text/plain" or version not in _VERSIONS:
        return None
    escaping = offer.parameters.get("escaping", "")
    if version == "0.0.4" or escaping not in _ESCAPINGS:
        escaping = ""
    return TextFormat(version, escaping)


def _ranges(header: str) -> Iterator[_Range]:
    for part in header.split(","):
        media, *raw = (piece.strip() for piece in part.split(";"))
        if not media:
            continue
        parameters = {}
        for item in raw:
            name, _, value = item.partition("=")
            parameters[name.strip().lower()] = value.strip().strip('"').lower()
        yield _Range(media.lower(), parameters, _weight(parameters.get("q", "1")))


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0

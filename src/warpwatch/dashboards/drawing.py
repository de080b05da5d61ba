"""Each kind of panel as Grafana has it."""

import string
from collections.abc import Iterator, Mapping, Sequence
from functools import singledispatch
from typing import Any

from warpwatch.dashboards.panel import (
    Bars,
    Column,
    Drawn,
    Heat,
    Panel,
    Stat,
    States,
    Step,
    Table,
    Text,
    TimeSeries,
)

Json = dict[str, Any]
Words = Mapping[str, tuple[str, str]]

INTERVAL = "30s"
"""Between two evaluations of the rules: there is nothing to be seen in between."""
_COLOURED: Json = {"id": "custom.cellOptions", "value": {"type": "color-text"}}


def drawn(panel: Drawn, source: Mapping[str, str]) -> Json:
    if isinstance(panel, Text):
        return {
            "type": "text",
            "title": panel.title,
            "description": "How to read the panels around it.",
            "transparent": True,
            "options": {"mode": "markdown", "content": panel.content},
        }
    return {
        "title": panel.title,
        "description": panel.description,
        "datasource": dict(source),
        "interval": INTERVAL,
        "targets": list(_targets(panel, source)),
        **_kind(panel),
    }


def _targets(panel: Panel, source: Mapping[str, str]) -> Iterator[Json]:
    now = isinstance(panel, Table | Bars) or (isinstance(panel, Stat) and not panel.spark)
    for letter, query in zip(string.ascii_uppercase, panel.queries, strict=False):
        yield {
            "refId": letter,
            "datasource": dict(source),
            "editorMode": "code",
            "expr": query.expr,
            "legendFormat": query.legend or "__auto",
            "instant": now,
            "range": not now,
            "format": _format(panel),
        }


def _format(panel: Panel) -> str:
    match panel:
        case Table():
            return "table"
        case Heat():
            return "heatmap"
        case _:
            return "time_series"


@singledispatch
def _kind(panel: Panel) -> Json:
    raise TypeError(f"no way to draw {type(panel).__name__}")


@_kind.register
def _(panel: TimeSeries) -> Json:
    custom: Json = {
        "drawStyle": "line",
        "lineInterpolation": "linear",
        "lineWidth": 1,
        "fillOpacity": 40 if panel.stacked else 8,
        "showPoints": "never",
        "spanNulls": False,
        "stacking": {"mode": "normal" if panel.stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "dashed" if panel.steps else "off"},
    }
    legend = {"displayMode": "list", "placement": "bottom", "showLegend": panel.legend}
    return {
        "type": "timeseries",
        "fieldConfig": _fields(panel, custom=custom, color={"mode": "palette-classic"}),
        "options": {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}},
    }


@_kind.register
def _(panel: Stat) -> Json:
    fields = _fields(panel, color={"mode": "thresholds"})
    fields["defaults"]["mappings"] = _mappings(panel.words)
    return {
        "type": "stat",
        "fieldConfig": fields,
        "options": {
            "colorMode": "value",
            "graphMode": "area" if panel.spark else "none",
            "justifyMode": "auto",
            "textMode": "auto",
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        },
    }


@_kind.register
def _(panel: Bars) -> Json:
    return {
        "type": "bargauge",
        "fieldConfig": _fields(panel, color={"mode": "thresholds"}),
        "options": {
            "displayMode": "basic",
            "orientation": "horizontal",
            "showUnfilled": True,
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        },
    }


@_kind.register
def _(panel: States) -> Json:
    custom = {"fillOpacity": 80, "lineWidth": 0}
    fields = _fields(panel, custom=custom, color={"mode": "thresholds"})
    fields["defaults"]["mappings"] = _mappings(panel.words)
    return {
        "type": "state-timeline",
        "fieldConfig": fields,
        "options": {
            "mergeValues": True,
            "showValue": "auto",
            "rowHeight": 0.85,
            "alignValue": "left",
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "single", "sort": "none"},
        },
    }


@_kind.register
def _(panel: Heat) -> Json:
    return {
        "type": "heatmap",
        "fieldConfig": {"defaults": {"custom": {}}, "overrides": []},
        "options": {
            "calculate": False,
            "cellGap": 1,
            "color": {"mode": "scheme", "scheme": "Blues", "steps": 64, "reverse": False},
            "legend": {"show": True},
            "tooltip": {"mode": "single", "yHistogram": True},
            "yAxis": {"unit": str(panel.unit), "axisPlacement": "left"},
            "rowsFrame": {"layout": "auto"},
        },
    }


@_kind.register
def _(panel: Table) -> Json:
    fields = _fields(panel, custom={"align": "auto", "filterable": True})
    fields["overrides"] = [_column(column) for column in panel.columns]
    options: Json = {"showHeader": True, "cellHeight": "sm", "footer": {"show": False}}
    if panel.sort:
        options["sortBy"] = [{"displayName": panel.sort, "desc": True}]
    return {
        "type": "table",
        "fieldConfig": fields,
        "options": options,
        "transformations": _transformations(panel),
    }


def _transformations(panel: Table) -> list[Json]:
    """One row for what has the same labels, and a column for each query and each label that is
    named; to Grafana a query's column is called after its letter.
    """
    one = len(panel.queries) == 1
    found = {
        "Value" if one else f"Value #{letter}": query.legend
        for letter, query in zip(string.ascii_uppercase, panel.queries, strict=False)
    } | {label: label for label in panel.by}
    place = {column.name: number for number, column in enumerate(panel.columns)}
    title = {column.name: column.title for column in panel.columns}
    shown = {theirs: ours for theirs, ours in found.items() if ours in place}
    organize = {
        "renameByName": {theirs: title[ours] for theirs, ours in shown.items()},
        "indexByName": {theirs: place[ours] for theirs, ours in shown.items()},
        "includeByName": dict.fromkeys(shown, True),
        "excludeByName": {},
    }
    merge: list[Json] = [] if one else [{"id": "merge", "options": {}}]
    return [*merge, {"id": "organize", "options": organize}]


def _column(column: Column) -> Json:
    properties: list[Json] = [{"id": "unit", "value": str(column.unit)}]
    if column.steps:
        properties += [
            {"id": "thresholds", "value": _steps(column.steps)},
            {"id": "color", "value": {"mode": "thresholds"}},
            _COLOURED,
        ]
    if column.words:
        properties += [{"id": "mappings", "value": _mappings(column.words)}, _COLOURED]
    if column.link:
        link = {"title": "Look closer", "url": column.link, "targetBlank": False}
        properties.append({"id": "links", "value": [link]})
    return {"matcher": {"id": "byName", "options": column.title}, "properties": properties}


def _fields(panel: Panel, custom: Json | None = None, color: Json | None = None) -> Json:
    defaults: Json = {
        "unit": str(panel.unit),
        "thresholds": _steps(panel.steps),
        "links": [
            {"title": title, "url": url, "targetBlank": False} for title, url in panel.links.items()
        ],
    }
    for key, value in (("min", panel.low), ("max", panel.high), ("decimals", panel.decimals)):
        if value is not None:
            defaults[key] = value
    if custom is not None:
        defaults["custom"] = custom
    if color is not None:
        defaults["color"] = color
    return {"defaults": defaults, "overrides": []}


def _steps(steps: Sequence[Step]) -> Json:
    """The first has no value: it reaches down to minus infinity."""
    if not steps:
        return {"mode": "absolute", "steps": [{"color": "text", "value": None}]}
    first, *rest = steps
    return {
        "mode": "absolute",
        "steps": [
            {"color": first.color, "value": None},
            *({"color": step.color, "value": step.value} for step in rest),
        ],
    }


def _mappings(words: Words) -> list[Json]:
    if not words:
        return []
    options = {
        value: {"text": text, "color": color, "index": number}
        for number, (value, (text, color)) in enumerate(words.items())
    }
    return [{"type": "value", "options": options}]

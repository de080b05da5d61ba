"""As the JSON that Grafana reads: schema 39, which Grafana 10 brought and 13 still takes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from warpwatch.dashboards.dashboard import TAG, Begin, Dashboard, Row, Variable
from warpwatch.dashboards.drawing import drawn
from warpwatch.dashboards.panel import Drawn

Json = dict[str, Any]

SCHEMA = 39
COLUMNS = 24
SOURCE: Mapping[str, str] = {"type": "prometheus", "uid": "${datasource}"}


def text(dashboard: Dashboard) -> str:
    return json.dumps(rendered(dashboard), indent=1, ensure_ascii=False) + "\n"


def rendered(dashboard: Dashboard) -> Json:
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": list(dashboard.tags),
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "timezone": "browser",
        "refresh": "30s",
        "time": {"from": dashboard.since, "to": "now"},
        "timepicker": {},
        "templating": {"list": [_datasource(), *map(_variable, dashboard.variables)]},
        "annotations": {"list": list(_annotations(dashboard))},
        "links": [_siblings()],
        "panels": _placed(dashboard.rows),
    }


def _datasource() -> Json:
    return {
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": "prometheus",
        "refresh": 1,
        "hide": 0,
        "multi": False,
        "includeAll": False,
    }


def _variable(variable: Variable) -> Json:
    return {
        "name": variable.name,
        "label": variable.label,
        "type": "query",
        "datasource": dict(SOURCE),
        "query": {"query": variable.query, "refId": variable.name},
        "refresh": 2,
        "sort": 7,
        "multi": True,
        **_begin(variable.begin),
        "hide": 0,
    }


def _begin(begin: Begin) -> Json:
    every: Json = {"includeAll": True, "current": {"text": ["All"], "value": ["$__all"]}}
    match begin:
        case Begin.ALL:
            return {**every, "allValue": ".*"}
        case Begin.LISTED:
            return every
        case Begin.FIRST:
            return {"includeAll": False, "current": {"text": [], "value": []}}


def _annotations(dashboard: Dashboard) -> Iterator[Json]:
    if dashboard.alerts:
        yield {
            "name": "Alerts",
            "datasource": dict(SOURCE),
            "enable": True,
            "hide": False,
            "iconColor": "red",
            "expr": dashboard.alerts,
            "step": "60s",
            "titleFormat": "{{alertname}}",
            "textFormat": "{{node}} GPU {{gpu}}",
            "tagKeys": "severity,family",
            "useValueForTime": False,
        }


def _siblings() -> Json:
    return {
        "title": "warpwatch",
        "type": "dashboards",
        "tags": [TAG],
        "asDropdown": True,
        "includeVars": True,
        "keepTime": True,
        "icon": "external link",
        "targetBlank": False,
        "tooltip": "The other boards",
        "url": "",
    }


def _placed(rows: Sequence[Row]) -> list[Json]:
    """Row under row, panels from left to right; ids in that order, so that they are stable."""
    panels: list[Json] = []
    top, number = 0, 0
    for row in rows:
        number += 1
        head: Json = {
            "id": number,
            "type": "row",
            "title": row.title,
            "collapsed": False,
            "gridPos": {"x": 0, "y": top, "w": COLUMNS, "h": 1},
            "panels": [],
        }
        panels.append(head)
        top += 1
        inside = list(_packed(row.panels, top, number))
        number += len(inside)
        top = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in inside)
        panels += inside
    return panels


def _packed(panels: Sequence[Drawn], top: int, number: int) -> Iterator[Json]:
    x, line = 0, 0
    for panel in panels:
        if x + panel.width > COLUMNS:
            top, x, line = top + line, 0, 0
        number += 1
        place = {"x": x, "y": top, "w": panel.width, "h": panel.height}
        yield {"id": number, **drawn(panel, SOURCE), "gridPos": place}
        x, line = x + panel.width, max(line, panel.height)

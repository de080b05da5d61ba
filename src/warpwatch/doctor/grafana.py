"""Grafana: that it answers, and has a data source which knows our series."""

import json
from typing import Any
from urllib.parse import quote

from warpwatch.clients.web import Refused, Web
from warpwatch.doctor.finding import Finding, Findings, Link
from warpwatch.doctor.pipe import Pipe
from warpwatch.rules import source

_PROVISION = "add a data source of type prometheus: docs/existing-prometheus.md"


async def check(pipe: Pipe) -> Findings:
    if pipe.grafana is None:
        return
    link = Link("grafana", pipe.grafana.url)
    try:
        health = await _get(pipe.grafana, "/api/health")
        yield link.ok(f"answers: {health.get('version', 'of a version that it does not tell')}")
        sources = await _get(pipe.grafana, "/api/datasources")
    except (Refused, ValueError, AttributeError) as error:
        yield link.problem(f"is not as Grafana answers: {error}", "look what answers there")
        return
    ours = [each for each in sources if each.get("type") == "prometheus"]
    if not ours:
        yield link.problem("has no data source of type prometheus", _PROVISION)
    for each in ours:
        yield await _asked(pipe.grafana, link, str(each["name"]), str(each["uid"]))


async def _asked(server: Web, link: Link, name: str, uid: str) -> Finding:
    path = f"/api/datasources/proxy/uid/{quote(uid)}/api/v1/query"
    try:
        answer = json.loads(await server.get(path, {"query": f"count({source.NAME})"}))
        found = answer["data"]["result"]
    except (Refused, ValueError, LookupError) as error:
        return link.problem(f"its data source {name} does not answer: {error}", _PROVISION)
    if not found:
        return link.note(f"its data source {name} does not know {source.NAME}", _PROVISION)
    return link.ok(f"its data source {name} knows {found[0]['value'][1]} GPUs")


async def _get(server: Web, path: str) -> Any:
    return json.loads(await server.get(path))

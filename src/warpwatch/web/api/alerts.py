"""Alerts that stand, as Prometheus and Alertmanager tell of them together."""

from warpwatch.clients.alertmanager.client import Alertmanager
from warpwatch.clients.prometheus.client import Prometheus
from warpwatch.clients.prometheus.results import Labels
from warpwatch.errors import WarpwatchError
from warpwatch.httpd import Response
from warpwatch.web.health import ALWAYS, Firing, about, judged, touched
from warpwatch.web.poll import Poll
from warpwatch.web.routes import Call, Route, as_json
from warpwatch.web.snapshot import Snapshot

MOST = 1000
Shown = dict[str, object]


class Alerts:
    def __init__(
        self, poll: Poll, prometheus: Prometheus, alertmanager: Alertmanager | None
    ) -> None:
        self._poll = poll
        self._prometheus = prometheus
        self._alertmanager = alertmanager

    def routes(self) -> tuple[Route, ...]:
        return (Route("GET", "api/v1/alerts", self.alerts),)

    async def alerts(self, call: Call) -> Response:
        """Firing ones with what their rule says of them; `node`, `uuid` and `alertname` narrow.
        With a GPU come those of its whole node.
        """
        snapshot = self._poll.sight.snapshot
        firing = snapshot.firing if snapshot is not None else ()
        wanted = {name: value for name in ("node", "alertname") if (value := call.query.get(name))}
        uuid = call.query.get("uuid", "")
        chosen = [
            alert
            for alert in firing
            if alert.name != ALWAYS
            and wanted.items() <= alert.labels.items()
            and (not uuid or _concerns(alert, uuid, snapshot))
        ]
        said, note = await self._said()
        return as_json(
            {
                "alerts": [_shown(alert, said) for alert in chosen[:MOST]],
                "left_out": max(0, len(chosen) - MOST),
                "note": note,
                "known": snapshot is not None,
                "judged": judged(firing),
            }
        )

    async def _said(self) -> tuple[dict[frozenset[tuple[str, str]], Labels], str]:
        """Annotations by labels. Alertmanager is asked first: it has only those that fire."""
        try:
            if self._alertmanager is not None:
                alerts = await self._alertmanager.alerts()
                return {frozenset(each.labels.items()): each.annotations for each in alerts}, ""
            groups = await self._prometheus.rules()
        except WarpwatchError as error:
            return {}, f"what rules say of their alerts is not known: {error.message}"
        return {
            frozenset(alert.labels.items()): alert.annotations
            for group in groups
            for rule in group.rules
            for alert in rule.alerts
        }, ""


def _concerns(alert: Firing, uuid: str, snapshot: Snapshot | None) -> bool:
    at = None if snapshot is None else snapshot.index.place.get(uuid)
    if snapshot is None or at is None:
        return alert.labels.get("uuid") == uuid
    if at in touched(alert.labels, snapshot.index):
        return True
    of_gpu = any(alert.labels.get(name) for name in ("uuid", "UUID", "gpu"))
    return not of_gpu and alert.labels.get("node") == snapshot.index.gpus[at].node


def _shown(alert: Firing, said: dict[frozenset[tuple[str, str]], Labels]) -> Shown:
    annotations = said.get(frozenset(alert.labels.items()), {})
    family, summary = about(alert.name)
    return {
        "name": alert.name,
        "severity": alert.severity,
        "family": family,
        "summary": annotations.get("summary") or summary,
        "description": annotations.get("description", ""),
        "labels": alert.labels,
        "since": alert.since,
        "silences": alert.silences,
    }

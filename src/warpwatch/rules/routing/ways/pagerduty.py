"""PagerDuty, by its Events API v2."""

from warpwatch.rules.routing.ways.way import TEXT, TITLE, Config, File, OverHttp


class Pagerduty(OverHttp, frozen=True, kw_only=True, tag="pagerduty"):
    key = "pagerduty_configs"

    routing_key_file: File

    def written(self) -> Config:
        return {
            "routing_key_file": self.routing_key_file,
            "send_resolved": self.resolved,
            "description": TITLE,
            "severity": "{{ or .CommonLabels.severity `error` }}",
            "client": "warpwatch",
            "details": {"text": TEXT},
            **self._http(),
        }

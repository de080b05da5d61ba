"""Slack, and what takes the same messages, by an incoming webhook."""

from warpwatch.rules.routing.ways.way import TEXT, TITLE, Config, File, OverHttp

_COLOUR = (
    "{{ if ne .Status `firing` }}good"
    "{{ else if eq .CommonLabels.severity `critical` }}danger{{ else }}warning{{ end }}"
)


class Slack(OverHttp, frozen=True, kw_only=True, tag="slack"):
    key = "slack_configs"

    api_url_file: File
    channel: str = ""
    """The webhook's own where it is empty."""

    def written(self) -> Config:
        channel = {"channel": self.channel} if self.channel else {}
        return {
            "api_url_file": self.api_url_file,
            **channel,
            "send_resolved": self.resolved,
            "title": TITLE,
            "title_link": "{{ .CommonAnnotations.runbook_url }}",
            "text": TEXT,
            "fallback": TITLE,
            "color": _COLOUR,
            **self._http(),
        }

"""Microsoft Teams, by a workflow; the connectors that older Alertmanagers know are switched off."""

from collections.abc import Iterator

from warpwatch.rules.routing.release import Need
from warpwatch.rules.routing.ways.way import TEXT, TITLE, Config, File, OverHttp


class Teams(OverHttp, frozen=True, kw_only=True, tag="teams"):
    key = "msteamsv2_configs"

    webhook_url_file: File

    def needs(self) -> Iterator[Need]:
        yield Need("", (0, 28), "Microsoft Teams by a workflow")

    def written(self) -> Config:
        return {
            "webhook_url_file": self.webhook_url_file,
            "send_resolved": self.resolved,
            "title": TITLE,
            "text": TEXT,
            **self._http(),
        }

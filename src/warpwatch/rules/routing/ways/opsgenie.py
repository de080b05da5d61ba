"""Opsgenie, as long as its vendor keeps it up."""

from warpwatch.rules.routing.ways.way import TEXT, TITLE, Address, Config, File, OverHttp

_PRIORITY = (
    "{{ if eq .CommonLabels.severity `critical` }}P1"
    "{{ else if eq .CommonLabels.severity `warning` }}P3{{ else }}P5{{ end }}"
)


class Opsgenie(OverHttp, frozen=True, kw_only=True, tag="opsgenie"):
    key = "opsgenie_configs"

    api_key_file: File
    region: Address = ""
    """`https://api.eu.opsgenie.com/` for accounts in Europe."""

    def written(self) -> Config:
        region = {"api_url": self.region} if self.region else {}
        return {
            "api_key_file": self.api_key_file,
            **region,
            "send_resolved": self.resolved,
            "message": TITLE,
            "description": TEXT,
            "priority": _PRIORITY,
            **self._http(),
        }

"""How to be let in by a server: secrets by file only, so that no configuration holds one."""

from collections.abc import Mapping

import msgspec

from warpwatch.errors import InputError


class Access(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    bearer_token_file: str = ""
    username: str = ""
    password_file: str = ""
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    tenant: str = ""
    """Sent as X-Scope-OrgID, as Mimir, Thanos and Loki have it."""

    def client(self) -> dict[str, object]:
        """As Prometheus and Alertmanager write it, wherever they are clients; without tenant."""
        told: dict[str, object] = {}
        if self.bearer_token_file:
            told["authorization"] = {"type": "Bearer", "credentials_file": self.bearer_token_file}
        if self.username:
            told["basic_auth"] = {"username": self.username, "password_file": self.password_file}
        tls = {name: getattr(self, name) for name in ("ca_file", "cert_file", "key_file")}
        if any(tls.values()):
            told["tls_config"] = {name: value for name, value in tls.items() if value}
        return told

    @property
    def headers(self) -> Mapping[str, str]:
        return {"X-Scope-OrgID": self.tenant} if self.tenant else {}

    def check(self, where: str) -> None:
        if bool(self.username) is not bool(self.password_file):
            raise InputError(where, "username and password_file go together")
        if bool(self.cert_file) is not bool(self.key_file):
            raise InputError(where, "cert_file and key_file go together")
        if self.bearer_token_file and self.username:
            raise InputError(where, "gives both a bearer token and a user name", hint="give one")


ANYBODY = Access()

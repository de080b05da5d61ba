"""A server of the user's own, which is sent the alerts as they are."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from warpwatch.errors import InputError
from warpwatch.rules.routing.release import Need
from warpwatch.rules.routing.ways.way import Address, Config, MaybeFile, OverHttp, no_password_in


class Webhook(OverHttp, frozen=True, kw_only=True, tag="webhook"):
    key = "webhook_configs"

    url: Address = ""
    url_file: MaybeFile = ""
    """Where the address itself is a secret."""
    bearer_token_file: MaybeFile = ""
    username: str = ""
    password_file: MaybeFile = ""
    timeout: Annotated[str, msgspec.Meta(pattern=r"^(\d+(ms|s|m))?$")] = ""
    max_alerts: Annotated[int, msgspec.Meta(ge=0)] = 0
    """In one message; 0 is all of them."""

    def needs(self) -> Iterator[Need]:
        if self.url_file:
            yield Need("url_file", (0, 26), "a webhook whose address is in a file")
        if self.timeout:
            yield Need("timeout", (0, 28), "a webhook's own timeout")

    def check(self, where: str) -> None:
        if bool(self.url) is bool(self.url_file):
            raise InputError(where, "must give one of url and url_file")
        no_password_in(self.url, f"{where}.url")
        if bool(self.username) is not bool(self.password_file):
            raise InputError(where, "username and password_file go together")
        if self.username and self.bearer_token_file:
            raise InputError(where, "gives both a bearer token and a user name", hint="give one")

    def written(self) -> Config:
        address = {"url": self.url} if self.url else {"url_file": self.url_file}
        timeout = {"timeout": self.timeout} if self.timeout else {}
        return {
            **address,
            **timeout,
            "send_resolved": self.resolved,
            "max_alerts": self.max_alerts,
            **self._http(**self._login()),
        }

    def _login(self) -> Config:
        if self.bearer_token_file:
            return {"authorization": {"credentials_file": self.bearer_token_file}}
        if self.username:
            return {"basic_auth": {"username": self.username, "password_file": self.password_file}}
        return {}

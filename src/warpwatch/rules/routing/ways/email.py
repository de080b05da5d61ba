"""Mail, as plain text: it is read on telephones."""

from typing import Annotated

import msgspec

from warpwatch.errors import InputError
from warpwatch.rules.routing.ways.way import TEXT, TITLE, Common, Config, MaybeFile


class Email(Common, frozen=True, kw_only=True, tag="email", rename={"sender": "from"}):
    key = "email_configs"

    to: Annotated[str, msgspec.Meta(pattern="@")]
    """Several with commas between them."""
    sender: Annotated[str, msgspec.Meta(pattern="@")]
    smarthost: Annotated[str, msgspec.Meta(pattern=r"^[^:\s]+:\d+$|^\[[^]\s]+\]:\d+$")]
    """Host and port of the mail server."""
    username: str = ""
    password_file: MaybeFile = ""
    require_tls: bool = True

    def check(self, where: str) -> None:
        if bool(self.username) is not bool(self.password_file):
            raise InputError(where, "username and password_file go together")

    def written(self) -> Config:
        told: Config = {
            "to": self.to,
            "from": self.sender,
            "smarthost": self.smarthost,
            "require_tls": self.require_tls,
            "send_resolved": self.resolved,
            "headers": {"Subject": TITLE},
            "html": "",
            "text": TEXT,
            **self._tls(),
        }
        if self.username:
            told |= {"auth_username": self.username, "auth_password_file": self.password_file}
        return told

"""What all ways of telling somebody have in common.

A secret is named by the file that it stands in, under a key that ends in `_file`.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

import msgspec

from warpwatch.errors import InputError
from warpwatch.rules.routing.release import Need

Config = dict[str, Any]

TITLE = '{{ template "warpwatch.title" . }}'
TEXT = '{{ template "warpwatch.text" . }}'

File = Annotated[str, msgspec.Meta(pattern=r"^/.")]
"""As Alertmanager's machine has it; ours may be another, so it stands from the root on."""
MaybeFile = Annotated[str, msgspec.Meta(pattern=r"^(/.+)?$")]
Address = Annotated[str, msgspec.Meta(pattern=r"^(https?://\S+)?$")]


class Common(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="by"):
    key: ClassVar[str]
    """Under which Alertmanager has a list of them."""

    resolved: bool = True
    """Whether the end of an alert is told, too."""
    ca_file: MaybeFile = ""

    def needs(self) -> Iterator[Need]:
        """What the oldest version served cannot do."""
        yield from ()

    def check(self, where: str) -> None:
        """What types cannot say."""

    @property
    def secrets(self) -> Mapping[str, str]:
        """Files, by the setting that names each."""
        named = {name: getattr(self, name) for name in self.__struct_fields__ if _secret(name)}
        return {name: path for name, path in named.items() if path}

    def _tls(self) -> Config:
        return {"tls_config": {"ca_file": self.ca_file}} if self.ca_file else {}


class OverHttp(Common, frozen=True, kw_only=True):
    proxy: Address = ""

    def _http(self, **more: object) -> Config:
        told = {**more, **self._tls()}
        if self.proxy:
            told["proxy_url"] = self.proxy
        return {"http_config": told} if told else {}


def _secret(name: str) -> bool:
    return name.endswith("_file") and name != "ca_file"


def no_password_in(address: str, where: str) -> None:
    """Never repeats it."""
    if "@" in address.partition("://")[2].partition("/")[0]:
        raise InputError(where, "holds a password", hint="name the file that it stands in")

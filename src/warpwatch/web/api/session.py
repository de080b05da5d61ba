"""Who the browser is to us, and what this console is to it."""

from typing import Annotated

import msgspec

from warpwatch import __version__
from warpwatch.errors import InputError
from warpwatch.httpd import Response
from warpwatch.web.access import Access, Role
from warpwatch.web.api.fleet import measures
from warpwatch.web.poll import Poll
from warpwatch.web.routes import Call, Route, as_json, refusal
from warpwatch.web.settings import Settings


class _Shown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class Session:
    def __init__(
        self, settings: Settings, access: Access, poll: Poll, *, alertmanager: bool
    ) -> None:
        self._poll = poll
        self._settings = settings
        self._access = access
        self._alertmanager = alertmanager

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", "api/v1/session", self.session, Role.NOBODY),
            Route("POST", "api/v1/session", self.sign_in, Role.NOBODY),
            Route("DELETE", "api/v1/session", self.sign_out, Role.NOBODY),
        )

    async def session(self, call: Call) -> Response:
        caller = call.caller
        bounds = self._settings.bounds
        return as_json(
            {
                "role": caller.role.name.lower(),
                "name": caller.name,
                "operators": self._access.operators,
                "alertmanager": self._alertmanager,
                "grafana": self._settings.grafana,
                "version": __version__,
                "known": self._poll.sight.snapshot is not None,
                "refresh": self._settings.refresh,
                "measures": measures(),
                "bounds": {"days": bounds.days, "points": bounds.points},
            }
        )

    async def sign_in(self, call: Call) -> Response:
        try:
            shown = msgspec.json.decode(call.request.body, type=_Shown)
        except msgspec.MsgspecError as error:
            raise InputError("the token", str(error)) from error
        role, cookie = self._access.sign_in(shown.token)
        if role is Role.NOBODY:
            return refusal(401, "this token is not known here")
        return as_json({"role": role.name.lower()}, set_cookie=cookie)

    async def sign_out(self, call: Call) -> Response:
        return as_json({"role": "nobody"}, set_cookie=self._access.sign_out(call.request))

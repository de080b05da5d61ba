"""Answers one request: lets it in or not, finds its route, says what browsers must hold to."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from warpwatch.errors import InputError, Unreachable, UsageError, WarpwatchError
from warpwatch.httpd import Request, Response, plain
from warpwatch.web.access import Access, Role
from warpwatch.web.api.query import Busy
from warpwatch.web.assets import POLICY, Assets
from warpwatch.web.routes import Call, Route, as_json, query_of, refusal

log = logging.getLogger(__name__)

METHODS = ("GET", "HEAD", "POST", "DELETE")
HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Site:
    def __init__(
        self, routes: Sequence[Route], assets: Assets, access: Access, prefix: str
    ) -> None:
        self._routes = routes
        self._assets = assets
        self._access = access
        self._prefix = prefix

    async def __call__(self, request: Request) -> Response:
        response = await self._answer(request)
        return replace(response, headers={**HEADERS, **response.headers})

    async def _answer(self, request: Request) -> Response:
        if request.path == "/-/healthy":
            return plain("warpwatch console is alive\n")
        why = self._access.foreign(request)
        if why:
            return refusal(403, why)
        if not request.path.startswith(self._prefix):
            return self._elsewhere(request.path)
        path = request.path.removeprefix(self._prefix)
        if path.startswith("api/"):
            return await self._api(path, request)
        if request.method not in {"GET", "HEAD"}:
            return plain("only GET and HEAD are answered here\n", 405, allow="GET, HEAD")
        return self._page(path, request)

    def _elsewhere(self, path: str) -> Response:
        if path in {"/", self._prefix.rstrip("/")}:
            return Response(b"", 307, headers={"location": self._prefix})
        return plain(f"the console is under {self._prefix}\n", 404)

    def _page(self, path: str, request: Request) -> Response:
        try:
            if path.startswith("static/"):
                asset = self._assets.file(path.removeprefix("static/"))
                return asset.response(request) if asset else plain("there is no such file\n", 404)
            return self._assets.page(request)
        except FileNotFoundError:
            return plain(
                "The console's front end is not built. Next, with Node.js: ./run fmt\n", 503
            )

    async def _api(self, path: str, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        matches = [
            (route, found) for route in self._routes if (found := route.pattern.fullmatch(path))
        ]
        if not matches:
            return refusal(404, "there is no such question")
        for route, found in matches:
            if route.method == method:
                caller = self._access.caller(request)
                if caller.role < route.role:
                    return self._unwelcome(caller.role)
                call = Call(request, caller, found.groupdict(), query_of(request))
                return await _carefully(route, call)
        allowed = ", ".join(sorted({route.method for route, _ in matches}))
        return refusal(405, f"only {allowed} is answered here")

    def _unwelcome(self, role: Role) -> Response:
        if role is Role.NOBODY:
            return refusal(401, "sign in first", "show the token that this console was given")
        if not self._access.operators:
            return refusal(
                403, "this console is read-only", "start it with --operator-token-file FILE"
            )
        return refusal(403, "only operators may", "sign in with the operators' token")


async def _carefully(route: Route, call: Call) -> Response:
    try:
        return await route.handler(call)
    except Busy as error:
        return refusal(429, error.message, error.hint)
    except (InputError, UsageError) as error:
        return refusal(400, error.message, error.hint)
    except Unreachable as error:
        return refusal(502, error.message, error.hint)
    except WarpwatchError as error:
        return refusal(500, error.message, error.hint)
    except Exception:
        log.exception("%s %s", call.request.method, call.request.path)
        return as_json({"error": "a defect of the console's; its log says more", "hint": ""}, 500)

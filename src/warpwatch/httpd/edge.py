"""What stands between a network and the pages: TLS, passwords, a rate, headers.

All of it comes from one file and is followed while that file, or one that it names, changes. A
change that does not load leaves in force what was: a typing error must neither stop the page
nor open it.
"""

import asyncio
import ipaddress
import logging
from collections.abc import Mapping
from pathlib import Path

from warpwatch.clock import Clock
from warpwatch.errors import InputError
from warpwatch.httpd.message import Request, Response, plain
from warpwatch.httpd.passwords import Passwords, Verdict
from warpwatch.httpd.tls import context, living
from warpwatch.httpd.webconfig import Rate, WebConfig, load

log = logging.getLogger(__name__)

_Stamp = tuple[int, int, int]


class Edge:
    def __init__(self, path: Path, clock: Clock) -> None:
        """Whatever is wrong at the start is raised: nobody is served with less than was asked."""
        self._path = path
        self._clock = clock
        self._named: tuple[Path, ...] = ()
        self._seen: tuple[_Stamp | None, ...] = ()
        self._passwords: Passwords | None = None
        config = self._load()
        self.tls = living(context(config.tls, str(path))) if config.tls else None
        self._hold(config)

    def follow(self) -> None:
        """Reads anew what has changed; to be called now and then."""
        stamps = _stamps(self._path, *self._named)
        if stamps == self._seen:
            return
        self._seen = stamps
        try:
            config = self._load()
            self._renew(config)
            self._hold(config)
        except InputError as error:
            log.error("the web configuration stays as it was: %s", error.message)  # noqa: TRY400
        except Exception:
            # A defect of ours; whoever follows must go on, and a later change may be a good one.
            log.exception("the web configuration stays as it was")
        else:
            log.info("%s was read again", self._path)

    async def admit(self, request: Request) -> Response | None:
        """None, or what to answer instead of the page."""
        if self._bucket is not None and not self._bucket.take():
            return plain("too many requests\n", 429)
        if self._passwords is None:
            return None
        match await self._passwords.judge(request.headers.get("authorization", "")):
            case Verdict.RIGHT:
                return None
            case Verdict.WRONG:
                return plain("Unauthorized\n", 401, **{"www-authenticate": "Basic"})
            case Verdict.BUSY:
                return plain("too many passwords are being checked\n", 429)

    @property
    def summary(self) -> str:
        """For people: what is asked of a client."""
        config = self._config
        asked = [
            "TLS" if config.tls else "no TLS",
            f"{config.tls.client_auth}" if config.tls else "",
            f"{len(config.users)} users" if config.users else "no passwords",
            f"{config.rate.burst} requests at once" if config.rate else "",
        ]
        return ", ".join(filter(None, asked))

    @property
    def asks(self) -> bool:
        """Whether it wants passwords."""
        return self._passwords is not None

    @property
    def headers(self) -> Mapping[str, str]:
        return self._config.headers

    def trusts(self, transport: asyncio.BaseTransport) -> bool:
        """Whether a client, verified by OpenSSL, is one of those who are let in."""
        tls = self._config.tls
        if tls is None or not tls.allowed_sans:
            return True
        shown = transport.get_extra_info("ssl_object").getpeercert() or {}
        names = {_one_spelling(value) for _, value in shown.get("subjectAltName", ())}
        return not names.isdisjoint(map(_one_spelling, tls.allowed_sans))

    def _renew(self, config: WebConfig) -> None:
        if (self.tls is None) is not (config.tls is None):
            raise InputError(
                str(self._path),
                "TLS cannot be switched on or off while this runs",
                hint="start it again",
            )
        if self.tls is not None and config.tls is not None:
            self.tls.current = context(config.tls, str(self._path))

    def _load(self) -> WebConfig:
        """How the files look is noted before they are read, and of the ones that this configuration
        names even if it does not load: what is replaced or comes meanwhile is then seen.
        """
        own = _stamps(self._path)
        config = load(self._path)
        self._named = tuple(config.files())
        self._seen = own + _stamps(*self._named)
        return config

    def _hold(self, config: WebConfig) -> None:
        self._config = config
        if self._passwords is None or self._passwords.users != config.users:
            self._passwords = Passwords(config.users) if config.users else None
        self._bucket = _Bucket(config.rate, self._clock) if config.rate else None


def _stamps(*paths: Path) -> tuple[_Stamp | None, ...]:
    return tuple(map(_stamp, paths))


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _one_spelling(name: str) -> str:
    """An address of IPv6 can be written in many ways, and OpenSSL's is not the usual one."""
    try:
        return str(ipaddress.ip_address(name.strip()))
    except ValueError:
        return name


class _Bucket:
    """Fills by one request per interval, up to a burst."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        self._held = float(rate.burst)
        self._at = clock.monotonic()

    def take(self) -> bool:
        now = self._clock.monotonic()
        filled = self._held + (now - self._at) / self._rate.interval
        self._held, self._at = min(float(self._rate.burst), filled), now
        if self._held < 1:
            return False
        self._held -= 1
        return True

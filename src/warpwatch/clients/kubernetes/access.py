"""Where the API server is, and who we are to it."""

from dataclasses import dataclass, field
from pathlib import Path

from warpwatch.errors import InputError


@dataclass(frozen=True, slots=True)
class Access:
    server: str
    """Such as `https://10.0.0.1:443`."""
    token: Path | None = None
    """Read anew when it changes: tokens are replaced every hour."""
    authority: Path | None = None


def in_cluster(host: str, port: str, account: Path) -> Access:
    """As a pod has it: two variables that its kubelet sets, and the files that it mounts."""
    if not host:
        raise InputError(
            "KUBERNETES_SERVICE_HOST",
            "is not set, so this is not a pod and the API server is not known",
            hint="leave out what needs the API: pod labels, pod uids, ConfigMaps",
        )
    token, authority = account / "token", account / "ca.crt"
    for path in (token, authority):
        if not path.is_file():
            raise InputError(
                str(path),
                "is not there: this pod has no service account token",
                hint="set automountServiceAccountToken: true",
            )
    address = f"[{host}]" if ":" in host else host
    return Access(f"https://{address}:{port or 443}", token, authority)


@dataclass(slots=True)
class Token:
    path: Path
    _text: str = field(default="", repr=False)
    _stamp: tuple[int, int] = (0, 0)

    def text(self, *, again: bool = False) -> str:
        """`again` reads it even if it looks unchanged, as after a refusal."""
        try:
            found = self.path.stat()
            stamp = found.st_mtime_ns, found.st_ino
            if again or stamp != self._stamp:
                self._text = self.path.read_text(encoding="ascii").strip()
                self._stamp = stamp
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(str(self.path), f"cannot be read: {error}") from error
        return self._text

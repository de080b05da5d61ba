"""The only reader of the environment: what a shell, a container or systemd has told us."""

import os
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Environment = Mapping[str, str]

NAME = "warpwatch.toml"
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
"""Where a pod finds its service account, unless it was mounted elsewhere."""


def variables() -> Environment:
    return os.environ


def hostname() -> str:
    return socket.gethostname()


def command(environment: Environment | None = None) -> str:
    """How the user calls this program, for lines that are meant to be typed."""
    environment = os.environ if environment is None else environment
    return environment.get("WARPWATCH_COMMAND", "warpwatch")


def runtime_directory(environment: Environment | None = None) -> Path:
    """Where sockets go: XDG's directory, else one of this user's own beside the temporary files."""
    environment = os.environ if environment is None else environment
    directory = environment.get("XDG_RUNTIME_DIR")
    if directory:
        return Path(directory, "warpwatch")
    return Path(tempfile.gettempdir(), f"warpwatch-{os.getuid()}")


def state_directory(environment: Environment | None = None) -> Path:
    """What is to be found again after a restart: measurements, logs."""
    return _home("XDG_STATE_HOME", ".local/state", environment)


def cache_directory(environment: Environment | None = None) -> Path:
    """What can be made or fetched again."""
    return _home("XDG_CACHE_HOME", ".cache", environment)


def _home(variable: str, usual: str, environment: Environment | None) -> Path:
    environment = os.environ if environment is None else environment
    return Path(environment.get(variable) or Path.home() / usual, "warpwatch")


def search_path(environment: Environment | None = None) -> str:
    """Where programs are looked for."""
    environment = os.environ if environment is None else environment
    return environment.get("PATH", os.defpath)


def visible_devices(environment: Environment | None = None) -> str:
    """Which GPUs a container was given, in the words of whoever started it."""
    environment = os.environ if environment is None else environment
    return environment.get("NVIDIA_VISIBLE_DEVICES", "")


def node(environment: Environment | None = None) -> str:
    """The name that Kubernetes has for this machine; empty where nobody said it."""
    environment = os.environ if environment is None else environment
    return environment.get("NODE_NAME", "")


@dataclass(frozen=True, slots=True)
class ApiServer:
    """Where a kubelet tells its pods that the API server is; empty outside of one."""

    host: str
    port: str
    account: Path
    """The folder of the service account's token and of the authority."""


def api_server(environment: Environment | None = None) -> ApiServer:
    environment = os.environ if environment is None else environment
    return ApiServer(
        host=environment.get("KUBERNETES_SERVICE_HOST", ""),
        port=environment.get("KUBERNETES_SERVICE_PORT", ""),
        account=Path(environment.get("WARPWATCH_SERVICE_ACCOUNT", ACCOUNT)),
    )


def settings_files(environment: Environment | None = None) -> tuple[Path, ...]:
    """Where warpwatch.toml is looked for, the user's own before the machine's."""
    environment = os.environ if environment is None else environment
    home = environment.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home, "warpwatch", NAME), Path("/etc/warpwatch", NAME)


@dataclass(frozen=True, slots=True)
class Unit:
    """What systemd has told this process; empty where it did not start it."""

    notify: str = ""
    """The socket that it listens on for signs of life."""
    watchdog: float = 0.0
    """Seconds after which it takes a silent process for dead; 0 where it does not watch."""
    sockets: int = 0
    """Handed over, bound already."""


def unit(environment: Environment | None = None) -> Unit:
    environment = os.environ if environment is None else environment
    mine = str(os.getpid())
    watched = environment.get("WATCHDOG_PID", mine) == mine
    return Unit(
        notify=environment.get("NOTIFY_SOCKET", ""),
        watchdog=_number(environment.get("WATCHDOG_USEC", "")) / 1e6 if watched else 0.0,
        sockets=_number(environment.get("LISTEN_FDS", ""))
        if environment.get("LISTEN_PID") == mine
        else 0,
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0

"""Grafana: given our Prometheus and our dashboards, and to whom it shows them."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from warpwatch.dashboards import outputs
from warpwatch.httpd import address
from warpwatch.stack.binaries import Binary

PACKAGED = Path("/usr/share/grafana")
"""Where packages put what belongs to it; an archive has it around the program."""

SOURCE = "warpwatch"
"""Uid of the data source."""


def files(
    folder: Path, listen: str, prometheus: str, alertmanager: str, dashboards: Mapping[str, str]
) -> Mapping[Path, str]:
    """What it reads at its start; `dashboards`: the text of each by the name of its file."""
    provisioning = folder / "provisioning"
    return {
        folder / "grafana.ini": _ini(folder, listen, home="fleet.json" in dashboards),
        provisioning / "datasources" / "warpwatch.yaml": yaml.safe_dump(
            {"apiVersion": 1, "datasources": sources(prometheus, alertmanager)}, sort_keys=False
        ),
        provisioning / "dashboards" / "warpwatch.yaml": yaml.safe_dump(
            outputs.provider(str(folder / "dashboards")), sort_keys=False
        ),
        **{folder / "dashboards" / name: text for name, text in dashboards.items()},
    }


def password(folder: Path) -> Path:
    """Of its administrator, made once; whoever may read the file may change things."""
    file = folder / "admin-password"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(18), encoding="utf-8")
    return file


def command(binary: Binary, folder: Path) -> Sequence[str]:
    return [
        str(binary.path),
        "server",
        f"--homepath={_home(binary.path)}",
        f"--config={folder / 'grafana.ini'}",
    ]


def _home(program: Path) -> Path:
    around = program.resolve().parent.parent
    return around if (around / "conf" / "defaults.ini").exists() else PACKAGED


def sources(prometheus: str, alertmanager: str) -> list[dict[str, object]]:
    told: list[dict[str, object]] = [
        {
            "name": "warpwatch",
            "uid": SOURCE,
            "type": "prometheus",
            "access": "proxy",
            "url": f"http://{prometheus}",
            "isDefault": True,
            "jsonData": {"timeInterval": "15s", "httpMethod": "POST"},
        }
    ]
    if alertmanager:
        told.append(
            {
                "name": "warpwatch alerts",
                "uid": f"{SOURCE}-alerts",
                "type": "alertmanager",
                "access": "proxy",
                "url": f"http://{alertmanager}",
                "jsonData": {"implementation": "prometheus"},
            }
        )
    return told


def _ini(folder: Path, listen: str, *, home: bool) -> str:
    """Everybody on this machine may look; to change something takes the administrator."""
    host, port = address(listen)
    sections: dict[str, dict[str, object]] = {
        "server": {"http_addr": host, "http_port": port},
        "paths": {
            "data": folder / "data",
            "logs": folder / "logs",
            "plugins": folder / "plugins",
            "provisioning": folder / "provisioning",
        },
        "auth.anonymous": {"enabled": "true", "org_role": "Viewer"},
        "security": {"admin_password": f"$__file{{{folder / 'admin-password'}}}"},
        "analytics": {"reporting_enabled": "false", "check_for_updates": "false"},
        "log": {"mode": "console"},
    }
    if home:
        sections["dashboards"] = {
            "default_home_dashboard_path": folder / "dashboards" / "fleet.json"
        }
    lines = []
    for name, values in sections.items():
        lines += [f"[{name}]", *(f"{key} = {value}" for key, value in values.items()), ""]
    return "\n".join(lines)

"""warpwatch alert: what Alertmanager has, and a test of who is told."""

from typing import TYPE_CHECKING

import click

from warpwatch.cli import servers, tables
from warpwatch.cli.spans import SPAN

if TYPE_CHECKING:
    from warpwatch.app.servers import Servers
    from warpwatch.clients.alertmanager.results import Alert

_COLUMNS = ("severity", "alert", "where", "since", "state", "what")
_ORDER = ("critical", "warning", "info")


@click.group("alert")
def command() -> None:
    """List the alerts that stand, and try out who is told of them.

    What one means, and what to do first: warpwatch explain alert NAME.
    """


@command.command("list")
@click.argument("matchers", nargs=-1, metavar="[MATCHER...]")
@click.option("--active", is_flag=True, help="Without those that are silenced or inhibited.")
@tables.form
@servers.options("alertmanager")
def list_(there: "Servers", matchers: tuple[str, ...], output: str, *, active: bool) -> None:
    """List alerts, the worst first. A matcher is NAME=VALUE (=~, !=, !~), or an alert's name."""
    from warpwatch.app import alerting

    wanted = [alerting.matcher(text) for text in matchers]
    found = alerting.alerts(servers.one_of(there, "alertmanager"), wanted)
    shown = [each for each in found if not active or each.status.state == "active"]
    rows = [_row(each) for each in sorted(shown, key=_rank)]
    tables.show(rows, _COLUMNS, output, "no alert stands")


@command.command("test")
@click.option("--severity", type=click.Choice(_ORDER), default="warning", show_default=True)
@click.option("--label", "labels", multiple=True, metavar="NAME=VALUE", help="Such as team=vision.")
@click.option(
    "--for", "lasting", type=SPAN, default="5m", show_default=True, help="Until it is over."
)
@servers.options("alertmanager")
def test(there: "Servers", severity: str, labels: tuple[str, ...], lasting: float) -> None:
    """Hand in an alert that is a test, and say who is told of it.

    Whether it arrived: warpwatch doctor --test-alert.
    """
    from warpwatch.app import alerting

    told = {"severity": severity}
    told |= {each.name: each.value for each in map(alerting.matcher, labels)}
    address = servers.one_of(there, "alertmanager")
    alert = alerting.hand_in(address, told, lasting)
    click.echo(f"{alert.labels['alertname']} stands in {address.url} for {lasting:g} s")
    click.echo(f"  goes to  {', '.join(each.name for each in alert.receivers)}")
    if alert.status.state == "suppressed":
        by = [*alert.status.silenced_by, *alert.status.inhibited_by]
        click.echo(f"  but is silenced or inhibited by {', '.join(by)}")


def _rank(alert: "Alert") -> tuple[int, str, str]:
    severity = alert.labels.get("severity", "")
    place = _ORDER.index(severity) if severity in _ORDER else len(_ORDER)
    return place, alert.labels.get("alertname", ""), alert.starts_at


def _row(alert: "Alert") -> dict[str, str]:
    labels, status = alert.labels, alert.status
    gpu = f" GPU {labels['gpu']}" if "gpu" in labels else ""
    work = "/".join(filter(None, (labels.get("namespace"), labels.get("job"))))
    silenced = "silenced" if status.silenced_by else "inhibited"
    return {
        "severity": labels.get("severity", ""),
        "alert": labels.get("alertname", ""),
        "where": f"{labels.get('node') or work}{gpu}",
        "since": alert.starts_at[:19].replace("T", " "),
        "state": silenced if status.state == "suppressed" else status.state,
        "what": alert.annotations.get("description") or alert.annotations.get("summary", ""),
    }

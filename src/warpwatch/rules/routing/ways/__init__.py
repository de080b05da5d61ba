"""How somebody is told: one file for each way, and a line in this list."""

from warpwatch.rules.routing.ways.email import Email
from warpwatch.rules.routing.ways.opsgenie import Opsgenie
from warpwatch.rules.routing.ways.pagerduty import Pagerduty
from warpwatch.rules.routing.ways.slack import Slack
from warpwatch.rules.routing.ways.teams import Teams
from warpwatch.rules.routing.ways.webhook import Webhook

__all__ = ["WAYS", "Email", "Opsgenie", "Pagerduty", "Slack", "Teams", "Way", "Webhook"]

Way = Email | Opsgenie | Pagerduty | Slack | Teams | Webhook

WAYS: tuple[type[Way], ...] = (Email, Opsgenie, Pagerduty, Slack, Teams, Webhook)
"""The same, to look through."""

"""Which alerts another one makes needless: who knows the cause need not hear of its effects.

To Alertmanager a label that is missing is equal to one that is missing elsewhere. So each rule
asks for the labels that it compares: an alert of no GPU at all silences nothing.
"""

from collections.abc import Iterator, Mapping, Sequence

from warpwatch.rules.model import Severity
from warpwatch.rules.routing.matchers import equal, none_of, one_of, unequal

Rule = Mapping[str, Sequence[str]]

OFF_THE_BUS = "GPUFallenOffBus"
FEWER = "GPUCountBelowExpected"
SET_ASIDE = "GPUNodeSetAside"
_OURS = one_of("family", ".+")
"""Alerts of warpwatch; those of others are left to their own rules."""


def rules(node_down: Sequence[str]) -> Iterator[Rule]:
    """`node_down`: names of the alerts that say that a node, or all word of it, is gone."""
    if node_down:
        yield {
            "source_matchers": [one_of("alertname", *node_down), unequal("node", "")],
            "target_matchers": [none_of("alertname", *node_down), unequal("node", ""), _OURS],
            "equal": ["cluster", "node"],
        }
    yield {
        "source_matchers": [equal("alertname", OFF_THE_BUS), unequal("uuid", "")],
        "target_matchers": [unequal("alertname", OFF_THE_BUS), unequal("uuid", ""), _OURS],
        "equal": ["cluster", "uuid"],
    }
    yield {
        "source_matchers": [equal("alertname", OFF_THE_BUS), unequal("node", "")],
        "target_matchers": [equal("alertname", FEWER), unequal("node", "")],
        "equal": ["cluster", "node"],
    }
    yield {
        "source_matchers": [equal("severity", Severity.CRITICAL), unequal("uuid", "")],
        "target_matchers": [
            one_of("severity", Severity.WARNING, Severity.INFO),
            unequal("uuid", ""),
        ],
        "equal": ["alertname", "cluster", "uuid"],
    }
    yield {
        "source_matchers": [equal("alertname", SET_ASIDE), unequal("node", "")],
        "target_matchers": [equal("family", "waste"), unequal("node", "")],
        "equal": ["cluster", "node"],
    }

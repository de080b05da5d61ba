"""Expressions keep to what Prometheus 2.42 and 3, Thanos, Mimir and VictoriaMetrics share."""

import re
from collections.abc import Iterator
from types import UnionType
from typing import Any

import promql_parser
import pytest

from warpwatch.rules.render import Options, alerting, recorded

FUNCTIONS = {
    "absent",
    "avg_over_time",
    "clamp_max",
    "count_over_time",
    "deriv",
    "histogram_quantile",
    "increase",
    "label_join",
    "label_replace",
    "max_over_time",
    "min_over_time",
    "predict_linear",
    "rate",
    "time",
    "vector",
}
"""They mean the same in all of these. `holt_winters` was renamed, `sort_by_label` is new, and what
MetricsQL alone has is not PromQL.
"""
AGGREGATIONS = {"avg", "count", "count_values", "group", "max", "min", "quantile", "sum"}
RULES = {
    rule.name: rule.expr
    for group in (*recorded(Options(teams={"ml": "red"})), *alerting(Options()))
    for rule in group.rules
}


def parts(expr: Any) -> Iterator[Any]:
    yield expr
    for name in ("lhs", "rhs", "expr", "param"):
        inner = getattr(expr, name, None)
        if isinstance(inner, promql_parser.Expr):
            yield from parts(inner)
    for argument in getattr(expr, "args", None) or ():
        yield from parts(argument)


def all_of(name: str, *kinds: type | UnionType) -> Iterator[Any]:
    return (part for part in parts(promql_parser.parse(RULES[name])) if isinstance(part, kinds))


@pytest.mark.parametrize("name", RULES)
def test_functions_are_known_to_all(name: str) -> None:
    called = {part.func.name for part in all_of(name, promql_parser.Call)}
    assert called <= FUNCTIONS
    gathered = {str(part.op) for part in all_of(name, promql_parser.AggregateExpr)}
    assert gathered <= AGGREGATIONS


@pytest.mark.parametrize("name", RULES)
def test_nothing_is_looked_at_that_is_worked_out_anew(name: str) -> None:
    """Subqueries count one more point before 3.0, and cost much; `@` is not known to all."""
    assert not list(all_of(name, promql_parser.SubqueryExpr))
    assert "@" not in RULES[name]


@pytest.mark.parametrize("name", RULES)
def test_matchers_do_not_hang_on_what_a_dot_is(name: str) -> None:
    """Since 3.0 a dot is a line's end too; and lookaheads are no RE2."""
    for text in re.findall(r'[=!]~"([^"]*)"', RULES[name]):
        re.compile(text)
        assert "(?" not in text.replace("(?:", "")


def test_the_walk_sees_what_is_inside() -> None:
    """So that the tests above hold."""
    seen = {type(part).__name__ for name in RULES for part in all_of(name, promql_parser.Expr)}
    assert {"Call", "AggregateExpr", "BinaryExpr", "VectorSelector", "MatrixSelector"} <= seen
    calls = {part.func.name for name in RULES for part in all_of(name, promql_parser.Call)}
    assert calls == FUNCTIONS
    kinds = {str(p.op) for name in RULES for p in all_of(name, promql_parser.AggregateExpr)}
    assert kinds == AGGREGATIONS

"""Lengths of time as flags have them."""

from typing import Any

import click

from warpwatch.units import Seconds


class Span(click.ParamType[Any]):
    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Seconds:
        try:
            return Seconds.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


SPAN = Span()

"""What a running simulation can be asked for, over its control socket.

{"fault": "xid", "gpu": 3, "code": 79, "for": "2m"}   strike
{"list": true}                                        what is active
{"clear": 4}                                          end fault number 4, and say if it struck
"""

import dataclasses
from collections.abc import Mapping
from typing import Protocol

from warpwatch.errors import InputError
from warpwatch.sources.sim.incidents import ActiveFault


class Target(Protocol):
    """What can be broken: a SimSource or a Fleet."""

    def inject(self, request: Mapping[str, object]) -> ActiveFault: ...

    def active(self) -> tuple[ActiveFault, ...]: ...

    def clear(self, number: int) -> ActiveFault | None: ...


def handle(target: Target, request: Mapping[str, object]) -> Mapping[str, object]:
    """The reply to a request; what is wrong with it is raised."""
    if "list" in request:
        return {"faults": [dataclasses.asdict(fault) for fault in target.active()]}
    if "clear" in request:
        number = request["clear"]
        cleared = target.clear(number) if type(number) is int else None
        if cleared is None:
            raise InputError(
                "the request: clear",
                f"no fault {number!r} is active",
                hint="see which are: warpwatch sim active",
            )
        return {"cleared": number, "struck": cleared.struck}
    return {**dataclasses.asdict(target.inject(request))}

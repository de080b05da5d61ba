"""What the NVLink faults share: a link, which the board must have."""

from typing import Annotated

import msgspec

from warpwatch.sources.sim.board import Board
from warpwatch.sources.sim.faults.fault import Fault


class LinkFault(Fault, frozen=True):
    link: Annotated[int, msgspec.Meta(ge=0)] = 0

    def problem(self, board: Board) -> str:
        if board.nvlink is None:
            return "has no NVLink"
        links = board.nvlink.links
        return "" if self.link < links else f"has links 0 to {links - 1} only"

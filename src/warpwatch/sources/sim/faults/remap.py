"""What the remap faults share: only boards with spare rows can have them."""

from warpwatch.sources.sim.board import Board
from warpwatch.sources.sim.faults.fault import Fault


class RemapFault(Fault, frozen=True):
    def problem(self, board: Board) -> str:
        return "" if board.ecc.mechanism == "remap" else "has no spare rows to remap to"

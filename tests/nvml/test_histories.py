"""Whatever happens in whatever order: the well are read, the sick are said, nothing piles up."""

from pathlib import Path

from machine import Machine

HISTORIES = Path(__file__).parent / "histories.py"


def test_any_history_of_faults_and_recoveries_is_lived_through(machine: Machine) -> None:
    machine.gpus(1)
    lived = machine.play(HISTORIES)
    assert lived["histories"] >= 25
    assert lived["events"] >= 80

"""Stories: every step can be played on the demonstration's fleet, and every alert exists."""

import re

import pytest

from warpwatch.app.demo import EVERY_STORY, FLEET, chosen
from warpwatch.clock import ManualClock
from warpwatch.errors import UsageError
from warpwatch.fields.power import ENFORCED_POWER_LIMIT, POWER_USAGE
from warpwatch.fields.utilisation import GPU_UTIL
from warpwatch.rules import documents
from warpwatch.rules.thresholds import Thresholds
from warpwatch.samples.sample import Reading
from warpwatch.sources.sim.fleet import Fleet, fleet
from warpwatch.sources.sim.past.rhythm import Rhythm
from warpwatch.sources.sim.stories import STORIES, Story

FIELDS = frozenset(field.id for field in (GPU_UTIL, POWER_USAGE, ENFORCED_POWER_LIMIT))
START = 1_772_442_000.0


def living(clock: ManualClock, *, mig: bool = False) -> Fleet:
    """As that of a demonstration."""
    return fleet(
        clock=clock,
        nodes=FLEET.nodes,
        gpus=FLEET.gpus,
        boards=FLEET.boards,
        seed=FLEET.seed,
        mig=mig,
        rhythm=Rhythm(clock.now()),
    )


def look(made: Fleet, node: str) -> list[Reading]:
    source = made.named(node).source
    return [source.read(gpu, FIELDS).readings[0] for gpu in source.inventory().devices]


@pytest.mark.parametrize("hour", range(0, 24, 6))
@pytest.mark.parametrize("mig", [False, True])
def test_what_falls_off_the_bus_has_a_job_that_waits_for_it(hour: int, *, mig: bool) -> None:
    clock = ManualClock(START + hour * 3600)
    made = living(clock, mig=mig)
    (story,) = chosen("xid-79")
    *before, last = story.steps
    for step in before:
        made.inject(step.request)
    clock.advance(last.after)
    ranks = look(made, "gpu-0004")[:4]
    made.inject(last.request)
    assert {reading.owners for reading in ranks} == {ranks[2].owners}
    assert ranks[2].owners
    clock.advance(60)
    ranks = look(made, "gpu-0004")[:4]
    assert not ranks[2].values
    for peer in (ranks[0], ranks[1], ranks[3]):
        watts, limit = (float(peer.values[f.id]) for f in (POWER_USAGE, ENFORCED_POWER_LIMIT))
        assert watts / limit < Thresholds().stalled_power_ratio
        assert float(peer.values[GPU_UTIL.id]) > 95


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_of_a_job_brings_it(story: Story) -> None:
    """Whatever the queue has there at the time."""
    told = " ".join((story.text, *(step.says for step in story.steps)))
    if not re.search(r"job|training|program|GPUs and does nothing|sends", told):
        return
    taken: set[tuple[object, int]] = set()
    for step in story.steps:
        node, first, many = (step.request.get(key) for key in ("node", "gpu", "gpus"))
        if step.request["fault"] == "occupy":
            assert isinstance(first, int)
            taken |= {(node, gpu) for gpu in range(first, first + int(str(many or 1)))}
        assert (node, first) in taken


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_can_be_played_and_expects_what_there_is(story: Story) -> None:
    made = fleet(clock=ManualClock(START), nodes=FLEET.nodes, gpus=FLEET.gpus, boards=FLEET.boards)
    for step in story.steps:
        made.inject({**step.request, "for": "1m"})
    assert len({fault.id for fault in made.active()}) == len(story.steps)
    expected = [step.expects for step in story.steps if step.expects]
    assert expected
    assert set(expected) <= set(documents.names())


def test_stories_are_chosen_by_name() -> None:
    assert chosen("") == ()
    assert chosen(EVERY_STORY) == STORIES
    assert [story.name for story in chosen("xid-79")] == ["xid-79"]
    with pytest.raises(UsageError, match="'xid-97'") as refusal:
        chosen("xid-97")
    assert "did you mean 'xid-79'?" in refusal.value.hint

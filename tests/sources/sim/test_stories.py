"""Stories: every step can be played on the demonstration's fleet, and every alert exists."""

import pytest

from warpwatch.app.demo import EVERY_STORY, FLEET, chosen
from warpwatch.clock import ManualClock
from warpwatch.errors import UsageError
from warpwatch.rules import documents
from warpwatch.sources.sim.fleet import fleet
from warpwatch.sources.sim.stories import STORIES, Story


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_can_be_played_and_expects_what_there_is(story: Story) -> None:
    made = fleet(
        clock=ManualClock(1_772_442_000.0), nodes=FLEET.nodes, gpus=FLEET.gpus, boards=FLEET.boards
    )
    for step in story.steps:
        made.inject({**step.request, "for": "1m"})
    assert len(made.active()) == len(story.steps)
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

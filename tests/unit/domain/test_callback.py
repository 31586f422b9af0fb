"""Which two candidates a callback proposes, and what the models are asked for."""

import pytest

from bot.domain.ballot import Tally
from bot.domain.brief import Brief
from bot.domain.callback import SITUATION_CAPTIONS, Situation, proposed_finalists
from bot.domain.prompt import Prompt


@pytest.mark.parametrize(
    ("votes", "locked", "expected"),
    [
        ({1: 0, 2: 3, 3: 1, 4: 2}, None, (2, 4)),
        ({1: 2, 2: 2, 3: 1, 4: 0}, None, (1, 2)),
        ({1: 3, 2: 1, 3: 1, 4: 0}, None, ()),
        ({1: 2, 2: 2, 3: 2, 4: 0}, None, ()),
        ({1: 3, 2: 0, 3: 0, 4: 0}, None, ()),
        ({1: 0, 2: 0, 3: 0, 4: 0}, None, ()),
        ({1: 3, 2: 2, 3: 1, 4: 0}, 3, (1, 3)),
        ({1: 3, 2: 2, 3: 2, 4: 0}, 1, ()),
        ({1: 3, 2: 0, 3: 0, 4: 0}, 1, ()),
    ],
)
def test_the_votes_propose_two_or_nobody(votes: dict[int, int], locked: int | None, expected: tuple[int, ...]) -> None:
    assert proposed_finalists(sorted(votes), Tally(votes, 4), locked) == expected


def test_without_a_tally_nobody_is_proposed() -> None:
    assert proposed_finalists([1, 2], None) == ()


def test_every_situation_has_its_own_prompt_and_caption() -> None:
    brief = Brief("Maya", "weathered fisherwoman, 60", style="1920s harbour")
    prompts = {situation: Prompt.for_callback(brief, situation).text for situation in Situation}
    assert len(set(prompts.values())) == len(SITUATION_CAPTIONS) == len(Situation)
    for text in prompts.values():
        assert "weathered fisherwoman, 60\n1920s harbour" in text
        assert "facing the camera, eyes open and in focus" not in text, "the first frame would hold pose and crop"

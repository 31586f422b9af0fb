"""Models that vendors take away: found out daily, told once, not chosen any more."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import NoModels, Retired
from bot.ports import Reader
from playground.processes import stop
from tests.flow.house import LENA, House, house
from tests.flow.theatre import LEAD, LITERAL, SKIN, Theatre, theatre


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as opened:
        yield opened


async def look(play: Theatre, **later: float) -> None:
    play.later(**later)
    await play.casting.lifecycle.look()


async def test_accounts_are_asked_at_the_start_and_then_once_a_day(play: Theatre) -> None:
    await look(play)
    await look(play, hours=23)
    assert play.studio.looks == 1
    await look(play, hours=2)
    assert play.studio.looks == 2


async def test_an_account_that_says_nothing_is_asked_again_within_hours(play: Theatre) -> None:
    del play.studio.ends[SKIN.id]
    await look(play)
    await look(play, minutes=59)
    await look(play, minutes=2)
    assert play.studio.looks == 2


async def test_a_model_retired_overnight_is_announced_once_and_not_chosen_any_more(play: Theatre) -> None:
    await look(play)
    await play.open("Maya: a fisherwoman")
    play.studio.ends[SKIN.id] = play.now.date()
    for _ in range(3):
        await look(play, days=1)
    ((reader, ending),) = play.post.told
    assert (reader, ending.model, ending.gone) == (Reader("T1", LEAD), SKIN, True)
    with pytest.raises(NoModels):
        await play.open("Ben: a smith --models recraft")
    round_ = await play.round(await play.open("Ada: a pilot"))
    assert set(round_.models) == {LITERAL.id}


async def test_a_model_that_ends_within_thirty_days_is_told_once_and_drawn_until_then(play: Theatre) -> None:
    await play.open("Maya: a fisherwoman")
    play.studio.ends[SKIN.id] = play.now.date() + timedelta(days=32)
    await look(play)
    assert play.post.told == []
    await look(play, days=3)
    ((_, ending),) = play.post.told
    assert not ending.gone
    assert SKIN.id in (await play.round(await play.open("Ben: a smith"))).models
    await look(play, days=29)
    assert len(play.post.told) == 1
    assert SKIN.id not in (await play.round(await play.open("Ada: a pilot"))).models


async def test_a_model_that_answers_as_retired_has_the_lists_read_again_at_once(play: Theatre) -> None:
    await look(play)
    play.studio.skin.script = lambda ask, call: Retired(SKIN.id)
    play.studio.ends[SKIN.id] = play.now.date()
    await play.voting()
    await look(play, minutes=1)
    await look(play, minutes=1)
    assert play.studio.looks == 2
    assert SKIN.id not in (await play.round(await play.open("Ada: a pilot"))).models


async def test_whose_miss_it_was_is_not_told_before_the_close(play: Theatre) -> None:
    await look(play)
    play.studio.skin.script = lambda ask, call: Retired(SKIN.id)
    play.studio.ends[SKIN.id] = play.now.date()
    round_ = await play.voting()
    await look(play, minutes=1)
    assert play.post.told == []
    await play.casting.voting.close(round_.id, LEAD)
    await look(play, hours=1)
    assert len(play.post.told) == 1


async def test_who_cannot_be_reached_is_told_the_next_time(play: Theatre) -> None:
    await play.open("Maya: a fisherwoman")
    play.studio.ends[SKIN.id] = play.now.date()
    play.post.away.add(LEAD)
    await look(play)
    assert play.post.told == []
    play.post.away.clear()
    await look(play, days=1)
    await look(play, days=1)
    assert len(play.post.told) == 1


async def test_a_model_that_is_listed_again_is_chosen_again(play: Theatre) -> None:
    play.studio.ends[SKIN.id] = play.now.date()
    await look(play)
    play.studio.ends[SKIN.id] = None
    await look(play, days=1)
    assert SKIN.id in (await play.round(await play.open("Ada: a pilot"))).models


async def notices(film: House) -> list[str]:
    """What was sent to Lena alone."""
    return [
        c["arguments"]["text"] for c in await film.door.calls("chat.postMessage") if c["arguments"]["channel"] == LENA
    ]


async def test_over_restarts_the_lead_reads_it_once(tmp_path: Path) -> None:
    async with house(tmp_path) as film:
        await film.at_ease()
        await film.ballot(await film.cast("Maya: a fisherwoman --each 1"))
        assert await notices(film) == []
        await film.door.post("models/gpt-image-2/life", {"state": "retired"})
        for _ in range(2):
            await stop(film.bot)
            await film.start_bot()
            await film.door.until(lambda: notices(film), "the notice", 10)
        await asyncio.sleep(1)
        (told,) = await notices(film)
        assert "GPT-Image-2 (`openai:gpt-image-2`) is no longer served" in told
        assert "`--models gpt-image-2.5`" in told
        answer = await film.asks("Ben: a smith --models gpt-image-2")
        assert "GPT-Image-2 is not available now (retired). Recraft V4.1 instead costs" in answer

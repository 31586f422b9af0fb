"""Direct messages about models that end."""

from dataclasses import replace
from datetime import date

import pytest

from bot.catalogue import Ending
from bot.errors import Unreachable
from bot.ports import Reader
from handlers.notices import SlackMessenger
from handlers.words.endings import notice
from tests.unit.handlers.little_slack import little_slack
from tests.unit.handlers.stories import CATALOGUE, HOSTILE

EASEL, LUMEN = CATALOGUE.models
GONE = Ending(EASEL, date(2026, 11, 24), gone=True, successor=LUMEN)
SOON = replace(GONE, on=date(2026, 12, 1), gone=False)


def test_a_model_that_is_gone_is_named_exactly_with_its_successor() -> None:
    assert notice(GONE) == (
        "Easel Four (`easel:easel-wire`) is no longer served by its vendor, so it is not asked any more. "
        "In its place there is Lumen Two: `--models lumen`."
    )


def test_a_model_that_will_be_gone_is_told_with_its_day() -> None:
    assert "is served until 1 December 2026; from then on it is not asked any more" in notice(SOON)


def test_a_model_nobody_follows_says_where_to_look() -> None:
    assert "Nobody names a successor; a brief without `--models`" in notice(replace(GONE, successor=None))


def test_a_title_cannot_mention_or_link() -> None:
    hostile = replace(EASEL, title=HOSTILE)
    assert not {"<!channel>", "<https", "<@U0X>"} & set(notice(replace(GONE, model=hostile)).split())


async def test_it_goes_to_one_person_of_one_workspace() -> None:
    async with little_slack() as slack:
        await SlackMessenger(slack.clients, CATALOGUE).tell(Reader("T2", "U1"), GONE)
        (sent,) = slack.called("chat.postMessage")
    assert (sent["channel"], sent["text"]) == ("U1", notice(GONE))
    assert slack.tokens == [("chat.postMessage", "xoxb-elsewhere")]


@pytest.mark.parametrize("team", ["T1", "T9"])
async def test_whom_slack_keeps_from_us_is_unreachable(team: str) -> None:
    async with little_slack() as slack:
        slack.says["chat.postMessage"] = [{"error": "messages_tab_disabled"}]
        with pytest.raises(Unreachable):
            await SlackMessenger(slack.clients, CATALOGUE).tell(Reader(team, "U1"), GONE)

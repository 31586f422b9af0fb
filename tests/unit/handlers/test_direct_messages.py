"""Direct messages about models that vendors retire."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.catalogue import Retirement
from bot.domain.service_errors import SlackUnavailable
from bot.ports.messaging import Recipient
from handlers.slack.direct_messages import SlackDirectMessages
from handlers.text.direct_messages import retirement_notice
from tests.support.builders import CATALOGUE, HOSTILE
from tests.support.fake_slack_server import fake_slack_server

EASEL, LUMEN = CATALOGUE.models
RETIRED = Retirement(EASEL, date(2026, 11, 24), is_retired=True, successor=LUMEN)
RETIRING = replace(RETIRED, retires_on=date(2026, 12, 1), is_retired=False)


def test_notice_of_a_retired_model_names_its_successor() -> None:
    assert retirement_notice(RETIRED) == (
        "Easel Four (`easel:easel-wire`) is retired by its vendor and no longer used. "
        "Its successor is Lumen Two: `--models lumen`."
    )


def test_notice_of_a_retiring_model_names_the_date() -> None:
    assert "is available until 1 December 2026; after that it is not used" in retirement_notice(RETIRING)


def test_notice_without_a_successor() -> None:
    assert "It has no successor; briefs without `--models`" in retirement_notice(replace(RETIRED, successor=None))


def test_notice_escapes_the_model_title() -> None:
    hostile = replace(EASEL, title=HOSTILE)
    assert not {"<!channel>", "<https", "<@U0X>"} & set(retirement_notice(replace(RETIRED, model=hostile)).split())


async def test_notice_is_sent_with_the_token_of_the_workspace() -> None:
    async with fake_slack_server() as slack:
        await SlackDirectMessages(slack.clients, CATALOGUE).send_retirement(Recipient("T2", "U1"), RETIRED)
        (sent,) = slack.calls_to("chat.postMessage")
    assert (sent["channel"], sent["text"]) == ("U1", retirement_notice(RETIRED))
    assert slack.tokens == [("chat.postMessage", "xoxb-elsewhere")]


@pytest.mark.parametrize("team", ["T1", "T9"])
async def test_undeliverable_notice_raises_slack_unavailable(team: str) -> None:
    async with fake_slack_server() as slack:
        slack.replies["chat.postMessage"] = [{"error": "messages_tab_disabled"}]
        with pytest.raises(SlackUnavailable):
            await SlackDirectMessages(slack.clients, CATALOGUE).send_retirement(Recipient(team, "U1"), RETIRED)

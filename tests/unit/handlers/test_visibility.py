"""Who may see what: an error counts as no, answers are remembered for a minute, invitations are seen at once."""

import pytest

from bot.errors import Unreachable
from bot.face import Place
from handlers.visibility import SlackVisibility
from tests.unit.handlers.little_slack import LittleSlack, little_slack

PLACE = Place("T1", "C1")
PRIVATE = {"channel": {"id": "C1", "is_private": True, "is_member": True}}
PUBLIC = {"channel": {"id": "C1", "is_private": False, "is_member": True}}
ELSEWHERE = {"channel": {"id": "C1", "is_private": False, "is_member": False}}
DIRECT = {"channel": {"id": "D1", "is_im": True, "user": "U0MEI"}}


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def seeing(slack: LittleSlack, watch: Watch | None = None) -> SlackVisibility:
    return SlackVisibility(slack.clients, watch or Watch())


@pytest.mark.parametrize(("told", "private"), [(PRIVATE, True), (PUBLIC, False), (DIRECT, True)])
async def test_slack_says_what_is_private(told: dict[str, object], private: bool) -> None:
    async with little_slack() as slack:
        slack.says["conversations.info"] = [told]
        assert await seeing(slack).is_private(PLACE) is private


async def test_what_slack_does_not_say_is_private_and_unseen() -> None:
    async with little_slack() as slack:
        slack.says["conversations.info"] = [{"error": "internal_error"}]
        assert await seeing(slack).is_private(PLACE)
        assert not await seeing(slack).sees("U0MEI", PLACE)


async def test_everybody_but_guests_sees_a_public_channel() -> None:
    async with little_slack() as slack:
        slack.says["users.info"] = [{"user": {"is_restricted": False}}, {"user": {"is_restricted": True}}]
        visibility = seeing(slack)
        assert await visibility.sees("U0MEI", PLACE)
        assert not await visibility.sees("U0GUEST", PLACE)


async def test_membership_is_looked_for_on_every_page() -> None:
    async with little_slack() as slack:
        slack.says["conversations.info"] = [PRIVATE]
        slack.says["users.conversations"] = [
            {"channels": [{"id": "C8"}], "response_metadata": {"next_cursor": "more"}},
            {"channels": [{"id": "C1"}], "response_metadata": {"next_cursor": ""}},
        ]
        assert await seeing(slack).sees("U0MEI", PLACE)
        pages = slack.called("users.conversations")
    assert [page.get("cursor") for page in pages] == [None, "more"]
    assert {page["user"] for page in pages} == {"U0MEI"}


async def test_somebody_outside_does_not_see_a_private_channel() -> None:
    async with little_slack() as slack:
        slack.says["conversations.info"] = [PRIVATE]
        assert not await seeing(slack).sees("U0MEI", PLACE)


async def test_a_list_of_memberships_that_breaks_off_counts_as_no() -> None:
    async with little_slack() as slack:
        slack.says["conversations.info"] = [PRIVATE]
        first = {"channels": [{"id": "C1"}], "response_metadata": {"next_cursor": "more"}}
        slack.says["users.conversations"] = [first, {"error": "internal_error"}]
        assert not await seeing(slack).sees("U0MEI", PLACE)


async def test_a_direct_message_is_seen_by_its_one_person() -> None:
    async with little_slack() as slack:
        slack.says["conversations.info"] = [DIRECT]
        visibility = seeing(slack)
        assert await visibility.sees("U0MEI", Place("T1", "D1"))
        assert not await visibility.sees("U0LEAD", Place("T1", "D1"))


async def test_answers_are_remembered_for_a_minute_and_no_longer() -> None:
    watch = Watch()
    async with little_slack() as slack:
        slack.says["conversations.info"] = [PUBLIC, PRIVATE]
        visibility = seeing(slack, watch)
        assert not await visibility.is_private(PLACE)
        watch.seconds += 59
        assert not await visibility.is_private(PLACE)
        watch.seconds += 2
        assert await visibility.is_private(PLACE)


async def test_an_invitation_is_seen_at_once() -> None:
    async with little_slack() as slack:
        slack.says["conversations.info"] = [ELSEWHERE, PUBLIC]
        visibility = seeing(slack)
        assert not await visibility.may_post(PLACE)
        assert await visibility.may_post(PLACE)


async def test_a_channel_the_bot_cannot_know_is_one_it_cannot_post_in() -> None:
    async with little_slack() as slack:
        slack.says["conversations.info"] = [{"error": "channel_not_found"}]
        assert not await seeing(slack).may_post(PLACE)


async def test_a_silent_slack_is_no_reason_to_ask_for_an_invitation() -> None:
    async with little_slack() as slack:
        slack.says["conversations.info"] = [{"error": "internal_error"}]
        with pytest.raises(Unreachable):
            await seeing(slack).may_post(PLACE)


@pytest.mark.parametrize(
    ("user", "is_bot", "person"), [("U1", False, True), ("U1", True, False), ("USLACKBOT", False, False)]
)
async def test_bots_and_slack_itself_are_not_people(user: str, is_bot: bool, person: bool) -> None:
    async with little_slack() as slack:
        slack.says["users.info"] = [{"user": {"is_bot": is_bot}}]
        assert await seeing(slack).is_person("T1", user) is person


async def test_answers_are_asked_for_anew_after_the_seconds_they_are_kept() -> None:
    async with little_slack() as slack:
        slack.says["conversations.info"] = [PRIVATE, PUBLIC]
        watch = Watch()
        visibility = SlackVisibility(slack.clients, watch, cached=1.0)
        assert await visibility.is_private(PLACE)
        watch.seconds += 1
        assert not await visibility.is_private(PLACE)

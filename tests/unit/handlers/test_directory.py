"""What users may see: errors count as no, answers are cached for a minute, invitations count at once."""

import asyncio

import pytest
from slack_bolt.authorization import AuthorizeResult

from bot.domain.ids import ChannelRef
from bot.domain.service_errors import SlackUnavailable
from bot.domain.users import User
from handlers.slack.clients import Clients, Workspace
from handlers.slack.directory import SlackDirectory
from tests.support.fake_slack_server import FakeSlackServer, fake_slack_server

PLACE = ChannelRef("T1", "C1")
PRIVATE = {"channel": {"id": "C1", "is_private": True, "is_member": True}}
PUBLIC = {"channel": {"id": "C1", "is_private": False, "is_member": True}}
PUBLIC_WITHOUT_BOT = {"channel": {"id": "C1", "is_private": False, "is_member": False}}
DIRECT = {"channel": {"id": "D1", "is_im": True, "user": "U0MEI"}}


class FakeClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def make_directory(slack: FakeSlackServer, clock: FakeClock | None = None) -> SlackDirectory:
    return SlackDirectory(slack.clients, clock or FakeClock())


@pytest.mark.parametrize(("reply", "private"), [(PRIVATE, True), (PUBLIC, False), (DIRECT, True)])
async def test_private_channels_and_dms_are_private(reply: dict[str, object], private: bool) -> None:
    async with fake_slack_server() as slack:
        slack.replies["conversations.info"] = [reply]
        assert await make_directory(slack).is_private(PLACE) is private


async def test_failed_lookup_counts_as_private_and_not_visible() -> None:
    async with fake_slack_server() as slack:
        slack.replies["conversations.info"] = [{"error": "internal_error"}]
        assert await make_directory(slack).is_private(PLACE)
        assert not await make_directory(slack).can_see("U0MEI", PLACE)


async def test_public_channel_is_visible_to_all_but_guests() -> None:
    async with fake_slack_server() as slack:
        slack.replies["users.info"] = [{"user": {"is_restricted": False}}, {"user": {"is_restricted": True}}]
        directory = make_directory(slack)
        assert await directory.can_see("U0MEI", PLACE)
        assert not await directory.can_see("U0GUEST", PLACE)


async def test_membership_is_looked_up_on_every_page() -> None:
    async with fake_slack_server() as slack:
        slack.replies["conversations.info"] = [PRIVATE]
        slack.replies["users.conversations"] = [
            {"channels": [{"id": "C8"}], "response_metadata": {"next_cursor": "more"}},
            {"channels": [{"id": "C1"}], "response_metadata": {"next_cursor": ""}},
        ]
        assert await make_directory(slack).can_see("U0MEI", PLACE)
        pages = slack.calls_to("users.conversations")
    assert [page.get("cursor") for page in pages] == [None, "more"]
    assert {page["user"] for page in pages} == {"U0MEI"}


async def test_private_channel_is_hidden_from_non_members() -> None:
    async with fake_slack_server() as slack:
        slack.replies["conversations.info"] = [PRIVATE]
        assert not await make_directory(slack).can_see("U0MEI", PLACE)


async def test_incomplete_membership_list_counts_as_not_visible() -> None:
    async with fake_slack_server() as slack:
        slack.replies["conversations.info"] = [PRIVATE]
        first = {"channels": [{"id": "C1"}], "response_metadata": {"next_cursor": "more"}}
        slack.replies["users.conversations"] = [first, {"error": "internal_error"}]
        assert not await make_directory(slack).can_see("U0MEI", PLACE)


async def test_dm_is_visible_to_its_user_only() -> None:
    async with fake_slack_server() as slack:
        slack.replies["conversations.info"] = [DIRECT]
        directory = make_directory(slack)
        assert await directory.can_see("U0MEI", ChannelRef("T1", "D1"))
        assert not await directory.can_see("U0LEAD", ChannelRef("T1", "D1"))


async def test_lookups_are_cached_for_one_minute() -> None:
    clock = FakeClock()
    async with fake_slack_server() as slack:
        slack.replies["conversations.info"] = [PUBLIC, PRIVATE]
        directory = make_directory(slack, clock)
        assert not await directory.is_private(PLACE)
        clock.seconds += 59
        assert not await directory.is_private(PLACE)
        clock.seconds += 2
        assert await directory.is_private(PLACE)


async def test_invitation_takes_effect_immediately() -> None:
    async with fake_slack_server() as slack:
        slack.replies["conversations.info"] = [PUBLIC_WITHOUT_BOT, PUBLIC]
        directory = make_directory(slack)
        assert not await directory.can_post(PLACE)
        assert await directory.can_post(PLACE)


async def test_bot_cannot_post_in_an_unknown_channel() -> None:
    async with fake_slack_server() as slack:
        slack.replies["conversations.info"] = [{"error": "channel_not_found"}]
        assert not await make_directory(slack).can_post(PLACE)


async def test_unavailable_slack_raises_instead_of_asking_for_an_invitation() -> None:
    async with fake_slack_server() as slack:
        slack.replies["conversations.info"] = [{"error": "internal_error"}]
        with pytest.raises(SlackUnavailable):
            await make_directory(slack).can_post(PLACE)


@pytest.mark.parametrize(
    ("user", "is_bot", "person"), [("U1", False, True), ("U1", True, False), ("USLACKBOT", False, False)]
)
async def test_bots_and_slackbot_are_not_human(user: str, is_bot: bool, person: bool) -> None:
    async with fake_slack_server() as slack:
        slack.replies["users.info"] = [{"user": {"is_bot": is_bot}}]
        assert await make_directory(slack).is_human("T1", user) is person


async def test_answers_are_asked_for_anew_after_the_seconds_they_are_kept() -> None:
    async with fake_slack_server() as slack:
        slack.replies["conversations.info"] = [PRIVATE, PUBLIC]
        watch = FakeClock()
        visibility = SlackDirectory(slack.clients, watch, cached=1.0)
        assert await visibility.is_private(PLACE)
        watch.seconds += 1
        assert not await visibility.is_private(PLACE)


def _workspace(slack: FakeSlackServer, enterprise: str | None) -> SlackDirectory:
    """A directory of workspace T1, in an organization or in none."""
    identity = AuthorizeResult(enterprise_id=enterprise, team_id="T1", bot_user_id="U0BOT", bot_id="B1", bot_token="x")
    return SlackDirectory(Clients({"T1": Workspace(slack.client("xoxb-test"), identity)}), FakeClock())


@pytest.mark.parametrize(
    ("info", "enterprise", "external"),
    [
        ({"team_id": "T1"}, None, False),
        ({"team_id": "T0CLIENTCO"}, None, True),
        ({"team_id": "T0CLIENTCO", "is_stranger": False}, None, True),
        ({"team_id": "T1", "is_stranger": True}, None, True),
        ({"profile": {"team": "T0CLIENTCO"}}, None, True),
        ({"team_id": "E0CLIENTORG"}, None, True),
        ({"team_id": "E0CLIENTORG"}, "E0OURS", True),
        ({"team_id": "E0OURS"}, "E0OURS", False),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E0OURS", "teams": ["T2"]}}, "E0OURS", False),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E0CLIENTORG", "teams": ["T2"]}}, "E0OURS", True),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E0OURS", "teams": ["T2"]}}, None, True),
        ({"team_id": "E0OURS", "enterprise_user": {"id": "W1", "teams": ["T1", "T2"]}}, None, False),
        ({}, None, False),
    ],
    ids=str,
)
async def test_people_of_other_organizations_are_external(
    info: dict[str, object], enterprise: str | None, external: bool
) -> None:
    async with fake_slack_server() as slack:
        slack.replies["users.info"] = [{"user": info}]
        user = await _workspace(slack, enterprise).get_user("T1", "U0CARA")
    assert (user.is_external, user.is_guest, user.is_human) == (external, external, True)


@pytest.mark.parametrize(
    ("listed", "members", "visible"),
    [
        ({"channels": []}, ["U0MEI"], False),
        ({"channels": []}, ["U0MEI", "U0CARA"], True),
        ({"channels": [{"id": "C1"}]}, ["U0MEI"], True),
        ({"error": "user_not_found"}, ["U0CARA"], True),
        ({"error": "internal_error"}, ["U0CARA"], False),
    ],
    ids=str,
)
async def test_external_people_see_a_public_channel_only_as_members(
    listed: dict[str, object], members: list[str], visible: bool
) -> None:
    async with fake_slack_server() as slack:
        slack.replies["users.info"] = [{"user": {"team_id": "T0CLIENTCO", "is_stranger": False}}]
        slack.replies["users.conversations"] = [listed]
        slack.replies["conversations.members"] = [
            {"members": members[:1], "response_metadata": {"next_cursor": "more"}},
            {"members": members[1:], "response_metadata": {"next_cursor": ""}},
        ]
        assert await make_directory(slack).can_see("U0CARA", PLACE) is visible


@pytest.mark.parametrize(("code", "deactivated"), [("user_not_found", True), ("user_not_visible", False)])
async def test_a_user_whom_slack_does_not_show_has_no_rights(code: str, deactivated: bool) -> None:
    async with fake_slack_server() as slack:
        slack.replies["users.info"] = [{"error": code}]
        directory = make_directory(slack)
        user = await directory.get_user("T1", "U0GONE")
        assert not await directory.can_see("U0GONE", PLACE)
        assert len(slack.calls_to("users.info")) == 1
    assert user == User(is_human=False, is_guest=True, is_deactivated=deactivated, is_unknown=True)


@pytest.mark.parametrize("code", ["internal_error", "missing_scope", "fatal_error"])
async def test_other_refusals_of_slack_do_not_decide_who_a_user_is(code: str) -> None:
    async with fake_slack_server() as slack:
        slack.replies["users.info"] = [{"error": code}]
        with pytest.raises(SlackUnavailable):
            await make_directory(slack).get_user("T1", "U0MEI")


@pytest.mark.parametrize("flag", ["is_bot", "is_workflow_bot", "is_connector_bot"])
async def test_bots_of_every_kind_are_not_human(flag: str) -> None:
    async with fake_slack_server() as slack:
        slack.replies["users.info"] = [{"user": {"team_id": "T1", flag: True}}]
        assert not await make_directory(slack).is_human("T1", "U0WORKFLOW")


@pytest.mark.parametrize(
    ("reply", "shared"),
    [
        ({"channel": {"id": "C1", "is_member": True, "is_shared": True, "is_ext_shared": True}}, True),
        ({"channel": {"id": "C1", "is_member": True, "is_shared": True, "is_org_shared": True}}, False),
        (PUBLIC, False),
        ({"error": "internal_error"}, True),
    ],
    ids=str,
)
async def test_channel_shared_with_another_organization_has_outsiders(reply: dict[str, object], shared: bool) -> None:
    async with fake_slack_server() as slack:
        slack.replies["conversations.info"] = [reply]
        assert await make_directory(slack).has_outsiders(PLACE) is shared


async def test_directory_asks_again_after_a_channel_got_another_id() -> None:
    async with fake_slack_server() as slack:
        slack.replies["conversations.info"] = [PRIVATE]
        slack.replies["users.conversations"] = [{"channels": [{"id": "C1"}]}, {"channels": [{"id": "C0NEW"}]}]
        directory, new = make_directory(slack), ChannelRef("T1", "C0NEW")
        assert await directory.can_see("U0MEI", PLACE)
        assert not await directory.can_see("U0MEI", new)
        directory.forget_channel(PLACE)
        assert await directory.can_see("U0MEI", new)


async def test_administrators_are_found_on_every_page_and_kept_for_an_hour() -> None:
    people = [
        {"id": "U1", "is_admin": True},
        {"id": "U2"},
        {"id": "U3", "is_owner": True},
        {"id": "U4", "is_admin": True, "deleted": True},
        {"id": "U5", "is_admin": True, "is_bot": True},
        {"id": "U6", "is_admin": True, "is_stranger": True},
    ]
    async with fake_slack_server() as slack:
        slack.replies["users.list"] = [
            {"members": people[:2], "response_metadata": {"next_cursor": "more"}},
            {"members": people[2:], "response_metadata": {"next_cursor": ""}},
        ]
        clock = FakeClock()
        directory = make_directory(slack, clock)
        for _ in range(2):
            assert list(await directory.list_administrators("T1")) == ["U1", "U3"]
            clock.seconds += 3_000
        assert len(slack.calls_to("users.list")) == 2


async def test_many_questions_about_one_user_ask_slack_once() -> None:
    async with fake_slack_server() as slack:
        slack.replies["users.info"] = [{"user": {"name": "mei"}, "after": 0.05}]
        directory = make_directory(slack)
        users = await asyncio.gather(*(directory.get_user("T1", "U0MEI") for _ in range(50)))
        assert len(slack.calls_to("users.info")) == 1
    assert {user.name for user in users} == {"mei"}


async def test_users_are_read_in_pages_where_slack_limits_how_often_it_is_asked_about_one() -> None:
    async with fake_slack_server() as slack:
        slack.replies["users.info"] = [{"error": "ratelimited"}]
        slack.replies["users.list"] = [{"members": [{"id": f"U{n}", "name": f"voter-{n}"} for n in range(200)]}]
        directory = make_directory(slack)
        users = await asyncio.gather(*(directory.get_user("T1", f"U{n}") for n in range(200)))
        assert len(slack.calls_to("users.list")) == 1
    assert [user.name for user in users] == [f"voter-{n}" for n in range(200)]

"""Presses, forms and suggestions of people who are no longer in the private channel: refused at that moment."""

import re
from dataclasses import replace
from typing import Any, cast

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.brief import Brief
from bot.domain.ids import ChannelRef
from bot.domain.round_state import RoundState
from bot.ports.rounds import RoundDraft
from handlers import register
from handlers.slack.directory import SlackDirectory
from handlers.slack.lookups import start_membership_checks
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads.values import ButtonPress
from tests.support.builders import PLACE, make_closed_round
from tests.support.fake_slack_server import FakeSlackServer, fake_slack_server
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_harness import ListenerHarness, StubUseCases, listener_harness
from tests.support.slack_payloads import mention_event, message_press, reaction_event, view_action, view_submission

ROUND = make_closed_round({1: 3, 2: 1}, 4, state=RoundState.LOCKED, locked_slot="r1-0", record_file="F0RECORDRECORD")
DRAFT = RoundDraft("w1", PLACE, "U0LEAD", Brief("Maya", "a fisherwoman"))
PRIVATE = {"channel": {"id": "C1", "is_private": True, "is_member": True}}
# Presses on a message of the private channel, by action id: the value that the button carries.
PRESSES = {
    "withdraw_consent": "r1",
    "report": "r1",
    "targets": "r1",
    "report_dismiss:1": "r1-0",
    "recast": "w1",
    "consent_use": "w1",
    "cast_with:only": "w1",
    "vote:1": "r1-0",
    "choose:1": "r1-0",
    "paper": "r1",
    "reroll": "r1",
    "reroll_all": "r1",
    "reroll_one": "r1-0",
    "vary": "r1-0",
    "refine": "r1",
    "look": "r1",
    "open_now": "r1",
    "cancel": "r1",
    "close": "r1",
    "extend": "r1",
    "run_off": "r1",
    "drop": "r1",
    "more": "r1 drop",
    "take_over": "r1",
    "lock": "r1 r1-0",
    "decide": "r1-0",
    "full_brief": "r1",
    "recall:1": "c1",
    "share": "c1",
    "full": "r1",
    "facts": "r1",
    "finish": "r1 1 up",
    "keep_finish": "r1 u1",
    "keep_original": "r1 u1",
    "character_sheet": "r1",
    "sheet_same": "r1 v1",
    "sheet_drifted": "r1 v1",
    "sheet_keep": "r1 v1",
    "sheet_again": "r1 v1 gemini:pro",
    "recast_face": "r1",
    "callback": "r1",
    "reaudition": "r1",
    "history": "c1",
    "versions": "r1",
    "take": "r1",
    "share_roster": "C1",
    "share_standings": "C1",
    "standings:workspace": "C1",
    "charged:0": "r1-0",
    "seen:0": "r1-0",
    "vote_none": "r1",
    "who_voted": "r1",
    "comment": "r1",
    "flaws": "r1",
    "look_alike:yes": "r1 r2",
    "vary_with": "r1-0 5",
    "cast_many_continue": "m1",
    "cast_many_drop": "m1",
    "help_more": "help",
}
# Choices in modals about something in the private channel, by action id: the modal's metadata.
MODAL_CHOICES = {
    "how": "r1 1 0.15",
    "add_words": "r1",
    "look_at": "r1",
    "report_candidate": "r1",
    "webhooks": "C1 0",
    "webhook_add": "C1",
    "webhook_rotate": "C1",
    "webhook_on": "C1",
    "webhook_off": "C1",
    "webhook_delete": "C1",
    "look_large": "r1",
    "version_large:1:2": "r1",
    "version_left": "r1",
    "version_right": "r1",
    "cast_models": "w1",
    "door_tokens": "C1 0 0",
    "door_token_new": "C1",
    "door_token_revoke": "C1",
    "callback_finalists": "r1 1 0.15",
    "callback_situations": "r1 1 0.15",
    "callback_model": "r1 1 0.15",
    "reaudition_first": "r1 1 0.15",
    "reaudition_other": "r1 1 0.15",
    "reaudition_per_model": "r1 1 0.15",
    "sheet_preset": "r1 1 0 0.15",
    "sheet_views:1": "r1 1 1 0.15",
    "sheet_expressions:1": "r1 1 1 0.15",
    "sheet_every:1": "r1 1 1 0.15",
    "sheet_model": "r1 1 0 0.15",
    "sheet_size": "r1 1 0 0.15",
}
# Submitted modals, by callback id: the modal's metadata.
SUBMISSIONS = {
    "paper": "r1",
    "refine": "r1",
    "comment": "r1",
    "flaws": "r1",
    "cast_many": "C1",
    "cast_many_confirm": "m1",
    "recast_face": "r1 1 0.15",
    "callback": "r1 1 0.15",
    "reaudition": "r1 1 0.15",
    "form": "w1",
    "decide": "r1-0",
    "form_recast": "w1",
    "form_consent": "w1",
    "settings": "C1 0 0",
    "door_token": "C1 V1",
    "delete_character": "C1 c1",
    "report_picture": "r1",
    "report_target": "r1",
    "add_webhook": "C1 V1",
    "character_sheet": "r1 1 0 0.15",
}
# Here the user names a channel, so the form itself says that they are not in it.
CHANNEL_FORMS = ("cast_channel",)
# Menus that ask for options, by action id.
SUGGESTIONS = ("cast_name", "cast_face")
# The home has no channel: its use cases show only what the user may see at that moment.
HOME_ACTIONS = (
    "cast_from_home",
    "search x",
    "production x",
    "page:next",
    "everyone",
    "home_standings",
    "card:0",
    "card_full",
    "card_facts",
    "card_take",
)


def make_private(slack: FakeSlackServer, *members: str) -> None:
    slack.replies["conversations.info"] = [PRIVATE]
    slack.replies["conversations.members"] = [{"members": list(members)}]


async def send(body: dict[str, Any], *members: str) -> ListenerHarness:
    async with listener_harness(InMemoryRepositories(ROUND, draft=DRAFT)) as harness:
        make_private(harness.slack, *members)
        await harness.send(body)
    return harness


@pytest.mark.parametrize("action", PRESSES)
async def test_press_of_a_removed_person_does_nothing(action: str) -> None:
    harness = await send(message_press(action, PRESSES[action], is_ephemeral=True), "U0MEI")
    assert harness.use_cases.calls == []
    (answer,) = harness.slack.responses
    assert answer["text"].startswith("You are no longer in this channel")
    assert harness.slack.calls_to("views.open") == []


@pytest.mark.parametrize("action", MODAL_CHOICES)
async def test_choice_in_an_open_modal_does_nothing(action: str) -> None:
    body = view_action(action, "x", private_metadata=MODAL_CHOICES[action], view="modal")
    harness = await send(body, "U0LEAD")
    assert harness.use_cases.calls == []
    assert harness.slack.calls_to("views.update") == []
    (refusal,) = harness.slack.calls_to("views.push")
    assert "You are no longer in this channel" in str(refusal["view"]["blocks"])


@pytest.mark.parametrize("callback_id", SUBMISSIONS)
async def test_form_of_a_removed_person_is_refused(callback_id: str) -> None:
    async with listener_harness(InMemoryRepositories(ROUND, draft=DRAFT)) as harness:
        make_private(harness.slack, "U0MEI")
        response = await harness.send(view_submission(callback_id, SUBMISSIONS[callback_id]))
    assert harness.use_cases.calls == []
    assert "You are no longer in this channel" in response.body


@pytest.mark.parametrize("action", SUGGESTIONS)
async def test_suggestions_stay_empty_for_a_removed_person(action: str) -> None:
    body = {
        "type": "block_suggestion",
        "team": {"id": "T1"},
        "user": {"id": "U0LEAD", "team_id": "T1"},
        "action_id": action,
        "block_id": action,
        "value": "Ma",
        "view": {"id": "V1", "type": "modal", "private_metadata": "w1"},
    }
    async with listener_harness(InMemoryRepositories(ROUND, draft=DRAFT)) as harness:
        make_private(harness.slack, "U0MEI")
        response = await harness.send(body)
    assert harness.use_cases.calls == []
    assert '"options": []' in response.body


async def test_mention_of_a_removed_person_starts_nothing_and_is_answered_directly() -> None:
    async with listener_harness(InMemoryRepositories(ROUND, draft=DRAFT)) as harness:
        make_private(harness.slack, "U0LEAD")
        await harness.send(mention_event("<@U0BOT> Maya: a fisherwoman"))
        (sent,) = harness.slack.calls_to("chat.postMessage")
    assert harness.use_cases.calls == []
    assert sent["channel"] == "U0MEI"
    assert "You are no longer in this channel" in sent["text"]


async def test_reaction_of_a_removed_person_does_not_count() -> None:
    harness = await send(reaction_event("one"), "U0LEAD")
    assert harness.use_cases.calls == []


async def test_member_of_the_private_channel_is_served() -> None:
    harness = await send(message_press("close", "r1"), "U0LEAD")
    assert harness.use_cases.calls == [("round_controls.close", "r1", "U0LEAD")]


async def test_member_removed_between_two_presses_is_refused_at_once() -> None:
    async with listener_harness(InMemoryRepositories(ROUND)) as harness:
        make_private(harness.slack, "U0LEAD")
        await harness.send(message_press("close", "r1"))
        make_private(harness.slack, "U0MEI")
        await harness.send(message_press("extend", "r1"))
    assert [name for name, *_ in harness.use_cases.calls] == ["round_controls.close"]


async def test_public_channel_costs_no_membership_call() -> None:
    async with listener_harness(InMemoryRepositories(ROUND)) as harness:
        await harness.send(message_press("close", "r1"))
        assert harness.slack.calls_to("conversations.members") == []
    assert [name for name, *_ in harness.use_cases.calls] == ["round_controls.close"]


async def test_guest_outside_a_public_channel_is_refused() -> None:
    async with listener_harness(InMemoryRepositories(ROUND)) as harness:
        harness.slack.replies["users.info"] = [{"user": {"is_restricted": True}}]
        await harness.send(message_press("close", "r1"))
    assert harness.use_cases.calls == []


async def test_press_waits_for_slack_instead_of_guessing() -> None:
    async with listener_harness(InMemoryRepositories(ROUND)) as harness:
        make_private(harness.slack)
        harness.slack.replies["conversations.members"] = [{"error": "internal_error"}]
        await harness.send(message_press("close", "r1"))
        (answer,) = harness.slack.responses
    assert harness.use_cases.calls == []
    assert "Slack does not answer" in answer["text"]


async def test_known_members_count_while_slack_limits_the_rate() -> None:
    async with listener_harness(InMemoryRepositories(ROUND)) as harness:
        make_private(harness.slack, "U0LEAD")
        await harness.send(message_press("close", "r1"))
        harness.slack.replies["conversations.members"] = [{"error": "ratelimited"}]
        await harness.send(message_press("extend", "r1"))
    assert [name for name, *_ in harness.use_cases.calls] == ["round_controls.close", "round_controls.extend"]


async def test_channels_of_a_person_are_asked_once_for_each_request() -> None:
    async with fake_slack_server() as slack:
        directory = SlackDirectory(slack.clients)
        slack.replies["conversations.info"] = [PRIVATE]
        slack.replies["users.conversations"] = [{"channels": [{"id": "C1"}, {"id": "C2"}]}, {"channels": []}]
        start_membership_checks()
        assert await directory.can_see("U1", PLACE)
        assert await directory.can_see("U1", ChannelRef("T1", "C2"))
        start_membership_checks()
        assert not await directory.can_see("U1", PLACE)
        assert len(slack.calls_to("users.conversations")) == 2


@pytest.mark.parametrize(("code", "seen"), [("channel_not_found", False), ("internal_error", True)])
async def test_known_channels_count_while_slack_is_silent_but_not_after_a_refusal(code: str, seen: bool) -> None:
    async with fake_slack_server() as slack:
        directory = SlackDirectory(slack.clients)
        slack.replies["conversations.info"] = [PRIVATE]
        slack.replies["users.conversations"] = [{"channels": [{"id": "C1"}]}, {"error": code}]
        start_membership_checks()
        assert await directory.can_see("U1", PLACE)
        start_membership_checks()
        assert await directory.can_see("U1", PLACE) is seen


async def test_silent_slack_does_not_make_a_known_membership_last_longer() -> None:
    clock = {"seconds": 1_000.0}
    async with fake_slack_server() as slack:
        directory = SlackDirectory(slack.clients, lambda: clock["seconds"], cached=60)
        slack.replies["conversations.info"] = [PRIVATE]
        slack.replies["users.conversations"] = [{"channels": [{"id": "C1"}]}, {"error": "internal_error"}]
        answers = []
        for clock["seconds"] in (1_000.0, 1_050.0, 1_070.0):
            start_membership_checks()
            answers.append(await directory.can_see("U1", PLACE))
    assert answers == [True, True, False]


def registered(kind: str) -> list[str | re.Pattern[str]]:
    """Return what the bot listens to: action ids, callback ids of views, or action ids of menus."""
    app = AsyncApp(client=AsyncWebClient(token="xoxb-test"))
    found: list[str | re.Pattern[str]] = []
    original = getattr(app, kind)

    def listen(constraint: Any, *rest: Any, **options: Any) -> Any:
        found.append(constraint)
        return original(constraint, *rest, **options)

    setattr(app, kind, listen)
    register(app, StubUseCases().casting(), InMemoryRepositories().storage, _NO_DIRECTORY, _NO_CLIENTS)
    return found


_NO_DIRECTORY: Any = None
_NO_CLIENTS: Any = None


@pytest.mark.parametrize(
    ("kind", "tested"),
    [
        ("action", (*PRESSES, *MODAL_CHOICES, *HOME_ACTIONS)),
        ("view", (*SUBMISSIONS, *CHANNEL_FORMS)),
        ("options", SUGGESTIONS),
        ("shortcut", ("cast_message",)),
        (
            "event",
            (
                "app_mention",
                "reaction_added",
                "reaction_removed",
                "app_home_opened",
                "channel_id_changed",
                "app_uninstalled",
                "team_access_granted",
                "team_access_revoked",
                "tokens_revoked",
            ),
        ),
        ("command", ("/cast",)),
    ],
)
def test_every_listener_is_in_the_tables_above(kind: str, tested: tuple[str, ...]) -> None:
    untested = [
        constraint
        for constraint in registered(kind)
        if not any(
            re.fullmatch(constraint, each) if isinstance(constraint, str) else constraint.search(each)
            for each in tested
        )
    ]
    assert untested == []


class RecordingDirectory:
    """A directory in which nobody is in any channel; it records the channels that it was asked about."""

    def __init__(self) -> None:
        self.asked: list[ChannelRef] = []

    async def is_member(self, _person: str, place: ChannelRef) -> bool:
        self.asked.append(place)
        return False


async def test_a_vote_after_the_channel_got_another_id_asks_about_no_other_channel() -> None:
    repositories, directory = InMemoryRepositories(ROUND), RecordingDirectory()
    guard = WorkspaceGuard(repositories.storage, cast("SlackDirectory", directory))
    await guard.check_slot(ButtonPress(PLACE, "U1", "vote:1", ("r1-0",), 1, "", None, False))
    moved = ChannelRef("T1", "C0NEW")
    repositories.rounds_by_id["r1"] = replace(ROUND, place=moved)
    await guard.check_slot(ButtonPress(moved, "U1", "vote:1", ("r1-0",), 2, "", None, False))
    assert directory.asked == []

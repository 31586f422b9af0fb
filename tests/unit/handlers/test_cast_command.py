"""The `/cast` command: what is saved, acknowledged and answered."""

import json
from decimal import Decimal

import pytest

from bot.domain.brief import Brief
from bot.domain.errors import (
    AlreadyCast,
    AlreadyCasting,
    AlternativeOffer,
    ModelsUnavailable,
    OverBudget,
    UnavailableModel,
)
from bot.domain.ids import ChannelRef
from bot.ports.roster import Page
from handlers.slack import responder
from tests.support.builders import (
    make_character,
    make_face,
    make_voting_round,
)
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_cases import (
    COMMAND_TEXT,
    DELETED_ORIGINAL,
    START_RESULT,
    ack_body,
    called_methods,
    send_and_get_reply,
)
from tests.support.listener_harness import listener_harness
from tests.support.slack_payloads import (
    message_press,
    slash_command,
)


@pytest.fixture
def short_ack_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the time before the ack, so that a test waits less for a slow Slack."""
    monkeypatch.setattr(responder, "_ACK_BUDGET_SECONDS", 0.05)


async def test_brief_is_saved_acknowledged_and_started() -> None:
    async with listener_harness(start_round__start=START_RESULT) as harness:
        response = await harness.send(slash_command(COMMAND_TEXT))
    assert response.status == 200
    assert ack_body(response) == {}
    assert harness.use_cases.calls == [
        ("start_round.start", Brief("Maya", "a fisherwoman, 60"), ChannelRef("T1", "C1"), "U0LEAD", "11.22.aa"),
        ("start_round.enqueue", "r1"),
    ]


async def test_invalid_command_gets_an_ephemeral_correction() -> None:
    async with listener_harness() as harness:
        reply = await send_and_get_reply(harness, slash_command("Maya: a fisherwoman --look pretty"))
    assert reply["response_type"] == "ephemeral"
    assert reply["text"].startswith("I know the looks skin, literal and balanced, but not pretty.")
    assert "/cast Maya: a fisherwoman --look skin" in json.dumps(reply["blocks"])
    assert harness.use_cases.calls == []


async def test_uninvited_bot_asks_for_an_invitation() -> None:
    async with listener_harness() as harness:
        harness.slack.replies["conversations.info"] = [{"error": "channel_not_found"}]
        reply = await send_and_get_reply(harness, slash_command(COMMAND_TEXT))
    assert "/invite @Castroom" in reply["text"]
    assert f"/cast {COMMAND_TEXT}" in json.dumps(reply["blocks"])
    assert harness.use_cases.calls == []


async def test_command_in_a_foreign_dm_asks_for_a_channel() -> None:
    async with listener_harness() as harness:
        harness.slack.replies["conversations.info"] = [{"error": "channel_not_found"}]
        reply = await send_and_get_reply(harness, slash_command(COMMAND_TEXT, channel="D9"))
    assert reply["text"].startswith("I can't post in this conversation.")


async def test_recast_needs_confirmation_of_the_price() -> None:
    async with listener_harness(
        start_round__start=AlreadyCast("Maya", "w1", Decimal("0.15")), start_round__confirm_recast=START_RESULT
    ) as harness:
        reply = await send_and_get_reply(harness, slash_command(COMMAND_TEXT))
        request = json.dumps(reply["blocks"])
        assert '"Re-cast Maya for $0.15"' in request
        assert '"value": "w1"' in request
        assert called_methods(harness) == ["start_round.start"]
        await harness.send(message_press("recast", "w1", is_ephemeral=True))
    assert harness.use_cases.calls[1:] == [
        ("start_round.confirm_recast", "w1", "U0LEAD"),
        ("start_round.enqueue", "r1"),
    ]
    assert harness.slack.responses == [DELETED_ORIGINAL]


async def test_unavailable_models_offer_priced_alternatives() -> None:
    missing_model = UnavailableModel("GPT-Image-2", "no_key", Decimal("0.066"), "Nano Banana Pro", Decimal("0.15"))
    offers = (
        AlternativeOffer("instead", ("Recraft V4.1", "Nano Banana Pro"), Decimal("0.47"), "w1"),
        AlternativeOffer("only", ("Recraft V4.1",), Decimal("0.14"), "w2"),
    )
    unavailable = ModelsUnavailable(("GPT-Image-2",), ("recraft",), (missing_model,), offers)
    async with listener_harness(start_round__start=unavailable, start_round__confirm_draft=START_RESULT) as harness:
        reply = await send_and_get_reply(harness, slash_command(COMMAND_TEXT))
        assert reply["response_type"] == "ephemeral"
        assert reply["text"] == (
            "GPT-Image-2 is not available now (no key). "
            "Nano Banana Pro instead costs up to $0.15 a portrait instead of $0.07. Nothing was started."
        )
        presses = [(e["text"]["text"], e["action_id"], e["value"]) for e in reply["blocks"][1]["elements"]]
        assert presses == [
            ("Cast with it for up to $0.47", "cast_with:instead", "w1"),
            ("Only with Recraft V4.1 for up to $0.14", "cast_with:only", "w2"),
        ]
        assert called_methods(harness) == ["start_round.start"]
        await harness.send(message_press("cast_with:only", "w2", is_ephemeral=True))
    assert harness.use_cases.calls[1:] == [("start_round.confirm_draft", "w2", "U0LEAD"), ("start_round.enqueue", "r1")]
    assert harness.slack.responses == [DELETED_ORIGINAL]


async def test_open_round_reply_links_to_it() -> None:
    busy = AlreadyCasting("Maya", "r1")
    async with listener_harness(InMemoryRepositories(make_voting_round()), start_round__start=busy) as harness:
        reply = await send_and_get_reply(harness, slash_command(COMMAND_TEXT))
    assert reply["text"].startswith("Maya is being cast right now. <https://harbour.slack.com/archives/C1/p1|Go there>")


async def test_open_round_reply_keeps_the_brief_to_send_again() -> None:
    busy = AlreadyCasting("Maya", "r1")
    async with listener_harness(InMemoryRepositories(make_voting_round()), start_round__start=busy) as harness:
        reply = await send_and_get_reply(harness, slash_command(COMMAND_TEXT))
    assert f"/cast {COMMAND_TEXT}" in json.dumps(reply["blocks"])


async def test_exceeded_cap_is_reported_in_the_ack() -> None:
    over = OverBudget("round", Decimal("2.4"), Decimal(2), Decimal(2))
    async with listener_harness(start_round__start=over) as harness:
        assert "can raise the cap" in ack_body(await harness.send(slash_command(COMMAND_TEXT)))["text"]
    assert called_methods(harness) == ["start_round.start"]


async def test_help_command() -> None:
    async with listener_harness() as harness:
        answers = [
            (await send_and_get_reply(harness, slash_command(command_text)))["text"] for command_text in ("help", "?")
        ]
    assert answers == ["Cast a face together."] * 2


async def test_list_command_shows_the_roster() -> None:
    page = Page((make_character(face=make_face()), make_character("Rui", 2)), 2)
    async with listener_harness(recall__list_visible=page) as harness:
        reply = await send_and_get_reply(harness, slash_command("list"))
    assert reply["text"] == "2 characters"
    assert "Rui · <#C1> · being cast" in json.dumps(reply["blocks"], ensure_ascii=False)


@pytest.mark.usefixtures("short_ack_deadline")
async def test_slow_channel_lookup_opens_no_round() -> None:
    async with listener_harness(start_round__start=START_RESULT) as harness:
        harness.slack.replies["conversations.info"] = [{"after": 0.4}]
        reply = ack_body(await harness.send(slash_command(COMMAND_TEXT)))
    assert reply["text"].endswith("Nothing was changed. Try again in a minute.")
    assert harness.use_cases.calls == []


@pytest.mark.usefixtures("short_ack_deadline")
async def test_slow_permalink_is_omitted() -> None:
    async with listener_harness(
        InMemoryRepositories(make_voting_round()), start_round__start=AlreadyCasting("Maya", "r1")
    ) as harness:
        harness.slack.replies["chat.getPermalink"] = [{"after": 0.4}]
        reply = await send_and_get_reply(harness, slash_command(COMMAND_TEXT))
    assert reply["text"].startswith("Maya is being cast right now. Your brief")

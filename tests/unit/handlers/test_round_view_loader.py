"""What a round's message loads: links of related rounds only where everyone in the channel may see them."""

from bot.domain.ids import ChannelRef
from bot.domain.round_state import RECAST, RoundState
from handlers.slack.directory import SlackDirectory
from handlers.slack.locations import Permalinks
from handlers.slack.round_views import RoundViewLoader
from tests.support.builders import CATALOGUE, NOW, TITLES, make_closed_round, make_face, make_round
from tests.support.fake_slack_server import fake_slack_server
from tests.support.in_memory import InMemoryRepositories
from tests.support.rendered_views import visible_text


async def test_recast_in_a_public_channel_does_not_link_a_private_round() -> None:
    private_place = ChannelRef("T1", "C0SECRET")
    old = make_closed_round({1: 1}, 1, id="r0", place=private_place, state=RoundState.LOCKED, locked_slot="r1-0")
    recast = make_round(parent="r0", origin=RECAST, recast_reason="too young")
    face = make_face(round_id="r0", place=private_place)
    async with fake_slack_server() as slack:
        slack.replies["conversations.info"] = [{"channel": {"id": "C0SECRET", "is_private": True, "is_member": True}}]
        directory = SlackDirectory(slack.clients)
        repositories = InMemoryRepositories(old, recast, face=face)
        loader = RoundViewLoader(
            repositories.storage, CATALOGUE, directory, TITLES, Permalinks(slack.clients), lambda: NOW
        )
        shown = visible_text(await loader.load(recast))
    assert "Re-cast: too young · version 1" in shown
    assert "<https" not in shown


async def test_recast_links_a_round_of_the_same_channel() -> None:
    old = make_closed_round({1: 1}, 1, id="r0", state=RoundState.LOCKED, locked_slot="r1-0")
    recast = make_round(parent="r0", origin=RECAST, recast_reason="too young")
    async with fake_slack_server() as slack:
        repositories = InMemoryRepositories(old, recast, face=make_face(round_id="r0"))
        loader = RoundViewLoader(
            repositories.storage,
            CATALOGUE,
            SlackDirectory(slack.clients),
            TITLES,
            Permalinks(slack.clients),
            lambda: NOW,
        )
        shown = visible_text(await loader.load(recast))
    assert "|version 1>" in shown

"""Channels shared with other organizations: connected people, guests, people Slack does not show, and other bots."""

import pytest

from playground.control.client import Json, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment
from tests.support.steps import start_ballot, vote_and_lock

pytestmark = pytest.mark.heavy

MODEL_SECONDS = 0.05

CLIENT, CLIENT_ORG = "T0CLIENTCO", "E0CLIENTORG"


async def new_person(workspace: PracticeEnvironment, name: str, **kind: object) -> str:
    body = {"name": name, "real_name": name.title(), **kind}
    return str((await workspace.control_client.post("people", body))["person"]["id"])


async def new_channel(workspace: PracticeEnvironment, name: str, *members: str, private: bool = False) -> str:
    body = {"name": name, "private": private, "members": [LENA, DANIEL, "U0CASTROOM", *members]}
    return str((await workspace.control_client.post("channels", body))["channel"]["id"])


async def rounds_in(workspace: PracticeEnvironment, channel: str) -> list[Json]:
    return [m for m in await workspace.control_client.messages(channel) if m.get("metadata")]


async def wait_for_rounds(workspace: PracticeEnvironment, channel: str, count: int = 1) -> str:
    """The newest round's message, once there are so many."""

    async def probe() -> str | None:
        found = await rounds_in(workspace, channel)
        return str(found[-1]["ts"]) if len(found) == count else None

    return await workspace.control_client.wait_for(probe, f"{count} rounds", 10)


async def bot_replies(workspace: PracticeEnvironment, channel: str) -> list[str]:
    """The bot's messages to everyone but the rounds', also in threads."""
    state = await workspace.control_client.get("state", channel=channel)
    every = [*state["messages"][channel], *(m for t in state["threads"].get(channel, {}).values() for m in t)]
    return [text_of(m) for m in every if m.get("user") == "U0CASTROOM" and not m.get("metadata") and not m.get("files")]


async def test_whole_round_with_everyone_a_shared_channel_can_hold(workspace: PracticeEnvironment) -> None:
    cara = await new_person(workspace, "cara", home=CLIENT)
    gus = await new_person(workspace, "gus", guest=True)
    ivo = await new_person(workspace, "ivo", hidden="user_not_visible")
    zap, flow = await new_person(workspace, "zap", bot=True), await new_person(workspace, "flow", workflow=True)
    channel = await new_channel(workspace, "shared-film", cara, gus, ivo, zap, flow)
    slack, calls = workspace.control_client, await workspace.count_model_calls()

    for sender in (zap, zap, flow):
        await slack.mention(sender, channel, "Robot: a machine --each 1 --models recraft")
    for sender in (cara, ivo):
        await slack.mention(sender, channel, "Mine: a client's face --each 1 --models recraft")
    refusal = text_of(await workspace.wait_for_ephemeral(cara, "can vote here", channel))
    assert "People from other organizations" in refusal
    await workspace.wait_for_ephemeral(ivo, "can vote here", channel)
    assert "Guests can vote here" in await workspace.run_command("Mine: a guest's face", gus, channel)
    assert not (await slack.command(cara, channel, "settings"))["ok"]
    replies = await bot_replies(workspace, channel)
    assert [text.startswith("I answer people only") for text in replies] == [True, True]
    assert (await rounds_in(workspace, channel), await workspace.count_model_calls()) == ([], calls)

    asked = str((await slack.mention(LENA, channel, "Maya: a fisherwoman --each 2 --models recraft"))["ts"])
    ts = await wait_for_rounds(workspace, channel)
    await workspace.wait_for_ballot(ts, channel)
    mention = "<@U0CASTROOM> Tomas: a ferry pilot --each 1 --models recraft"
    assert (await slack.post(f"people/{LENA}/edit", {"channel": channel, "ts": asked, "text": mention}))["ok"]

    for voter, number in ((cara, "one"), (gus, "one"), (ivo, "two"), (zap, "two"), (DANIEL, "two")):
        assert (await slack.react(voter, channel, ts, number))["ok"]
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 2", "vote:2": "2 · 1"}, channel)
    await workspace.press(LENA, ts, "vote:1", channel)
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 3", "vote:2": "2 · 1"}, channel)
    await workspace.press(cara, ts, "close", channel)
    await workspace.wait_for_ephemeral(cara, f"Only <@{LENA}> can", channel)
    await workspace.press(LENA, ts, "close", channel)
    await workspace.wait_for_button(ts, "extend", channel)
    await workspace.press(LENA, ts, "lock", channel)
    await workspace.wait_for_text(ts, "Maya is cast", channel)
    assert len(await rounds_in(workspace, channel)) == 1

    await slack.mention(cara, channel, "who is Maya?")

    async def answered() -> bool:
        return any("Cast in" in text for text in await bot_replies(workspace, channel))

    await slack.wait_for(answered, "a visible answer")


async def test_connected_people_do_not_see_faces_of_channels_they_are_not_in(workspace: PracticeEnvironment) -> None:
    for home in (CLIENT, CLIENT_ORG):
        name = f"Otto {home}"
        await vote_and_lock(workspace, await start_ballot(workspace, f"{name}: a diver"), name)
        outsider = await new_person(workspace, f"out-{home.lower()}", home=home)
        channel = await new_channel(workspace, f"client-{home.lower()}", outsider)
        await workspace.control_client.mention(outsider, channel, f"who is {name}?")
        answer = await workspace.wait_for_ephemeral(outsider, "", channel)
        assert "Cast in" not in text_of(answer)
        await workspace.control_client.mention(LENA, channel, f"who is {name}?")
        assert "Cast in" in text_of(await workspace.wait_for_ephemeral(LENA, "Cast in", channel))


async def test_forms_of_connected_people_count_for_the_installation(workspace: PracticeEnvironment) -> None:
    voters = [await new_person(workspace, f"paper-{home[0].lower()}", home=home) for home in (CLIENT, CLIENT_ORG)]
    channel = await new_channel(workspace, "sealed-film", *voters)
    line = "Rosa: a sailor --each 2 --models recraft --ballot sealed --for 1h"
    ts = await workspace.cast(line, LENA, channel)
    await workspace.wait_for_button(ts, "paper", channel)

    async def uploaded() -> bool:
        return sum(len(m.get("files", [])) for m in await workspace.control_client.thread(channel, ts)) >= 3

    await workspace.control_client.wait_for(uploaded, "the pictures in the thread")
    for voter in voters:
        view = await workspace.open_modal(voter, ts, "paper", "Candidate 1", channel)
        (first, *_) = [b["block_id"] for b in view["blocks"] if b["type"] == "input"]
        assert (await workspace.control_client.submit(voter, view["id"], {first: ["human", "likeness"]}))["ok"]
        await workspace.wait_for_modal(voter, "Ballot submitted")
    await workspace.wait_for_text(ts, "2 people voted", channel)


async def test_a_channel_that_gets_another_id_keeps_its_faces_and_rounds(workspace: PracticeEnvironment) -> None:
    old = await new_channel(workspace, "quiet-client", private=True)
    await vote_and_lock(workspace, await start_ballot(workspace, "Sable: a spokesperson", old), "Sable", old)
    ts = await start_ballot(workspace, "Vera: a stunt driver", old)
    shared = await workspace.control_client.post(f"people/{LENA}/change_id", {"channel": old})
    new = str(shared["channel"]["id"])
    assert new != old

    async def moved() -> bool:
        return "channel_moved" in workspace.log

    await workspace.control_client.wait_for(moved, "the move")
    assert "Cast in" in await workspace.run_command("Sable", DANIEL, new)
    assert "spokesperson" not in await workspace.run_command("Sable", MEI, FILM)
    assert "being cast" in await workspace.run_command("Vera: another --each 1 --models recraft", DANIEL, new)
    assert (await workspace.control_client.react(DANIEL, new, ts, "two"))["ok"]
    await workspace.wait_for_labels(ts, {"vote:2": "2 · 1"}, new)
    await vote_and_lock(workspace, ts, "Vera", new)
    assert len(await rounds_in(workspace, new)) == 2


async def test_a_rename_of_channel_changes_nothing(workspace: PracticeEnvironment) -> None:
    channel = await new_channel(workspace, "working-title")
    ts = await start_ballot(workspace, "Rene: a cook", channel)
    await workspace.control_client.post("slack/install", {"events": ["channel_rename", "team_rename", "app_mention"]})
    assert (await workspace.control_client.post(f"people/{LENA}/rename", {"channel": channel, "name": "final-title"}))[
        "ok"
    ]
    await vote_and_lock(workspace, ts, "Rene", channel)


async def test_a_forwarded_message_is_the_brief(workspace: PracticeEnvironment) -> None:
    slack = workspace.control_client
    original = await slack.post_message(DANIEL, FILM, "We need a ferry pilot of fifty & <weathered>")
    forwarded = await slack.post_message(MEI, FILM, "", shared={"channel": FILM, "ts": original})
    assert (await slack.shortcut(LENA, FILM, forwarded))["ok"]
    view = await workspace.wait_for_modal(LENA, "Up to")
    brief = next(b["element"] for b in view["blocks"] if b.get("block_id") == "cast_text")
    assert brief["initial_value"] == "We need a ferry pilot of fifty & <weathered>"
    await slack.mention(LENA, FILM, "Tomas:", shared={"channel": FILM, "ts": original})

    async def started() -> bool:
        return any("Casting Tomas" in text_of(m) for m in await rounds_in(workspace, FILM))

    await slack.wait_for(started, "the round", 10)

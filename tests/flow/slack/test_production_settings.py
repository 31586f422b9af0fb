"""`/cast settings` as people in Slack see it: the form, errors at their fields, two who save at once, guests."""

import pytest

from playground.control.client import Json, text_of
from tests.support.practice_environment import (
    DANIEL,
    FERRY,
    FILM,
    GENERAL,
    LENA,
    MEI,
    QUIET,
    PracticeEnvironment,
)

pytestmark = pytest.mark.heavy

BOT_SETTINGS = {"MAX_USD_PER_ROUND": "1.00"}


async def open_settings(workspace: PracticeEnvironment, user: str = LENA, channel: str = FILM) -> Json:
    answer = await workspace.control_client.command(user, channel, "settings")
    assert answer["ok"], answer
    return await workspace.wait_for_modal(user, "from the next round on")


async def submit_settings(workspace: PracticeEnvironment, user: str, view: Json, **values: str | list[str]) -> Json:
    return await workspace.control_client.submit(user, view["id"], values)


def menu_options(view: Json, field: str) -> dict[str, str]:
    """A menu's choices: label to value."""
    block = next(b for b in view["blocks"] if b.get("block_id") == field)
    return {option["text"]["text"]: option["value"] for option in block["element"]["options"]}


async def test_saved_settings_apply_to_the_next_round(workspace: PracticeEnvironment) -> None:
    view = await open_settings(workspace)
    assert any(label.endswith("a portrait") for label in menu_options(view, "models"))
    wanted = {"name": "The Quay", "style": "north light, no make-up", "ballot": "sealed", "for": "60"}
    assert (await submit_settings(workspace, LENA, view, **wanted))["ok"]
    text = text_of(await workspace.wait_for_ephemeral(LENA, "Saved:"))
    assert "the ballot from quick to sealed" in text
    ts = await workspace.cast("Maya: a fisherwoman --each 1 --models recraft")
    assert "House style: north light, no make-up" in await workspace.wait_for_text(ts, "House style")
    await workspace.wait_for_button(ts, "paper")
    await workspace.press(LENA, ts, "close")
    await workspace.press(LENA, await _decide_first_candidate(workspace, ts), "facts")
    facts = text_of(await workspace.wait_for_ephemeral(LENA, "Prompt version"))
    assert "*House style:* north light, no make-up" in facts
    assert "portrait-2-style" in facts
    reopened = await open_settings(workspace, DANIEL)
    assert f"<@{LENA}> changed the name to “The Quay”" in text_of(reopened)
    assert "north light" not in workspace.log


async def _decide_first_candidate(workspace: PracticeEnvironment, ts: str) -> str:
    """The lead takes the one candidate of a closed ballot."""
    message = await workspace.wait_for_button(ts, "extend")
    menu = next(e for b in message["blocks"] for e in b.get("elements", []) if e.get("action_id") == "decide")
    await workspace.decide(LENA, ts, menu["options"][0]["value"])
    await workspace.wait_for_button(ts, "facts")
    return ts


async def test_invalid_setting_is_reported_at_its_field(workspace: PracticeEnvironment) -> None:
    view = await open_settings(workspace, channel=FERRY)
    answer = await submit_settings(workspace, LENA, view, per_month="lots")
    assert answer["errors"] == {"per_month": "An amount like 2.50, not lots."}
    answer = await submit_settings(workspace, LENA, view, per_month="", per_round="5", may_change_settings=[DANIEL])
    assert answer["errors"] == {
        "per_round": "Castroom allows $1.00 a round, and a production can only go below that.",
        "may_change_settings": "Include yourself, or you could not undo this.",
    }


async def test_production_cap_error_names_the_settings(workspace: PracticeEnvironment) -> None:
    assert (await submit_settings(workspace, LENA, await open_settings(workspace, channel=FERRY), per_round="0.05"))[
        "ok"
    ]
    calls_before = await workspace.count_model_calls()
    text = await workspace.run_command("Ben: a cook --each 2 --models recraft", channel=FERRY)
    assert "a round of this production may cost $0.05" in text
    assert "`/cast settings` here can raise it" in text
    assert await workspace.count_model_calls() == calls_before
    assert (await submit_settings(workspace, LENA, await open_settings(workspace, channel=FERRY), per_round=""))["ok"]


async def test_second_save_shows_the_first_users_changes(workspace: PracticeEnvironment) -> None:
    mine, theirs = await open_settings(workspace, LENA, FERRY), await open_settings(workspace, DANIEL, FERRY)
    assert (await submit_settings(workspace, DANIEL, theirs, quorum="3"))["ok"]
    await submit_settings(workspace, LENA, mine, style="dusk")
    view = await workspace.wait_for_modal(LENA, "Someone else saved these settings")
    quorum = next(b for b in view["blocks"] if b.get("block_id") == "quorum")
    assert quorum["element"]["initial_value"] == "3"
    assert (await submit_settings(workspace, LENA, view, style="dusk"))["ok"]
    assert "the quorum to 3" in text_of(await open_settings(workspace, MEI, FERRY))


async def test_only_listed_users_open_the_settings(workspace: PracticeEnvironment) -> None:
    assert (
        await submit_settings(workspace, LENA, await open_settings(workspace, LENA, QUIET), may_change_settings=[LENA])
    )["ok"]
    text = await workspace.run_command("settings", DANIEL, QUIET)
    assert text == f"Only <@{LENA}> can change the settings. Nothing was changed."
    assert "/invite @Castroom" in await workspace.run_command("settings", LENA, GENERAL)


async def test_channel_joins_another_production_and_shares_names(workspace: PracticeEnvironment) -> None:
    created = await workspace.control_client.post(
        "channels", {"name": "reshoots", "private": True, "members": [LENA, "U0CASTROOM"]}
    )
    reshoots = created["channel"]["id"]
    view = await open_settings(workspace, LENA, reshoots)
    assert (await submit_settings(workspace, LENA, view, production=menu_options(view, "production")["The Quay"]))["ok"]
    assert "The Quay" in text_of(await workspace.wait_for_ephemeral(LENA, "this channel casts for"))
    await workspace.cast("Sable: a spokesperson --ballot quick --each 1 --models recraft", LENA, reshoots)
    text = await workspace.run_command("Sable: a rival", DANIEL, FILM)
    assert "in another channel of this production, which you cannot see" in text
    assert "http" not in text
    assert "Sable" not in await workspace.run_command("list", DANIEL, FILM)
    assert "The Quay" in await workspace.run_command("list", LENA, FILM)


async def test_guest_votes_but_starts_only_if_listed(workspace: PracticeEnvironment) -> None:
    created = await workspace.control_client.post(
        "people", {"name": "gia", "real_name": "Gia Extra", "channels": [FERRY], "guest": True}
    )
    guest = created["person"]["id"]
    ts = await workspace.cast("Otto: a diver --each 1 --models recraft,gpt-image-2", LENA, FERRY)
    await workspace.wait_for_ballot(ts, FERRY)
    await workspace.press(guest, ts, "vote:1", FERRY)
    await workspace.wait_for_text(ts, "1 person voted", FERRY)
    text = await workspace.run_command("Ida: a pilot", guest, FERRY)
    assert "Guests can vote here, but not start rounds" in text
    view = await open_settings(workspace, LENA, FERRY)
    assert (await submit_settings(workspace, LENA, view, may_start=[guest], may_spend=[guest]))["ok"]
    await workspace.cast("Ida: a pilot --each 1 --models recraft", guest, FERRY)
    assert "Only" in await workspace.run_command("Ada: a cook", DANIEL, FERRY)


async def test_an_administrator_sets_the_times_of_the_whole_workspace(workspace: PracticeEnvironment) -> None:
    added = await workspace.control_client.post(
        "people", {"name": "ada", "real_name": "Ada Admin", "admin": True, "channels": ["harbour-film"]}
    )
    ada = added["person"]["id"]
    view = await open_settings(workspace, ada)
    assert "For the whole workspace" in text_of(view)
    assert (await submit_settings(workspace, ada, view, workspace_keep_portraits="30"))["ok"]
    await workspace.wait_for_ephemeral(ada, "how long the workspace keeps portraits to 30 days")
    seen = await open_settings(workspace, DANIEL, FERRY)
    assert "For the whole workspace" not in text_of(seen)
    hints = [block["hint"]["text"] for block in seen["blocks"] if block.get("block_id") == "keep_portraits"]
    assert hints == ["After the round has ended. Empty: 30 days, as the workspace. 365 at most."]

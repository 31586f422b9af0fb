"""`/cast settings` as people in Slack see it: the form, errors at their fields, two who save at once, guests."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.door import Json, text_of
from tests.flow.house import DANIEL, FERRY, FILM, GENERAL, LENA, MEI, QUIET, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film"), MAX_USD_PER_ROUND="1.00") as opened:
        await opened.at_ease()
        yield opened


async def settings(film: House, user: str = LENA, channel: str = FILM) -> Json:
    answer = await film.door.command(user, channel, "settings")
    assert answer["ok"], answer
    return await film.dialog(user, "from the next round on")


async def save(film: House, user: str, view: Json, **values: str | list[str]) -> Json:
    return await film.door.submit(user, view["id"], values)


def options_of(view: Json, field: str) -> dict[str, str]:
    """A menu's choices: label to value."""
    block = next(b for b in view["blocks"] if b.get("block_id") == field)
    return {option["text"]["text"]: option["value"] for option in block["element"]["options"]}


async def test_settings_are_saved_and_the_next_round_follows_them(film: House) -> None:
    view = await settings(film)
    assert any(label.endswith("a portrait") for label in options_of(view, "models"))
    wanted = {"name": "The Quay", "style": "north light, no make-up", "ballot": "sealed", "for": "60"}
    assert (await save(film, LENA, view, **wanted))["ok"]
    told = text_of(await film.told(LENA, "Saved:"))
    assert "the ballot from quick to sealed" in told
    ts = await film.cast("Maya: a fisherwoman --each 1 --models recraft")
    assert "House style: north light, no make-up" in await film.reads(ts, "House style")
    await film.shows(ts, "paper")
    await film.press(LENA, ts, "close")
    await film.press(LENA, await _decided(film, ts), "facts")
    facts = text_of(await film.told(LENA, "Prompt version"))
    assert "*House style:* north light, no make-up" in facts
    assert "portrait-1-style" in facts
    again = await settings(film, DANIEL)
    assert f"<@{LENA}> changed the name to “The Quay”" in text_of(again)
    assert "north light" not in film.log


async def _decided(film: House, ts: str) -> str:
    """The lead takes the one candidate of a closed ballot."""
    message = await film.shows(ts, "extend")
    menu = next(e for b in message["blocks"] for e in b.get("elements", []) if e.get("action_id") == "decide")
    await film.door.click(LENA, FILM, ts, "decide", menu["options"][0]["value"])
    await film.shows(ts, "facts")
    return ts


async def test_what_cannot_be_is_told_at_its_field(film: House) -> None:
    view = await settings(film, channel=FERRY)
    answer = await save(film, LENA, view, per_month="lots")
    assert answer["errors"] == {"per_month": "An amount like 2.50, not lots."}
    answer = await save(film, LENA, view, per_month="", per_round="5", keepers=[DANIEL])
    assert answer["errors"] == {
        "per_round": "Castroom allows $1.00 a round, and a production can only go below that.",
        "keepers": "Name yourself as well, or you could not undo this.",
    }


async def test_a_productions_own_cap_says_that_its_settings_can_raise_it(film: House) -> None:
    assert (await save(film, LENA, await settings(film, channel=FERRY), per_round="0.05"))["ok"]
    asked = await film.asked()
    told = await film.asks("Ben: a cook --each 2 --models recraft", channel=FERRY)
    assert "a round of this production may cost $0.05" in told
    assert "`/cast settings` here can raise it" in told
    assert await film.asked() == asked
    assert (await save(film, LENA, await settings(film, channel=FERRY), per_round=""))["ok"]


async def test_whoever_saves_second_is_shown_what_the_first_saved(film: House) -> None:
    mine, theirs = await settings(film, LENA, FERRY), await settings(film, DANIEL, FERRY)
    assert (await save(film, DANIEL, theirs, quorum="3"))["ok"]
    await save(film, LENA, mine, style="dusk")
    view = await film.dialog(LENA, "Somebody else saved these settings")
    quorum = next(b for b in view["blocks"] if b.get("block_id") == "quorum")
    assert quorum["element"]["initial_value"] == "3"
    assert (await save(film, LENA, view, style="dusk"))["ok"]
    assert "the quorum to 3" in text_of(await settings(film, MEI, FERRY))


async def test_only_those_named_open_the_form_and_others_read_who_they_are(film: House) -> None:
    assert (await save(film, LENA, await settings(film, LENA, QUIET), keepers=[LENA]))["ok"]
    told = await film.asks("settings", DANIEL, QUIET)
    assert told == f"Here only <@{LENA}> can change the settings. Nothing was changed."
    assert "/invite @Castroom" in await film.asks("settings", LENA, GENERAL)


async def test_a_channel_joins_another_production_and_names_are_shared(film: House) -> None:
    made = await film.door.post("channels", {"name": "reshoots", "private": True, "members": [LENA, "U0CASTROOM"]})
    reshoots = made["channel"]["id"]
    view = await settings(film, LENA, reshoots)
    assert (await save(film, LENA, view, production=options_of(view, "production")["The Quay"]))["ok"]
    assert "The Quay" in text_of(await film.told(LENA, "this channel casts for"))
    await film.cast("Sable: a spokesperson --ballot quick --each 1 --models recraft", LENA, reshoots)
    told = await film.asks("Sable: a rival", DANIEL, FILM)
    assert "in another channel of this production, which you cannot see" in told
    assert "http" not in told
    assert "Sable" not in await film.asks("list", DANIEL, FILM)
    assert "The Quay" in await film.asks("list", LENA, FILM)


async def test_a_guest_votes_and_does_not_start_unless_settings_name_them(film: House) -> None:
    made = await film.door.post("people", {"name": "gia", "real_name": "Gia Extra", "channels": [FERRY], "guest": True})
    guest = made["person"]["id"]
    ts = await film.cast("Otto: a diver --each 1 --models recraft,gpt-image-2", LENA, FERRY)
    await film.ballot(ts, FERRY)
    await film.press(guest, ts, "vote:1", FERRY)
    await film.reads(ts, "1 person voted", FERRY)
    told = await film.asks("Ida: a pilot", guest, FERRY)
    assert "Guests can vote here, but not start rounds" in told
    view = await settings(film, LENA, FERRY)
    assert (await save(film, LENA, view, starters=[guest], spenders=[guest]))["ok"]
    await film.cast("Ida: a pilot --each 1 --models recraft", guest, FERRY)
    assert "Here only" in await film.asks("Ada: a cook", DANIEL, FERRY)

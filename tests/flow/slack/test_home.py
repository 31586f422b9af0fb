"""Home, other names and the cast in one picture, as people in Slack see them."""

import asyncio
from io import BytesIO

import pytest
import pytest_asyncio
from PIL import Image

from playground.control.client import Json, buttons_of, pictures_of, text_of
from tests.support.practice_environment import (
    DANIEL,
    FERRY,
    FILM,
    LENA,
    MEI,
    QUIET,
    PracticeEnvironment,
)

pytestmark = pytest.mark.heavy

DIRECT_MESSAGES = {LENA: "D0LENAORTIZ", DANIEL: "D0DANIELOKA", MEI: "D0MEITANAKA"}

BOT_SETTINGS = {"MAX_USD_PER_DAY": "100"}


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def cast_faces(workspace: PracticeEnvironment) -> None:
    """Maya and Otto are cast in #harbour-film, another Maya in #night-ferry, Sable where Mei may not look."""
    await asyncio.gather(
        cast_character(workspace, "Maya: weathered 60-year-old fisherwoman"),
        cast_character(workspace, "Maya: a ferry captain", FERRY),
        cast_character(workspace, "Sable: a spokesperson", QUIET),
    )
    await cast_character(workspace, "Otto: a pilot")


async def cast_character(workspace: PracticeEnvironment, line: str, channel: str = FILM) -> str:
    ts = await workspace.cast(f"{line} --each 1 --models recraft", channel=channel)
    await workspace.wait_for_ballot(ts, channel)
    await workspace.press(LENA, ts, "vote:1", channel)
    await workspace.wait_for_button(ts, "lock", channel)
    await workspace.wait_for_text(ts, "1 person voted", channel)
    await workspace.press(LENA, ts, "lock", channel)
    await workspace.wait_for_text(ts, "is cast.", channel)
    return ts


async def open_home(workspace: PracticeEnvironment, user: str) -> Json:
    """What stands in a person's home after they opened it anew."""
    published = len(await workspace.control_client.calls("views.publish"))
    await workspace.control_client.post(f"people/{user}/home", {"tab": "home"})
    return await wait_for_home(workspace, user, published)


async def wait_for_home(workspace: PracticeEnvironment, user: str, published: int) -> Json:
    async def published_view() -> Json | None:
        if len(await workspace.control_client.calls("views.publish")) <= published:
            return None
        found: Json | None = (await workspace.control_client.get("state", user=user))["homes"].get(user)
        return found

    return await workspace.control_client.wait_for(published_view, "a home published anew")


async def click_element(
    workspace: PracticeEnvironment, user: str, view: Json, action: str, value: str | None = None
) -> Json:
    body = {"view_id": view["id"], "action_id": action, "value": value}
    return await workspace.control_client.post(f"people/{user}/click", body)


async def click_and_reload(
    workspace: PracticeEnvironment, user: str, view: Json, action: str, value: str | None = None
) -> Json:
    """A press in a home, and the home it leads to."""
    published = len(await workspace.control_client.calls("views.publish"))
    assert (await click_element(workspace, user, view, action, value))["ok"]
    return await wait_for_home(workspace, user, published)


def field_action_id(view: Json, prefix: str) -> str:
    """The name of a field in a home: it changes with what stands there."""
    inputs = [b["element"]["action_id"] for b in view["blocks"] if b["type"] == "input"]
    return next(str(name) for name in inputs if name.startswith(prefix))


def card_action_id(view: Json, name: str) -> str:
    """The button of somebody's card."""
    blocks = view["blocks"]
    at = next(n for n, b in enumerate(blocks) if b["type"] == "section" and f"*{name}*" in b["text"]["text"])
    return str(blocks[at + 1]["elements"][0]["action_id"])


async def test_home_shows_only_visible_productions(workspace: PracticeEnvironment) -> None:
    leads, producers = await open_home(workspace, LENA), await open_home(workspace, MEI)
    assert "3 characters" in text_of(producers)
    assert "4 characters" in text_of(leads)
    assert "Sable" in text_of(leads)
    assert "Sable" not in str(producers)
    assert "quiet" not in str(producers)
    portraits = [b["accessory"] for b in producers["blocks"] if "accessory" in b]
    assert [p["type"] for p in portraits] == ["image"] * 3
    assert "Weathered 60-year-old fisherwoman: the face of Maya" in [p["alt_text"] for p in portraits]


async def test_home_can_be_searched_filtered_and_reset(workspace: PracticeEnvironment) -> None:
    view = await open_home(workspace, MEI)
    found = await click_and_reload(workspace, MEI, view, field_action_id(view, "search"), "ott")
    assert "1 character with “ott”" in text_of(found)
    assert "*Otto*" in text_of(found)
    assert "*Maya*" not in text_of(found)
    near = await click_and_reload(workspace, MEI, found, field_action_id(found, "search"), "Mayra")
    assert "No one called “Mayra”. Did you mean one of these?" in text_of(near)
    assert text_of(near).count("*Maya*") == 2
    menu = next(b["element"] for b in near["blocks"] if b["type"] == "input" and "options" in b["element"])
    labels = {option["text"]["text"]: option["value"] for option in menu["options"]}
    assert list(labels) == ["All productions", "#harbour-film", "#night-ferry"]
    filtered = await click_and_reload(workspace, MEI, near, field_action_id(near, "production"), labels["#night-ferry"])
    assert text_of(filtered).count("*Maya*") == 1
    everyone = await click_and_reload(workspace, MEI, filtered, "everyone")
    assert "3 characters" in text_of(everyone)
    fields = [b["element"] for b in everyone["blocks"] if b["type"] == "input"]
    assert "initial_value" not in fields[0]


async def test_home_sends_the_standings_of_the_channels_that_a_person_sees(workspace: PracticeEnvironment) -> None:
    await click_element(workspace, MEI, await open_home(workspace, MEI), "home_standings")
    assert "direct message" in text_of(await workspace.wait_for_modal(MEI, "in a moment"))

    async def standings() -> Json | None:
        messages = await workspace.control_client.messages(DIRECT_MESSAGES[MEI])
        return next((m for m in messages if "Standings in all channels that you see" in text_of(m)), None)

    assert not buttons_of(await workspace.control_client.wait_for(standings, "the standings"))


async def test_card_opens_face_facts_original_and_download(workspace: PracticeEnvironment) -> None:
    view = await open_home(workspace, MEI)
    await click_element(workspace, MEI, view, card_action_id(view, "Otto"))
    face = await workspace.wait_for_modal(MEI, "Cast in")
    assert pictures_of(face)
    assert set(buttons_of(face)) == {"card_full", "card_facts", "card_take"}
    await click_element(workspace, MEI, face, "card_facts")
    assert "SHA-256" in text_of(await workspace.wait_for_modal(MEI, "SHA-256"))
    await workspace.control_client.post(
        f"people/{MEI}/close", {"view_id": (await workspace.wait_for_modal(MEI, "SHA-256"))["id"]}
    )
    face = await workspace.wait_for_modal(MEI, "Cast in")
    await click_element(workspace, MEI, face, "card_full")
    full = await workspace.wait_for_modal(MEI, "pixels")
    assert "Otto" in text_of(full)
    await workspace.control_client.post(f"people/{MEI}/close", {"view_id": full["id"]})
    await click_element(workspace, MEI, await workspace.wait_for_modal(MEI, "Cast in"), "card_take")
    await workspace.wait_for_modal(MEI, "is in our direct messages as a ZIP")
    sent = (await workspace.control_client.messages(DIRECT_MESSAGES[MEI]))[-1]
    assert "package" in text_of(sent)


async def test_outdated_home_press_is_dropped_silently(workspace: PracticeEnvironment) -> None:
    view = await open_home(workspace, LENA)
    await workspace.control_client.post(
        "slack/faults", {"method": "views.publish", "kind": "error", "error": "hash_conflict", "times": 1}
    )
    assert (await click_element(workspace, LENA, view, field_action_id(view, "search"), "Otto"))["ok"]

    async def refused() -> bool:
        return any(call["error"] == "hash_conflict" for call in await workspace.control_client.calls("views.publish"))

    await workspace.control_client.wait_for(refused, "the conflict")
    assert all(call["arguments"].get("hash") for call in (await workspace.control_client.calls("views.publish"))[-1:])
    assert await workspace.control_client.top_view(LENA) is None, "nobody is told of a press that another one overtook"
    assert "4 characters" in text_of((await workspace.control_client.get("state", user=LENA))["homes"][LENA])


async def test_alias_works_in_recall_search_brief_and_reference(workspace: PracticeEnvironment) -> None:
    assert "Maya answers to “the fisherwoman” too." in await workspace.run_command("alias Maya = the fisherwoman")
    assert "also: the fisherwoman" in await workspace.run_command("The Fisherwoman", MEI)
    assert "Did you mean Maya?" in await workspace.run_command("the fisherwomen", MEI), (
        "a slip in an alias is asked back"
    )
    unsure = await wait_for_suggestions(workspace, "fisherwoman", MEI)
    assert "Maya, the fisherwoman" in buttons_of(unsure).values()
    await workspace.control_client.mention(DANIEL, FILM, "who is the fisherwoman?")

    async def answered() -> bool:
        return "also: the fisherwoman" in text_of((await workspace.control_client.messages(FILM))[-1])

    await workspace.control_client.wait_for(answered, "the answer to everybody")
    text = await workspace.run_command("the fisherwoman: younger, 40")
    assert "Maya is already cast." in text
    view = await open_home(workspace, MEI)
    found = await click_and_reload(workspace, MEI, view, field_action_id(view, "search"), "fisherw")
    assert "*Maya* · also: the fisherwoman" in text_of(found)
    ts = await workspace.cast('Ines: her daughter --like "the fisherwoman" --each 1 --models nano-banana')
    await workspace.wait_for_ballot(ts)
    assert "“the fisherwoman” is already taken by Maya." in await workspace.run_command("alias Otto = the fisherwoman")
    assert "“Otto” is already taken by Otto" in await workspace.run_command("alias Maya = Otto")
    assert "No one called Bertha" in await workspace.run_command("alias Bertha = Bea")
    assert "Maya no longer answers to “the fisherwoman”." in await workspace.run_command("alias the fisherwoman =")
    assert "No one in this production has the alias the fisherwoman" in await workspace.run_command(
        "alias the fisherwoman ="
    )


async def wait_for_suggestions(workspace: PracticeEnvironment, line: str, user: str) -> Json:
    await workspace.control_client.command(user, FILM, line)
    return await workspace.wait_for_ephemeral(user, "Did you mean")


async def test_same_name_prefers_the_channels_own_production(workspace: PracticeEnvironment) -> None:
    assert "captain" not in await workspace.run_command("Maya", MEI, FILM)
    assert "captain" in await workspace.run_command("Maya", MEI, FERRY)
    text = await workspace.run_command("Maya", DANIEL, QUIET)
    assert "There is more than one Maya" in text
    assert FILM in text
    assert FERRY in text


async def test_roster_poster_is_sent_and_can_be_shared(workspace: PracticeEnvironment) -> None:
    assert "direct message" in await workspace.run_command("roster")
    sent = await wait_for_roster_picture(workspace, DIRECT_MESSAGES[LENA])
    assert "The cast of #harbour-film" in text_of(sent)
    (picture,) = pictures_of(sent)
    with Image.open(BytesIO(await workspace.control_client.download_file(picture))) as image:
        assert image.format == "JPEG"
        assert image.width <= 2000
    assert "2 portraits with their names: Maya and Otto" in str(sent["blocks"])
    assert buttons_of(sent) == {"share_roster": "Share in #harbour-film"}
    await workspace.press(LENA, sent["ts"], "share_roster", DIRECT_MESSAGES[LENA])
    shared = await wait_for_roster_picture(workspace, FILM)
    assert "2 faces" in text_of(shared)
    assert not buttons_of(shared)


async def test_rejected_roster_poster_upload_is_reported(workspace: PracticeEnvironment) -> None:
    await workspace.inject_fault("files.completeUploadExternal", "error", error="internal_error", times=0)
    await workspace.control_client.command(MEI, FERRY, "roster")

    async def notified() -> bool:
        return "Slack does not accept the picture" in text_of(
            (await workspace.control_client.messages(DIRECT_MESSAGES[MEI]))[-1]
        )

    await workspace.control_client.wait_for(notified, "the words without the picture")
    await workspace.clear_faults("files.completeUploadExternal")


async def test_empty_roster_explains_how_to_begin(workspace: PracticeEnvironment) -> None:
    assert "No one is cast for this channel's production yet" in await workspace.run_command(
        "roster", channel=DIRECT_MESSAGES[LENA]
    )


async def wait_for_roster_picture(workspace: PracticeEnvironment, channel: str) -> Json:
    """The newest message of a channel, once it shows a picture of the cast."""

    async def probe() -> Json | None:
        newest = (await workspace.control_client.messages(channel))[-1]
        return newest if "The cast of" in text_of(newest) and pictures_of(newest) else None

    return await workspace.control_client.wait_for(probe, "the picture of the cast")


async def test_large_roster_has_pages(workspace: PracticeEnvironment) -> None:
    await asyncio.gather(
        *(
            workspace.control_client.command(DANIEL, FERRY, f"Extra {n:02}: a sailor --each 1 --models recraft")
            for n in range(12)
        )
    )
    view = await open_home(workspace, MEI)

    async def all_there() -> Json | None:
        nonlocal view
        view = await open_home(workspace, MEI)
        return view if "16 characters · page 1 of 2" in text_of(view) else None

    await workspace.control_client.wait_for(all_there, "a roster of two pages")
    assert text_of(view).count("being cast") <= 15
    second = await click_and_reload(workspace, MEI, view, "page:next")
    assert "page 2 of 2" in text_of(second)
    assert "page:next" not in buttons_of(second)
    filtered = await click_and_reload(workspace, MEI, second, field_action_id(second, "search"), "extra 1")
    assert "2 characters with “extra 1”" in text_of(filtered)
    everyone = await click_and_reload(workspace, MEI, filtered, "everyone")
    back = await click_and_reload(
        workspace, MEI, await click_and_reload(workspace, MEI, everyone, "page:next"), "page:back"
    )
    assert "page 1 of 2" in text_of(back)

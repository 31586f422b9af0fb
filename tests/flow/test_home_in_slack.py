"""Home, other names and the cast in one picture, as people in Slack see them."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
import pytest_asyncio
from PIL import Image

from playground.door import Json, buttons_of, pictures_of, text_of
from tests.flow.house import DANIEL, FERRY, FILM, LENA, MEI, QUIET, House, house

DIRECT = {LENA: "D0LENAORTIZ", DANIEL: "D0DANIELOKA", MEI: "D0MEITANAKA"}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Maya and Otto are cast in #harbour-film, another Maya in #night-ferry, Sable where Mei may not look."""
    async with house(tmp_path_factory.mktemp("film"), MAX_USD_PER_DAY="100") as opened:
        await opened.at_ease()
        await asyncio.gather(
            cast(opened, "Maya: weathered 60-year-old fisherwoman"),
            cast(opened, "Maya: a ferry captain", FERRY),
            cast(opened, "Sable: a spokesperson", QUIET),
        )
        await cast(opened, "Otto: a pilot")
        yield opened


async def cast(film: House, line: str, channel: str = FILM) -> str:
    ts = await film.cast(f"{line} --each 1 --models recraft", channel=channel)
    await film.ballot(ts, channel)
    await film.press(LENA, ts, "vote:1", channel)
    await film.shows(ts, "lock", channel)
    await film.reads(ts, "1 person voted", channel)
    await film.press(LENA, ts, "lock", channel)
    await film.reads(ts, "is cast.", channel)
    return ts


async def home(film: House, user: str) -> Json:
    """What stands in a person's home after they opened it anew."""
    published = len(await film.door.calls("views.publish"))
    await film.door.post(f"people/{user}/home", {"tab": "home"})
    return await anew(film, user, published)


async def anew(film: House, user: str, published: int) -> Json:
    async def shown() -> Json | None:
        if len(await film.door.calls("views.publish")) <= published:
            return None
        found: Json | None = (await film.door.get("state", user=user))["homes"].get(user)
        return found

    return await film.door.until(shown, "a home published anew")


async def touch(film: House, user: str, view: Json, action: str, value: str | None = None) -> Json:
    body = {"view_id": view["id"], "action_id": action, "value": value}
    return await film.door.post(f"people/{user}/click", body)


async def go(film: House, user: str, view: Json, action: str, value: str | None = None) -> Json:
    """A press in a home, and the home it leads to."""
    published = len(await film.door.calls("views.publish"))
    assert (await touch(film, user, view, action, value))["ok"]
    return await anew(film, user, published)


def field(view: Json, begins: str) -> str:
    """The name of a field in a home: it changes with what stands there."""
    inputs = [b["element"]["action_id"] for b in view["blocks"] if b["type"] == "input"]
    return next(str(name) for name in inputs if name.startswith(begins))


def card(view: Json, name: str) -> str:
    """The button of somebody's card."""
    blocks = view["blocks"]
    at = next(n for n, b in enumerate(blocks) if b["type"] == "section" and f"*{name}*" in b["text"]["text"])
    return str(blocks[at + 1]["elements"][0]["action_id"])


async def test_a_home_shows_each_production_the_person_may_see_and_nothing_else(film: House) -> None:
    leads, producers = await home(film, LENA), await home(film, MEI)
    assert "3 characters" in text_of(producers)
    assert "4 characters" in text_of(leads)
    assert "Sable" in text_of(leads)
    assert "Sable" not in str(producers)
    assert "quiet" not in str(producers)
    portraits = [b["accessory"] for b in producers["blocks"] if "accessory" in b]
    assert [p["type"] for p in portraits] == ["image"] * 3
    assert "Weathered 60-year-old fisherwoman: the face of Maya" in [p["alt_text"] for p in portraits]


async def test_a_home_is_searched_narrowed_and_shown_whole_again(film: House) -> None:
    view = await home(film, MEI)
    found = await go(film, MEI, view, field(view, "search"), "ott")
    assert "1 character with “ott”" in text_of(found)
    assert "*Otto*" in text_of(found)
    assert "*Maya*" not in text_of(found)
    near = await go(film, MEI, found, field(found, "search"), "Mayra")
    assert "No “Mayra” that you may see. Did you mean one of these?" in text_of(near)
    assert text_of(near).count("*Maya*") == 2
    menu = next(b["element"] for b in near["blocks"] if b["type"] == "input" and "options" in b["element"])
    labels = {option["text"]["text"]: option["value"] for option in menu["options"]}
    assert list(labels) == ["All productions", "#harbour-film", "#night-ferry"]
    narrowed = await go(film, MEI, near, field(near, "production"), labels["#night-ferry"])
    assert text_of(narrowed).count("*Maya*") == 1
    everyone = await go(film, MEI, narrowed, "everyone")
    assert "3 characters" in text_of(everyone)
    fields = [b["element"] for b in everyone["blocks"] if b["type"] == "input"]
    assert "initial_value" not in fields[0]


async def test_a_card_opens_the_face_with_where_it_comes_from_and_hands_it_over(film: House) -> None:
    view = await home(film, MEI)
    await touch(film, MEI, view, card(view, "Otto"))
    face = await film.dialog(MEI, "Cast in")
    assert pictures_of(face)
    assert set(buttons_of(face)) == {"card_full", "card_facts", "card_take"}
    await touch(film, MEI, face, "card_facts")
    assert "SHA-256" in text_of(await film.dialog(MEI, "SHA-256"))
    await film.door.post(f"people/{MEI}/close", {"view_id": (await film.dialog(MEI, "SHA-256"))["id"]})
    face = await film.dialog(MEI, "Cast in")
    await touch(film, MEI, face, "card_full")
    full = await film.dialog(MEI, "pixels")
    assert "Otto" in text_of(full)
    await film.door.post(f"people/{MEI}/close", {"view_id": full["id"]})
    await touch(film, MEI, await film.dialog(MEI, "Cast in"), "card_take")
    await film.dialog(MEI, "is in your messages with me, as one ZIP")
    sent = (await film.door.messages(DIRECT[MEI]))[-1]
    assert "to take on" in text_of(sent)


async def test_two_presses_on_one_home_lead_to_one_place(film: House) -> None:
    view = await home(film, LENA)
    await film.door.post(
        "slack/faults", {"method": "views.publish", "kind": "error", "error": "hash_conflict", "times": 1}
    )
    assert (await touch(film, LENA, view, field(view, "search"), "Otto"))["ok"]

    async def refused() -> bool:
        return any(call["error"] == "hash_conflict" for call in await film.door.calls("views.publish"))

    await film.door.until(refused, "the conflict")
    assert all(call["arguments"].get("hash") for call in (await film.door.calls("views.publish"))[-1:])
    assert await film.door.dialog(LENA) is None, "nobody is told of a press that another one overtook"
    assert "4 characters" in text_of((await film.door.get("state", user=LENA))["homes"][LENA])


async def test_a_character_answers_to_its_other_name_everywhere(film: House) -> None:
    assert "Maya answers to “the fisherwoman” too." in await film.asks("alias Maya = the fisherwoman")
    assert "also: the fisherwoman" in await film.asks("The Fisherwoman", MEI)
    assert "also: the fisherwoman" in await film.asks("the fisherwomen", MEI), "a slip in an alias is forgiven"
    unsure = await suggested(film, "fisherwoman", MEI)
    assert "Maya, the fisherwoman" in buttons_of(unsure).values()
    await film.door.mention(DANIEL, FILM, "who is the fisherwoman?")

    async def answered() -> bool:
        return "also: the fisherwoman" in text_of((await film.door.messages(FILM))[-1])

    await film.door.until(answered, "the answer to everybody")
    told = await film.asks("the fisherwoman: younger, 40")
    assert "Maya is cast already." in told
    view = await home(film, MEI)
    found = await go(film, MEI, view, field(view, "search"), "fisherw")
    assert "*Maya* · also: the fisherwoman" in text_of(found)
    ts = await film.cast('Ines: her daughter --like "the fisherwoman" --each 1 --models nano-banana')
    await film.ballot(ts)
    assert "In this production “the fisherwoman” is Maya already." in await film.asks("alias Otto = the fisherwoman")
    assert "“Otto” is Otto already" in await film.asks("alias Maya = Otto")
    assert "I have no Bertha" in await film.asks("alias Bertha = Bea")
    assert "Maya no longer answers to “the fisherwoman”." in await film.asks("alias the fisherwoman =")
    assert "Nobody in this production has the alias the fisherwoman" in await film.asks("alias the fisherwoman =")


async def suggested(film: House, line: str, user: str) -> Json:
    await film.door.command(user, FILM, line)
    return await film.told(user, "Did you mean")


async def test_two_of_one_name_are_told_apart_by_their_productions_and_the_own_one_comes_first(film: House) -> None:
    assert "captain" not in await film.asks("Maya", MEI, FILM)
    assert "captain" in await film.asks("Maya", MEI, FERRY)
    told = await film.asks("Maya", DANIEL, QUIET)
    assert "There is more than one Maya" in told
    assert FILM in told
    assert FERRY in told


async def test_the_cast_comes_as_one_picture_and_goes_where_everybody_may_see_it(film: House) -> None:
    assert "in our direct message" in await film.asks("roster")
    sent = await pictured(film, DIRECT[LENA])
    assert "The cast of #harbour-film" in text_of(sent)
    (picture,) = pictures_of(sent)
    with Image.open(BytesIO(await film.door.bytes_of(picture))) as drawn:
        assert drawn.format == "JPEG"
        assert drawn.width <= 2000
    assert "2 portraits with their names: Maya and Otto" in str(sent["blocks"])
    assert buttons_of(sent) == {"share_roster": "Share in #harbour-film"}
    await film.press(LENA, sent["ts"], "share_roster", DIRECT[LENA])
    shared = await pictured(film, FILM)
    assert "2 faces" in text_of(shared)
    assert not buttons_of(shared)


async def test_a_cast_whose_picture_slack_does_not_take_says_so(film: House) -> None:
    await film.trouble("files.completeUploadExternal", "error", error="internal_error", times=0)
    await film.door.command(MEI, FERRY, "roster")

    async def told() -> bool:
        return "Slack does not take the picture" in text_of((await film.door.messages(DIRECT[MEI]))[-1])

    await film.door.until(told, "the words without the picture")
    await film.calm("files.completeUploadExternal")


async def test_where_nobody_is_cast_the_roster_says_how_to_begin(film: House) -> None:
    assert "Nobody is cast for this channel's production yet" in await film.asks("roster", channel=DIRECT[LENA])


async def pictured(film: House, channel: str) -> Json:
    """The newest message of a channel, once it shows a picture of the cast."""

    async def look() -> Json | None:
        newest = (await film.door.messages(channel))[-1]
        return newest if "The cast of" in text_of(newest) and pictures_of(newest) else None

    return await film.door.until(look, "the picture of the cast")


async def test_a_large_roster_is_turned_page_by_page(film: House) -> None:
    await asyncio.gather(
        *(film.door.command(DANIEL, FERRY, f"Extra {n:02}: a sailor --each 1 --models recraft") for n in range(12))
    )
    view = await home(film, MEI)

    async def all_there() -> Json | None:
        nonlocal view
        view = await home(film, MEI)
        return view if "16 characters · page 1 of 2" in text_of(view) else None

    await film.door.until(all_there, "a roster of two pages")
    assert text_of(view).count("being cast") <= 15
    second = await go(film, MEI, view, "page:next")
    assert "page 2 of 2" in text_of(second)
    assert "page:next" not in buttons_of(second)
    narrowed = await go(film, MEI, second, field(second, "search"), "extra 1")
    assert "2 characters with “extra 1”" in text_of(narrowed)
    everyone = await go(film, MEI, narrowed, "everyone")
    back = await go(film, MEI, await go(film, MEI, everyone, "page:next"), "page:back")
    assert "page 1 of 2" in text_of(back)

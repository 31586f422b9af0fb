"""`--like photo` through both processes: a form, a file, a round drawn after it, and consent among the facts."""

from pathlib import Path

from playground.door import Json, text_of
from tests.flow.house import FILM, LENA, House, house
from tests.flow.theatre import portrait

LINE = "Ben: her brother, 30 --like photo --each 2 --models nano-banana,recraft"


async def form_of(film: House) -> Json:
    async def look() -> Json | None:
        return next(iter(await film.door.views(LENA)), None)

    return await film.door.until(look, "the form", 10)


async def posted(film: House) -> str:
    async def look() -> str | None:
        return next((str(m["ts"]) for m in await film.door.messages(FILM) if m.get("metadata")), None)

    return await film.door.until(look, "the round's message", 10)


async def test_a_photo_with_consent_becomes_a_face_whose_facts_say_so(tmp_path: Path) -> None:
    async with house(tmp_path) as film:
        await film.at_ease()
        await film.door.command(LENA, FILM, LINE)
        form = await form_of(film)
        values: Json = {"file": [await film.door.attach(LENA, "ben.png", portrait(5))], "kind": "photo"}
        refused = await film.door.submit(LENA, form["id"], values)
        assert refused["errors"] == {"consent": "For a photo of a real person, confirm that they agreed to this use."}
        assert await film.asked() == 0
        assert (await film.door.submit(LENA, form["id"], values | {"consent": ["agreed"]}))["ok"]
        ts = await posted(film)
        await film.ballot(ts)
        assert {call["model"] for call in await film.door.bill()} == {"gemini-nano-banana-2.1", "recraftv4_1"}
        await film.press(LENA, ts, "vote:1")
        await film.labelled(ts, {"vote:1": "1 · 1"})
        await film.press(LENA, ts, "lock")
        await film.shows(ts, "facts")
        await film.press(LENA, ts, "facts")
        facts = text_of(await film.told(LENA, "Drawn after"))
        assert "an attached picture, SHA-256" in facts
        assert f"<@{LENA}> confirmed on" in facts
        assert "A photo of a real person: They agreed to this use" in facts
        for secret in ("her brother", "ben.png"):
            assert secret not in film.log, "no prompt and no file name in the log"

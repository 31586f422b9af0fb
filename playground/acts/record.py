"""What comes after the vote: the record, a re-cast with its reason, an unlock, the history and both versions."""

from playwright.async_api import Locator, expect

from playground.screen import Screen

_BRIEF = "weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait"
_REASON = "Too gentle for the storm in the third act"


async def play(shown: Screen) -> None:
    """Maya is cast, cast anew while her face stays, compared, unlocked, and her history read; Ines's vote is sealed."""
    await shown.send(f"/cast Maya: {_BRIEF}")
    closed = await _closed(shown, "Casting Maya")
    await shown.shot("record-closed", closed)
    record = await _locked(shown, closed, "Maya is cast")
    await shown.shot("record-locked", record)
    await shown.press(record, "recast_face")
    form = await _form(shown, "Reason", _REASON)
    await shown.shot("record-recast")
    await form.get_by_role("button", name="Go ahead").click()
    await shown.shot("record-recast-drawing", await shown.says(f"Re-cast: {_REASON}"))
    closed = await _closed(shown, f"Re-cast: {_REASON}")
    await shown.shot("record-recast-closed", closed)
    record = await _locked(shown, closed, "version 2")
    await shown.shot("record-version-2", record)
    await shown.shot("record-superseded", await shown.says("Version 2 is Maya"))
    await shown.press(record, "versions")
    await expect(shown.page.get_by_role("dialog").get_by_role("img")).to_have_count(2)
    await shown.shot("record-versions", shown.page.get_by_role("dialog"))
    await shown.page.get_by_role("dialog").get_by_role("img").last.scroll_into_view_if_needed()
    await shown.shot("record-versions-below", shown.page.get_by_role("dialog"))
    await shown.page.get_by_role("dialog").get_by_role("button", name="Done").click()
    await shown.press(record, "recast_face")
    form = await _form(shown, "Reason", "The first one it is after all")
    await form.get_by_text("Unlock it, and that is all").click()
    await shown.shot("record-unlock")
    await form.get_by_role("button", name="Go ahead").click()
    await shown.shot("record-unlocked", await shown.says("Unlocked by"))
    await shown.send("/cast history maya")
    await shown.shot("record-history", await shown.says("Maya · history"))
    await shown.send("/cast maya")
    await shown.shot("record-recalled", await shown.says("Share here"))


async def _closed(shown: Screen, words: str) -> Locator:
    """Two people vote, and the lead closes; the message with the result."""
    message = await shown.says(words)
    await expect(message.get_by_role("button", name="Close voting")).to_be_visible()
    for name, numbers in (("Daniel Okafor", "24"), ("Mei Tanaka", "2"), ("Lena Ortiz", "24")):
        await shown.be(name)
        message = await shown.says(words)
        for number in numbers:
            await shown.press(message, f"vote:{number}")
    await expect(message).to_contain_text("3 people voted")
    await shown.press(message, "close", "Close voting")
    message = await shown.says("voting is closed")
    await expect(message.locator("[data-action=lock]")).to_be_visible()
    return message


async def _locked(shown: Screen, closed: Locator, words: str) -> Locator:
    await shown.press(closed, "lock", "Lock")
    record = await shown.says(words)
    await expect(record.get_by_role("button", name="Re-cast")).to_be_visible()
    await expect(record.get_by_role("img").first).to_be_visible()
    return record


async def _form(shown: Screen, field: str, words: str) -> Locator:
    form = shown.page.get_by_role("dialog")
    await form.get_by_label(field).fill(words)
    return form

"""Drawing again: the private choice, a variation on the sheet, other words, and the closer look before and after."""

from playwright.async_api import Locator, expect

from playground.screen import Screen

LINE = "/cast Maya: weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait"
REFINED = "weathered 70-year-old fisherwoman, deep crow's feet, salt-cracked lips, one clouded eye"


async def play(shown: Screen) -> None:
    """Lena varies 2, looks, closes, has a model draw again and refines; a picture of each step."""
    await shown.send(LINE)
    message = await _voting(shown, "vote:4")
    await shown.be("Mei Tanaka")
    await shown.press(await shown.says("Casting Maya"), "vote:2")
    await shown.be("Lena Ortiz")
    message = await shown.says("1 person voted")
    await shown.press(message, "look")
    await _look(shown, "redraw-look-voting")
    await shown.press(message, "reroll")
    choice = await shown.says("Draw again for Maya?")
    await shown.shot("redraw-choice", choice)
    await _menu(choice, "vary", "Vary 2")
    message = await _voting(shown, "vote:5")
    await expect(message).to_contain_text("5 varies 2")
    await shown.shot("redraw-variation", message)
    await shown.press(message, "close", sure="Close voting")
    message = await shown.says("voting is closed")
    await shown.press(message, "reroll")
    choice = await shown.says("Draw again for Maya?")
    await shown.shot("redraw-choice-closed", choice)
    await _menu(choice, "reroll_one", "Recraft")
    message = await shown.says("came after the vote")
    await shown.shot("redraw-closed", message)
    await shown.press(message, "look")
    await _look(shown, "redraw-look-closed")
    await shown.press(await shown.says("came after the vote"), "refine")
    form = shown.page.get_by_role("dialog")
    await expect(form).to_contain_text("A new round for")
    await form.get_by_role("textbox").fill(REFINED)
    await shown.shot("redraw-refine", form)
    await form.get_by_role("button", name="Draw").click()
    message = await shown.says("Refined from")
    await expect(message.locator("[data-action=close]")).to_be_visible()
    await shown.shot("redraw-child", message)
    parent = await shown.says("the new round is here")
    await shown.shot("redraw-parent", parent)


async def _voting(shown: Screen, number: str) -> Locator:
    message = await shown.says("Casting Maya")
    await expect(message.locator(f"[data-action='{number}']")).to_be_visible()
    return message


async def _menu(message: Locator, action_id: str, begins: str) -> None:
    """Choose what begins so from a menu of a message."""
    menu = message.locator(f"[data-action='{action_id}']")
    choice = menu.locator("option").filter(has_text=begins).first
    await menu.select_option(label=await choice.inner_text())


async def _look(shown: Screen, name: str) -> None:
    """A picture of the closer look, which is closed again."""
    view = shown.page.get_by_role("dialog")
    await expect(view.get_by_role("img")).to_have_count(2)
    await shown.shot(name, view)
    await view.get_by_role("button", name="Done").click()

"""What a person does on the page, and what comes of it."""

from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import FILM, Workspace

BRIEF = "Maya: weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait"


def button(label: str, action: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": label}, "action_id": action, **more}


def line_of(page: Page) -> Locator:
    return page.get_by_role("combobox").first


async def reactions(workspace: Workspace, ts: str) -> dict[str, list[str]]:
    answer = await workspace.slack.reactions_get(channel=FILM, timestamp=ts, full=True)
    return {one["name"]: one["users"] for one in answer["message"].get("reactions", [])}


async def test_a_click_on_a_reaction_adds_mine_and_a_second_takes_it_back(
    workspace: Workspace, chromium_page: Page
) -> None:
    ts = await workspace.post("Which reads most human?")
    await workspace.slack.reactions_add(channel=FILM, timestamp=ts, name="one")
    await chromium_page.goto(workspace.address)
    chip = chromium_page.locator("[data-reaction=one]")
    await chip.click()
    await expect(chip).to_have_attribute("aria-pressed", "true")
    assert await reactions(workspace, ts) == {"one": ["U0CASTROOM", "U0LENAORTIZ"]}
    await chip.click()
    await expect(chip).to_have_attribute("aria-pressed", "false")
    assert await reactions(workspace, ts) == {"one": ["U0CASTROOM"]}


async def test_the_picker_offers_the_numbers_and_gives_the_focus_back(
    workspace: Workspace, chromium_page: Page
) -> None:
    ts = await workspace.post("Which reads most human?")
    await chromium_page.goto(workspace.address)
    message = chromium_page.get_by_role("article").last
    await message.hover()
    await message.get_by_role("button", name="Add a reaction").click()
    await expect(message.get_by_role("button", name="one")).to_be_focused()
    await chromium_page.keyboard.press("ArrowRight")
    await chromium_page.keyboard.press("ArrowRight")
    await chromium_page.keyboard.press("Enter")
    await expect(message.locator("[data-reaction=three]")).to_be_visible()
    await expect(message.locator("button:focus")).to_have_attribute("aria-label", "Add a reaction")
    assert await reactions(workspace, ts) == {"three": ["U0LENAORTIZ"]}


async def test_a_command_reaches_nobody_while_no_app_is_connected_and_the_person_is_told(
    workspace: Workspace, chromium_page: Page
) -> None:
    await chromium_page.goto(workspace.address)
    await expect(chromium_page.get_by_text("Castroom is not running", exact=True)).to_be_visible()
    await line_of(chromium_page).fill(f"/cast {BRIEF}")
    await line_of(chromium_page).press("Enter")
    answer = chromium_page.get_by_role("article").filter(has_text="Slackbot")
    await expect(answer).to_contain_text("/cast failed")
    await expect(answer).to_contain_text("Only visible to you")
    await expect(line_of(chromium_page)).to_have_value("")


async def test_the_first_hint_fills_the_line_with_one_click(workspace: Workspace, chromium_page: Page) -> None:
    await chromium_page.goto(workspace.address)
    await chromium_page.get_by_role("button", name="/cast Maya").click()
    await expect(line_of(chromium_page)).to_have_value(f"/cast {BRIEF}")
    await expect(line_of(chromium_page)).to_be_focused()


async def test_a_slash_offers_the_commands_and_tab_takes_one(workspace: Workspace, chromium_page: Page) -> None:
    await chromium_page.goto(workspace.address)
    await line_of(chromium_page).press_sequentially("/c")
    await expect(chromium_page.get_by_role("option", selected=True)).to_contain_text("/cast")
    await line_of(chromium_page).press("Tab")
    await expect(line_of(chromium_page)).to_have_value("/cast ")
    await expect(chromium_page.get_by_role("listbox")).to_have_count(0)


async def test_a_command_nobody_knows_stays_on_the_line_with_the_reason(
    workspace: Workspace, chromium_page: Page
) -> None:
    await chromium_page.goto(workspace.address)
    await line_of(chromium_page).fill("/vote 1")
    await line_of(chromium_page).press("Enter")
    await expect(chromium_page.get_by_role("alert")).to_have_text("There is no /vote here. Try /cast.")
    await expect(line_of(chromium_page)).to_have_value("/vote 1")


async def test_arrow_up_brings_back_what_was_sent(workspace: Workspace, chromium_page: Page) -> None:
    await chromium_page.goto(workspace.address)
    for text in ("first words", "second words"):
        await line_of(chromium_page).fill(text)
        await line_of(chromium_page).press("Enter")
        await expect(chromium_page.get_by_role("article").filter(has_text=text)).to_be_visible()
    await line_of(chromium_page).press("ArrowUp")
    await line_of(chromium_page).press("ArrowUp")
    await expect(line_of(chromium_page)).to_have_value("first words")
    await line_of(chromium_page).press("ArrowDown")
    await expect(line_of(chromium_page)).to_have_value("second words")


async def test_naming_the_app_is_a_mention(workspace: Workspace, chromium_page: Page) -> None:
    await chromium_page.goto(workspace.address)
    await line_of(chromium_page).fill("@Castroom who is Maya?")
    await line_of(chromium_page).press("Enter")
    await expect(chromium_page.get_by_role("article").locator(".mention")).to_have_text("@Castroom")
    deliveries = (await workspace.see("deliveries?kind=events_api"))["deliveries"]
    assert [one["about"] for one in deliveries] == ["app_mention"]


async def test_the_app_is_invited_where_it_is_missing(workspace: Workspace, chromium_page: Page) -> None:
    await chromium_page.goto(workspace.address)
    await chromium_page.get_by_role("button", name="general").click()
    await chromium_page.get_by_role("button", name="/invite @Castroom").click()
    await line_of(chromium_page).press("Enter")
    await expect(chromium_page.get_by_text("Cast a first face")).to_be_visible()
    members = (await workspace.slack.conversations_members(channel="C0GENERAL"))["members"]
    assert "U0CASTROOM" in members


async def test_a_button_that_nobody_answers_leaves_a_note_beside_it(workspace: Workspace, chromium_page: Page) -> None:
    await workspace.post("Vote", [{"type": "actions", "elements": [button("1 · 3", "vote:1")]}])
    await chromium_page.goto(workspace.address)
    await chromium_page.get_by_role("button", name="1 · 3").click()
    await expect(chromium_page.get_by_role("status").filter(has_text="did not respond")).to_be_visible()


async def test_a_button_that_asks_first_sends_nothing_until_it_is_answered(
    workspace: Workspace, chromium_page: Page
) -> None:
    words = {"title": "Lock 1 as Maya?", "text": "This face stays.", "confirm": "Lock it", "deny": "Not yet"}
    confirm = {name: {"type": "plain_text", "text": text} for name, text in words.items()}
    await workspace.post("Lock", [{"type": "actions", "elements": [button("Lock", "lock", confirm=confirm)]}])
    await chromium_page.goto(workspace.address)
    await chromium_page.get_by_role("button", name="Lock").click()
    dialog = chromium_page.get_by_role("dialog", name="Lock 1 as Maya?")
    await dialog.get_by_role("button", name="Not yet").click()
    await expect(dialog).to_have_count(0)
    assert (await workspace.see("deliveries?kind=interactive"))["deliveries"] == []
    await chromium_page.get_by_role("button", name="Lock").click()
    await dialog.get_by_role("button", name="Lock it").click()
    await expect(chromium_page.get_by_role("status").filter(has_text="did not respond")).to_be_visible()


async def test_a_button_meant_for_one_person_is_not_shown_to_another(workspace: Workspace, chromium_page: Page) -> None:
    lead_only = button("Lock", "lock", visible_to_user_ids=["U0LENAORTIZ"])
    await workspace.post("Lock", [{"type": "actions", "elements": [lead_only, button("Vote", "vote")]}])
    await chromium_page.goto(workspace.address)
    await expect(chromium_page.get_by_role("button", name="Lock")).to_be_visible()
    await chromium_page.get_by_role("radio", name="Daniel Okafor").check(force=True)
    await expect(chromium_page.get_by_role("button", name="Vote")).to_be_visible()
    await expect(chromium_page.get_by_role("button", name="Lock")).to_have_count(0)


async def test_a_model_is_made_to_misbehave_from_the_panel(workspace: Workspace, chromium_page: Page) -> None:
    await chromium_page.goto(workspace.address)
    await chromium_page.get_by_role("button", name="Models and bill").click()
    panel = chromium_page.get_by_role("complementary", name="Models and bill")
    await panel.get_by_label("gpt-image-2", exact=True).select_option("refusal")
    await expect(panel.get_by_label("gpt-image-2", exact=True)).to_have_class("entry set")
    faults = {model["id"]: model["fault"] for model in (await workspace.see("models"))["models"]}
    assert faults["gpt-image-2"]["kind"] == "refusal"
    await chromium_page.keyboard.press("Escape")
    await expect(chromium_page.get_by_role("button", name="Models and bill")).to_be_focused()

"""What a person does on the page, and what comes of it."""

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import FILM, PracticeWorkspace

BRIEF = "Maya: weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait"


def button(label: str, action: str, **extra: Any) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": label}, "action_id": action, **extra}


def composer(page: Page) -> Locator:
    return page.get_by_role("combobox").first


async def reactions(workspace: PracticeWorkspace, ts: str) -> dict[str, list[str]]:
    response = await workspace.slack.reactions_get(channel=FILM, timestamp=ts, full=True)
    return {reaction["name"]: reaction["users"] for reaction in response["message"].get("reactions", [])}


async def test_clicking_a_reaction_adds_it_and_clicking_again_removes_it(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    ts = await workspace.post_message("Which reads most human?")
    await workspace.slack.reactions_add(channel=FILM, timestamp=ts, name="one")
    await chromium_page.goto(workspace.address)
    chip = chromium_page.locator("[data-reaction=one]")
    await chip.click()
    await expect(chip).to_have_attribute("aria-pressed", "true")
    assert await reactions(workspace, ts) == {"one": ["U0CASTROOM", "U0LENAORTIZ"]}
    await chip.click()
    await expect(chip).to_have_attribute("aria-pressed", "false")
    assert await reactions(workspace, ts) == {"one": ["U0CASTROOM"]}


@pytest.mark.heavy
async def test_reaction_picker_offers_numbers_and_returns_focus(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    ts = await workspace.post_message("Which reads most human?")
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


async def test_command_without_connected_app_shows_an_error(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    await chromium_page.goto(workspace.address)
    await expect(chromium_page.get_by_text("Castroom is not running", exact=True)).to_be_visible()
    await composer(chromium_page).fill(f"/cast {BRIEF}")
    await composer(chromium_page).press("Enter")
    reply = chromium_page.get_by_role("article").filter(has_text="Slackbot")
    await expect(reply).to_contain_text("/cast failed")
    await expect(reply).to_contain_text("Only visible to you")
    await expect(composer(chromium_page)).to_have_value("")


@pytest.mark.heavy
async def test_clicking_a_hint_fills_the_composer(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    await chromium_page.goto(workspace.address)
    await chromium_page.get_by_role("button", name="/cast Maya").click()
    await expect(composer(chromium_page)).to_have_value(f"/cast {BRIEF}")
    await expect(composer(chromium_page)).to_be_focused()


async def test_slash_lists_commands_and_tab_completes_one(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    await chromium_page.goto(workspace.address)
    await composer(chromium_page).press_sequentially("/c")
    await expect(chromium_page.get_by_role("option", selected=True)).to_contain_text("/cast")
    await composer(chromium_page).press("Tab")
    await expect(composer(chromium_page)).to_have_value("/cast ")
    await expect(chromium_page.get_by_role("listbox")).to_have_count(0)


@pytest.mark.heavy
async def test_unknown_command_stays_in_the_composer_with_an_error(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    await chromium_page.goto(workspace.address)
    await composer(chromium_page).fill("/vote 1")
    await composer(chromium_page).press("Enter")
    await expect(chromium_page.get_by_role("alert")).to_have_text("There is no /vote here. Try /cast.")
    await expect(composer(chromium_page)).to_have_value("/vote 1")


@pytest.mark.heavy
async def test_arrow_up_restores_sent_messages(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    await chromium_page.goto(workspace.address)
    for text in ("first words", "second words"):
        await composer(chromium_page).fill(text)
        await composer(chromium_page).press("Enter")
        await expect(chromium_page.get_by_role("article").filter(has_text=text)).to_be_visible()
    await composer(chromium_page).press("ArrowUp")
    await composer(chromium_page).press("ArrowUp")
    await expect(composer(chromium_page)).to_have_value("first words")
    await composer(chromium_page).press("ArrowDown")
    await expect(composer(chromium_page)).to_have_value("second words")


@pytest.mark.heavy
async def test_typing_the_app_name_sends_a_mention(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    await chromium_page.goto(workspace.address)
    await composer(chromium_page).fill("@Castroom who is Maya?")
    await composer(chromium_page).press("Enter")
    await expect(chromium_page.get_by_role("article").locator(".mention")).to_have_text("@Castroom")
    deliveries = (await workspace.get_control("deliveries?kind=events_api"))["deliveries"]
    assert [delivery["about"] for delivery in deliveries] == ["app_mention"]


@pytest.mark.heavy
async def test_invite_button_adds_the_app_to_the_channel(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    await chromium_page.goto(workspace.address)
    await chromium_page.get_by_role("button", name="general").click()
    await chromium_page.get_by_role("button", name="/invite @Castroom").click()
    await composer(chromium_page).press("Enter")
    await expect(chromium_page.get_by_text("Cast a first face")).to_be_visible()
    members = (await workspace.slack.conversations_members(channel="C0GENERAL"))["members"]
    assert "U0CASTROOM" in members


@pytest.mark.heavy
async def test_button_without_ack_shows_a_note_beside_it(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    await workspace.post_message("Vote", [{"type": "actions", "elements": [button("1 · 3", "vote:1")]}])
    await chromium_page.goto(workspace.address)
    await chromium_page.get_by_role("button", name="1 · 3").click()
    await expect(chromium_page.get_by_role("status").filter(has_text="did not respond")).to_be_visible()


async def test_button_with_confirm_sends_nothing_until_confirmed(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    texts = {"title": "Lock 1 as Maya?", "text": "This face stays.", "confirm": "Lock it", "deny": "Not yet"}
    confirm = {name: {"type": "plain_text", "text": text} for name, text in texts.items()}
    await workspace.post_message("Lock", [{"type": "actions", "elements": [button("Lock", "lock", confirm=confirm)]}])
    await chromium_page.goto(workspace.address)
    await chromium_page.get_by_role("button", name="Lock").click()
    dialog = chromium_page.get_by_role("dialog", name="Lock 1 as Maya?")
    await dialog.get_by_role("button", name="Not yet").click()
    await expect(dialog).to_have_count(0)
    assert (await workspace.get_control("deliveries?kind=interactive"))["deliveries"] == []
    await chromium_page.get_by_role("button", name="Lock").click()
    await dialog.get_by_role("button", name="Lock it").click()
    await expect(chromium_page.get_by_role("status").filter(has_text="did not respond")).to_be_visible()


@pytest.mark.heavy
async def test_button_visible_to_one_user_is_hidden_from_others(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    lead_only = button("Lock", "lock", visible_to_user_ids=["U0LENAORTIZ"])
    await workspace.post_message("Lock", [{"type": "actions", "elements": [lead_only, button("Vote", "vote")]}])
    await chromium_page.goto(workspace.address)
    await expect(chromium_page.get_by_role("button", name="Lock")).to_be_visible()
    await chromium_page.get_by_role("radio", name="Daniel Okafor").check(force=True)
    await expect(chromium_page.get_by_role("button", name="Vote")).to_be_visible()
    await expect(chromium_page.get_by_role("button", name="Lock")).to_have_count(0)


async def test_panel_sets_a_fault_on_a_model(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    await chromium_page.goto(workspace.address)
    await chromium_page.get_by_role("button", name="Models and bill").click()
    panel = chromium_page.get_by_role("complementary", name="Models and bill")
    await panel.get_by_label("gpt-image-2", exact=True).select_option("refusal")
    await expect(panel.get_by_label("gpt-image-2", exact=True)).to_have_class("entry set")
    faults = {model["id"]: model["fault"] for model in (await workspace.get_control("models"))["models"]}
    assert faults["gpt-image-2"]["kind"] == "refusal"
    await chromium_page.keyboard.press("Escape")
    await expect(chromium_page.get_by_role("button", name="Models and bill")).to_be_focused()

"""The page keeps to itself, and to one workspace at a time."""

from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Workspace, new_context


async def test_the_page_asks_nobody_but_this_workspace(workspace: Workspace, chromium: Browser) -> None:
    context = await new_context(chromium)
    page = await context.new_page()
    answered: list[str] = []
    page.on("response", lambda response: answered.append(response.url))
    image = {"type": "image", "image_url": "https://pictures.example/maya.png", "alt_text": "Maya elsewhere"}
    await workspace.post("Maya", [image])
    async with page.expect_console_message(lambda said: "pictures.example" in said.text) as refused:
        await page.goto(workspace.address)
    await expect(page.get_by_alt_text("Maya elsewhere")).to_be_attached()
    assert "Content Security Policy" in (await refused.value).text
    assert len(answered) > 20
    assert all(url.startswith(f"{workspace.address}/") for url in answered)
    await context.close()


async def test_no_script_but_its_own_runs_on_it(workspace: Workspace) -> None:
    for path in ("/", "/page/app.js"):
        async with workspace.session.get(workspace.address + path) as answer:
            policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
    async with workspace.session.get(f"{workspace.address}/control/state") as answer:
        assert "Content-Security-Policy" not in answer.headers


async def test_it_says_that_this_is_practice_and_the_portraits_are_drawings(
    workspace: Workspace, chromium_page: Page
) -> None:
    await chromium_page.goto(workspace.address)
    banner = chromium_page.get_by_role("banner").first
    await expect(banner).to_contain_text("Practice workspace.")
    await expect(banner).to_contain_text("the portraits are drawings made by practice models")


async def test_the_other_workspace_is_a_click_away_and_has_its_own_people(
    workspace: Workspace, chromium_page: Page
) -> None:
    await chromium_page.goto(workspace.address)
    await chromium_page.get_by_role("link", name="Lantern Advertising").click()
    sidebar = chromium_page.get_by_role("navigation", name="Workspace")
    await expect(sidebar.get_by_role("radio", name="Noor Haddad")).to_be_checked()
    await expect(sidebar.get_by_role("radio", name="Lena Ortiz")).to_have_count(0)
    await expect(sidebar.get_by_role("link", name="Harbour Pictures")).to_be_visible()

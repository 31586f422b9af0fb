"""The page keeps to itself, and to one workspace at a time."""

from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import PracticeWorkspace, new_context


async def test_page_loads_nothing_from_outside_the_workspace(workspace: PracticeWorkspace, chromium: Browser) -> None:
    context = await new_context(chromium)
    page = await context.new_page()
    response_urls: list[str] = []
    page.on("response", lambda response: response_urls.append(response.url))
    image = {"type": "image", "image_url": "https://pictures.example/maya.png", "alt_text": "Maya elsewhere"}
    await workspace.post_message("Maya", [image])
    async with page.expect_console_message(lambda message: "pictures.example" in message.text) as csp_message:
        await page.goto(workspace.address)
    await expect(page.get_by_alt_text("Maya elsewhere")).to_be_attached()
    assert "Content Security Policy" in (await csp_message.value).text
    assert len(response_urls) > 20
    assert all(url.startswith(f"{workspace.address}/") for url in response_urls)
    await context.close()


async def test_content_security_policy_allows_only_own_scripts(workspace: PracticeWorkspace) -> None:
    for path in ("/", "/page/app.js"):
        async with workspace.session.get(workspace.address + path) as answer:
            policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
    async with workspace.session.get(f"{workspace.address}/control/state") as response:
        assert "Content-Security-Policy" not in response.headers


async def test_banner_says_practice_workspace_and_drawn_portraits(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    await chromium_page.goto(workspace.address)
    banner = chromium_page.get_by_role("banner").first
    await expect(banner).to_contain_text("Practice workspace.")
    await expect(banner).to_contain_text("the portraits are drawings made by practice models")


async def test_link_opens_the_other_workspace_with_its_own_people(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    await chromium_page.goto(workspace.address)
    await chromium_page.get_by_role("link", name="Lantern Advertising").click()
    sidebar = chromium_page.get_by_role("navigation", name="Workspace")
    await expect(sidebar.get_by_role("radio", name="Noor Haddad")).to_be_checked()
    await expect(sidebar.get_by_role("radio", name="Lena Ortiz")).to_have_count(0)
    await expect(sidebar.get_by_role("link", name="Harbour Pictures")).to_be_visible()

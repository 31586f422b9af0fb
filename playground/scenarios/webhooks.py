"""Lena adds a webhook in the settings and copies its secret, which is shown once."""

from playwright.async_api import expect

from playground.scenarios.browser import BrowserSession

# The name of this machine: nothing listens there, and nothing has to for these pictures.
_ADDRESS = "https://localhost:8443/castroom"


async def play(browser: BrowserSession) -> None:
    """Lena opens the list from the settings, adds an endpoint, and sees it in the list."""
    await browser.send("/cast settings")
    settings = browser.page.get_by_role("dialog")
    await settings.get_by_role("button", name="Webhooks …").click()
    listed = browser.page.get_by_role("dialog", name="Webhooks", exact=True)
    await listed.get_by_role("button", name="Add webhook …").click()
    form = browser.page.get_by_role("dialog", name="Add webhook")
    await form.get_by_label("Address").fill(_ADDRESS)
    await form.get_by_role("button", name="Add").click()
    secret = browser.page.get_by_role("dialog", name="Webhook secret")
    await expect(secret).to_contain_text("Copy it now")
    await browser.screenshot("webhooks-secret", secret)
    await secret.get_by_role("button", name="Done").click()
    await expect(listed).to_contain_text("localhost:8443/castroom")
    await browser.screenshot("webhooks-list", listed)

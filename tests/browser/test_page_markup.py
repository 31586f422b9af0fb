"""How Slack's ways of marking up words are read."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import FILM, PracticeWorkspace

pytestmark = pytest.mark.heavy

RENDER_SCRIPT = """async ([reader, given]) => {
  const [{ patch }, read] = await Promise.all([import("/page/dom.js"), import(`/page/${reader}.js`)]);
  const session = {
    user: "U1", zone: "Europe/Madrid", openMessage() {}, openChannel() {},
    personName: (id) => ({ U1: "Lena", U2: "Daniel" })[id] ?? id,
    channelName: (id, label) => label ?? id,
  };
  const box = document.createElement("div");
  patch(box, read[reader](given, session));
  return box.innerHTML;
}"""


MRKDWN = {
    "*bold* _italic_ ~gone~": "<b>bold</b> <i>italic</i> <s>gone</s>",
    "*bold _and italic_*": "<b>bold <i>and italic</i></b>",
    "2*3*4 snake_case_word ~ 5": "2*3*4 snake_case_word ~ 5",
    "* no bold * _ no _": "* no bold * _ no _",
    "`*as it is*` &lt;b&gt; &amp;amp;": "<code>*as it is*</code> &lt;b&gt; &amp;amp;",
    "```\n*one*\n&gt; two\n```": "<pre>*one*\n&gt; two</pre>",
    "> said\n> twice\nafter": "<blockquote>said\ntwice</blockquote>after",
    "&gt; said": "<blockquote>said</blockquote>",
    "<@U2> and <@U1>": '<span class="mention">@Daniel</span> and <span class="mention me">@Lena</span>',
    "<!here> <!subteam^S1|@crew>": '<span class="mention">@here</span> <span class="mention">@crew</span>',
    "<#C1|film>": '<button type="button" class="mention">#film</button>',
    "<javascript:alert(1)|x>": "<span>x</span>",
    "12:30:45 :nosuch_emoji:": "12:30:45 :nosuch_emoji:",
}
DATES = {
    "{date_num} {time}": "2025-11-24 17:00",
    "{date}": "November 24th, 2025",
    "{date_short}": "Nov 24, 2025",
    "{date_long_pretty}": "Monday, November 24th, 2025",
    "{time_secs} and {what}": "17:00:00 and {what}",
}
MARKDOWN = {
    "# Facts": "<h3>Facts</h3>",
    "1. one\n2. two": "<ol><li>one</li><li>two</li></ol>",
    "- [x] done": "<ul><li>☑ done</li></ul>",
    "**bold** *it* ~~s~~ `c`": "<p><b>bold</b> <i>it</i> <s>s</s> <code>c</code></p>",
    "> said\n\n---": "<blockquote>said</blockquote><hr>",
    "```\na | b\n```": "<pre>a | b</pre>",
    "| a | b |\n|---|--:|\n| 1 | 2 |": (
        "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
    ),
    "[x](javascript:alert) <b>": "<p><span>x</span> &lt;b&gt;</p>",
}


async def render(page: Page, address: str, renderer: str, texts: list[str]) -> dict[str, Any]:
    """What each text becomes, as HTML; `reader` is the module and the function that reads it."""
    await page.goto(address)
    return {text: await page.evaluate(RENDER_SCRIPT, [renderer, text]) for text in texts}


async def test_mrkdwn_renders_as_in_slack(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    assert await render(chromium_page, workspace.address, "mrkdwn", list(MRKDWN)) == MRKDWN


async def test_dates_render_in_the_time_zone_of_the_viewer(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    tokens = [f"<!date^1764000000^{token}|then>" for token in DATES]
    rendered = await render(chromium_page, workspace.address, "mrkdwn", tokens)
    time_html = '<time datetime="2025-11-24T16:00:00.000Z" title="then">{}</time>'
    assert list(rendered.values()) == [time_html.format(text) for text in DATES.values()]


async def test_markdown_block_renders_as_markdown(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    assert await render(chromium_page, workspace.address, "markdown", list(MARKDOWN)) == MARKDOWN


async def test_emoji_has_an_accessible_name(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    await workspace.post_message("Vote :one: or :thumbsup:")
    await chromium_page.goto(workspace.address)
    message = chromium_page.get_by_role("article").last
    await expect(message.get_by_role("img", name="one")).to_have_text("1")
    await expect(message.get_by_role("img", name="thumbsup").locator("svg")).to_be_visible()


async def test_every_control_has_an_accessible_name(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    ts = await workspace.post_message("Which reads most human?")
    await workspace.slack.reactions_add(channel=FILM, timestamp=ts, name="one")
    await chromium_page.goto(workspace.address)
    await expect(chromium_page.locator("[data-reaction=one]")).to_be_visible()
    await chromium_page.get_by_role("button", name="Models and bill").click()
    await expect(chromium_page.get_by_label("gpt-image-2", exact=True)).to_be_visible()
    find_unnamed = """() => [...document.querySelectorAll("button, select, textarea, input, img, a")]
      .filter((node) => !(node.ariaLabel || node.innerText?.trim() || node.labels?.length || node.alt))
      .map((node) => node.outerHTML)"""
    assert await chromium_page.evaluate(find_unnamed) == []

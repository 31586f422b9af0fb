"""Text that people type, as the app gets it."""

from pathlib import Path

from playground.seed_data import BOT, DANIEL, TEAM
from playground.slack.workspace.typed_text import encode_mentions, escape_text, rich_text_blocks
from playground.slack.workspace.workspace import open_workspace


def test_three_characters_are_escaped() -> None:
    assert escape_text('<b> & "c"') == '&lt;b&gt; &amp; "c"'


async def test_names_of_known_users_become_mentions(tmp_path: Path) -> None:
    async with open_workspace(tmp_path) as world:
        text = encode_mentions(
            world, TEAM, f"@Castroom who is <Maya>? ask @daniel. or <@{DANIEL}>, not @nobody or a@b.c"
        )
    asked = f"<@{BOT}> who is &lt;Maya&gt;? ask <@{DANIEL}>. or <@{DANIEL}>, not @nobody or a@b.c"
    assert text == asked


def test_composer_produces_rich_text() -> None:
    (block,) = rich_text_blocks(f"<@{BOT}> 1 &lt; 2")
    assert block["elements"][0]["elements"] == [{"type": "user", "user_id": BOT}, {"type": "text", "text": " 1 < 2"}]

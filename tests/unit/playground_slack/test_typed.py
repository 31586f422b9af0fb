"""What people type on its way through Slack."""

from pathlib import Path

from playground.people import BOT, DANIEL, TEAM
from playground.slack.typed import encoded, escaped, rich_text
from playground.slack.world import open_world


def test_three_characters_are_escaped() -> None:
    assert escaped('<b> & "c"') == '&lt;b&gt; &amp; "c"'


async def test_names_of_people_here_become_mentions(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        text = encoded(world, TEAM, f"@Castroom who is <Maya>? ask @daniel. or <@{DANIEL}>, not @nobody or a@b.c")
    asked = f"<@{BOT}> who is &lt;Maya&gt;? ask <@{DANIEL}>. or <@{DANIEL}>, not @nobody or a@b.c"
    assert text == asked


def test_the_composer_makes_rich_text() -> None:
    (block,) = rich_text(f"<@{BOT}> 1 &lt; 2")
    assert block["elements"][0]["elements"] == [{"type": "user", "user_id": BOT}, {"type": "text", "text": " 1 < 2"}]

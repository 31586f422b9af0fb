"""What comes in is bounded before work is done for it; most bounds are tested beside what keeps them."""

from typing import Any, cast

from bot.brief import NAME_LIMIT
from bot.face import Place
from bot.recall import Recall


async def test_a_whole_message_in_a_names_place_is_not_looked_for() -> None:
    nobody = cast("Any", None)  # whoever were asked would break
    recall = Recall(nobody, nobody, nobody, nobody, nobody, nobody, nobody)
    found = await recall.recall("M" * 40_000, "U1", Place("T1", "C1"))
    assert (found.kind, len(found.name)) == ("nothing", NAME_LIMIT)

"""Inputs are bounded before they are processed; most limits are tested beside their code."""

from typing import Any, cast

from bot.domain.brief import NAME_LIMIT
from bot.domain.ids import ChannelRef
from bot.usecases.recall import Recall


async def test_recall_with_an_overlong_name_searches_nothing() -> None:
    unused = cast("Any", None)  # whoever were asked would break
    recall = Recall(unused)
    found = await recall.recall("M" * 40_000, "U1", ChannelRef("T1", "C1"))
    assert (found.kind, len(found.name)) == ("nothing", NAME_LIMIT)

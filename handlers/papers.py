"""A filled-in ballot paper as the core's value."""

from bot.ballot import Tell
from bot.sealing import Answered
from handlers.blocks.sealed import HUMAN, LIKENESS, NONE
from handlers.payloads import Filled, reading


@reading
def answered_in(filled: Filled) -> Answered:
    """What is ticked and picked; the fields of a candidate are named for its slot."""
    ticks = {field.removeprefix("ticks "): chosen for field, chosen in filled.chosen.items() if field[:6] == "ticks "}
    picks = {field.removeprefix("tells "): chosen for field, chosen in filled.chosen.items() if field[:6] == "tells "}
    return Answered(
        human=frozenset(slot_id for slot_id, ticked in ticks.items() if HUMAN in ticked),
        likeness=frozenset(slot_id for slot_id, ticked in ticks.items() if LIKENESS in ticked),
        tells={slot_id: tuple(Tell(value) for value in picked) for slot_id, picked in picks.items() if picked},
        none=NONE in filled.chosen.get(NONE, ()),
    )

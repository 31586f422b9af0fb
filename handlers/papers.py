"""A filled-in ballot paper as the core's value."""

from bot.ballot import FlawTag
from bot.sealing import SealedAnswers
from handlers.blocks.sealed import HUMAN, LIKENESS, NONE
from handlers.payloads import FormSubmission, parses_payload


@parses_payload
def sealed_answers_from(submission: FormSubmission) -> SealedAnswers:
    """What is ticked and picked; the fields of a candidate are named for its slot."""
    checkboxes = {
        field.removeprefix("ticks "): selected for field, selected in submission.values.items() if field[:6] == "ticks "
    }
    flaw_menus = {
        field.removeprefix("tells "): selected for field, selected in submission.values.items() if field[:6] == "tells "
    }
    return SealedAnswers(
        reads_human=frozenset(slot_id for slot_id, checked in checkboxes.items() if HUMAN in checked),
        matches_character=frozenset(slot_id for slot_id, checked in checkboxes.items() if LIKENESS in checked),
        flaws={slot_id: tuple(FlawTag(value) for value in flaws) for slot_id, flaws in flaw_menus.items() if flaws},
        none_of_these=NONE in submission.values.get(NONE, ()),
    )

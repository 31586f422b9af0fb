"""When a face's model is replaced, and which models draw it again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.brief import Brief, Reference
from bot.domain.catalogue import Catalogue
from bot.domain.prompt import VERSION_WITH_REFERENCE, Prompt
from bot.domain.reaudition import replacement_of
from tests.support.scripted_models import BANANA, LITERAL, SKIN

TODAY = date(2026, 11, 29)
SUCCESSOR = replace(LITERAL, max_references=4)
OLD = replace(SKIN, max_references=1, successor="gpt-image-2")
KEYS = frozenset({"recraft", "openai", "gemini"})


def catalogue(old: object = OLD, keys: frozenset[str] = KEYS) -> Catalogue:
    return Catalogue((old, SUCCESSOR, BANANA), keys)  # type: ignore[arg-type]


def test_a_served_model_has_no_replacement() -> None:
    assert replacement_of(OLD.id, catalogue(), TODAY) is None
    later = catalogue(replace(OLD, retires_on=TODAY + timedelta(days=31)))
    assert replacement_of(OLD.id, later, TODAY) is None


@pytest.mark.parametrize(("days", "is_retired"), [(0, True), (-1, True), (30, False)])
def test_a_retiring_model_is_replaced_by_its_successor_and_one_other(days: int, is_retired: bool) -> None:
    retiring = catalogue(replace(OLD, retires_on=TODAY + timedelta(days=days)))
    found = replacement_of(OLD.id, retiring, TODAY)
    assert found
    assert (found.is_retired, found.retires_on) == (is_retired, TODAY + timedelta(days=days))
    assert found.proposed == (SUCCESSOR, BANANA)
    assert OLD not in found.models, "it would draw its own face"


def test_a_model_that_its_vendor_replaced_counts_too() -> None:
    found = replacement_of(OLD.id, catalogue(replace(OLD, deprecated_on=TODAY)), TODAY)
    assert found
    assert (found.is_retired, found.retires_on, found.successor) == (False, None, SUCCESSOR)
    assert replacement_of(OLD.id, catalogue(replace(OLD, deprecated_on=TODAY + timedelta(days=1))), TODAY) is None


def test_a_model_that_left_the_catalogue_has_no_named_successor() -> None:
    found = replacement_of("recraft:recraftv2", catalogue(), TODAY)
    assert found
    assert (found.is_retired, found.successor) == (True, None)
    assert len(found.proposed) == 2


def test_a_successor_without_an_account_or_without_references_is_not_asked() -> None:
    retired = replace(OLD, retires_on=TODAY)
    for found in (
        replacement_of(OLD.id, catalogue(retired, frozenset({"recraft", "gemini"})), TODAY),
        replacement_of(OLD.id, Catalogue((retired, LITERAL, BANANA), KEYS), TODAY),
    ):
        assert found
        assert (found.successor, found.proposed) == (None, (BANANA,))


def test_the_prompt_is_the_one_of_the_face_with_the_reference_frame_once() -> None:
    brief = Brief("Maya", "a fisherwoman", style="1920s harbour")
    first = Prompt.for_brief(brief)
    again = Prompt.for_reaudition(first.text, first.version)
    assert again.text.startswith(first.text)
    assert again.text != first.text
    assert again.version == f"{VERSION_WITH_REFERENCE}-style"
    with_reference = Prompt.for_brief(replace(brief, reference=Reference("Ines", "k", "s")))
    assert Prompt.for_reaudition(with_reference.text, with_reference.version) == with_reference

"""Twenty-four briefs, the models they are sent to and the reason that is told: the table of docs/routing.md."""

from datetime import date
from pathlib import Path

import pytest

from bot.brief import Brief
from bot.catalogue import Catalogue
from bot.routing import route
from handlers.words.routing import why
from providers.registry import MODELS

EVERYONE = Catalogue(MODELS, frozenset({"recraft", "openai", "gemini"}))
DOCUMENT = Path(__file__).parents[2] / "docs" / "routing.md"
USUAL, LITERAL, BALANCED = "recraft, gpt-image-2", "gpt-image-2, recraft", "nano-banana, gpt-image-2"
NEITHER = "skin and wardrobe both matter here"

CASES = (
    ("weathered 60-year-old fisherwoman, deep crow's feet", USUAL, "skin: “weathered”, “crow's feet”"),
    ("a teenager with freckles and a blemish on her chin", USUAL, "skin: “freckles”, “blemish”"),
    ("old miner, visible pores, a scar through one brow", USUAL, "skin: “pores”, “scar”"),
    ("a naval officer in uniform with two medals", LITERAL, "wardrobe: “uniform”, “medals”"),
    ("a baker in a flour-dusted apron and a straw hat", LITERAL, "wardrobe: “apron”, “straw hat”"),
    ("a jazz singer of the 1920s", LITERAL, "era: “1920s”"),
    ("a Victorian governess", LITERAL, "era: “Victorian”"),
    ("a smirking croupier, one raised eyebrow", LITERAL, "expression: “smirking”, “raised eyebrow”"),
    ("a boxer in profile, low angle", LITERAL, "framing: “in profile”, “low angle”"),
    ("a country lawyer, balanced, nothing stands out", BALANCED, "balance: “balanced”"),
    ("key art: a queen at dusk", "nano-banana-pro, recraft", "fidelity: “key art”"),
    ("astronaut, 4K, a burn scar", "nano-banana-pro, recraft", "fidelity: “4K”; skin: “scar”"),
    ("weathered sailor in a yellow raincoat", USUAL, "skin: “weathered”; wardrobe: “raincoat”"),
    ("a medieval knight, scarred, in armour", USUAL, "skin: “scarred”; wardrobe: “armour”; era: “medieval”"),
    ("alte Fischerin mit tiefen Falten", USUAL, "skin: “Falten”"),
    ("une reine médiévale, elle porte une couronne", LITERAL, "wardrobe: “porte”; era: “médiévale”"),
    ("mujer mayor, arrugas y una sonrisa", USUAL, "skin: “arrugas”; expression: “sonrisa”"),
    ("пожилой моряк, морщины, старый мундир", USUAL, "skin: “морщины”; wardrobe: “мундир”"),
    ("γυναίκα με ρυτίδες", USUAL, "skin: “ρυτίδες”"),
    ("صياد عجوز، بشرة متشققة وتجاعيد", USUAL, "skin: “بشرة”, “وتجاعيد”"),
    ("חייל במדים", LITERAL, "wardrobe: “במדים”"),
    ("बूढ़ी औरत, चेहरे पर झुर्रियाँ", USUAL, "skin: “झुर्रियाँ”"),
    ("着物の女性、微笑", LITERAL, "wardrobe: “着物”; expression: “微笑”"),
    ("a war hero, 50", USUAL, NEITHER),
)


@pytest.mark.parametrize(("brief", "models", "reason"), CASES, ids=lambda value: value[:30])
def test_a_brief_goes_to_these_models_for_this_reason(brief: str, models: str, reason: str) -> None:
    chosen = route(Brief("Maya", brief), EVERYONE, date(2026, 11, 24))
    assert ", ".join(dict.fromkeys(m.name for m in chosen.models)) == models
    assert len(chosen.models) == 4
    assert why(chosen.reason).strip(" ()") == reason


def test_the_document_shows_this_very_table() -> None:
    rows = "\n".join(f"| {brief} | {models} | {reason} |" for brief, models, reason in CASES)
    assert rows in DOCUMENT.read_text("utf-8")


@pytest.mark.parametrize(
    "brief",
    ["Er hat einen Hund", "she rides a horse", "a tall man, haut en couleur", "a jogger in central park", "war hero"],
)
def test_words_that_only_look_alike_say_nothing(brief: str) -> None:
    assert route(Brief("Maya", brief), EVERYONE, date(2026, 11, 24)).reason.heard == ()


def test_an_asked_look_is_not_overruled_by_words() -> None:
    chosen = route(Brief.of("Maya: key art, deep wrinkles --look literal"), EVERYONE, date(2026, 11, 24))
    assert (chosen.models[0].name, chosen.reason.kind, chosen.reason.heard) == ("gpt-image-2", "look", ())

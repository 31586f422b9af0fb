"""Twenty-four briefs with their models and reasons: the table of docs/routing.md."""

from datetime import date
from pathlib import Path

import pytest

from bot.domain.brief import Brief
from bot.domain.catalogue import Catalogue
from bot.domain.command import parse_brief
from bot.domain.routing import route
from handlers.text.routing import reason_note
from providers.registry import MODELS

FULL_CATALOGUE = Catalogue(MODELS, frozenset({"recraft", "openai", "gemini"}))
DOCUMENT = Path(__file__).parents[3] / "docs" / "routing.md"
DEFAULT_MODELS, LITERAL_MODELS, BALANCED_MODELS = (
    "recraft, gpt-image-2",
    "gpt-image-2, recraft",
    "nano-banana, gpt-image-2",
)
NO_PREFERENCE = "skin and wardrobe both matter here"

CASES = (
    ("weathered 60-year-old fisherwoman, deep crow's feet", DEFAULT_MODELS, "skin: “weathered”, “crow's feet”"),
    ("a teenager with freckles and a blemish on her chin", DEFAULT_MODELS, "skin: “freckles”, “blemish”"),
    ("old miner, visible pores, a scar through one brow", DEFAULT_MODELS, "skin: “pores”, “scar”"),
    ("a naval officer in uniform with two medals", LITERAL_MODELS, "wardrobe: “uniform”, “medals”"),
    ("a baker in a flour-dusted apron and a straw hat", LITERAL_MODELS, "wardrobe: “apron”, “straw hat”"),
    ("a jazz singer of the 1920s", LITERAL_MODELS, "era: “1920s”"),
    ("a Victorian governess", LITERAL_MODELS, "era: “Victorian”"),
    ("a smirking croupier, one raised eyebrow", LITERAL_MODELS, "expression: “smirking”, “raised eyebrow”"),
    ("a boxer in profile, low angle", LITERAL_MODELS, "framing: “in profile”, “low angle”"),
    ("a country lawyer, balanced, nothing stands out", BALANCED_MODELS, "balance: “balanced”"),
    ("key art: a queen at dusk", "nano-banana-pro, recraft", "fidelity: “key art”"),
    ("astronaut, 4K, a burn scar", "nano-banana-pro, recraft", "fidelity: “4K”; skin: “scar”"),
    ("weathered sailor in a yellow raincoat", DEFAULT_MODELS, "skin: “weathered”; wardrobe: “raincoat”"),
    ("a medieval knight, scarred, in armour", DEFAULT_MODELS, "skin: “scarred”; wardrobe: “armour”; era: “medieval”"),
    ("alte Fischerin mit tiefen Falten", DEFAULT_MODELS, "skin: “Falten”"),
    ("une reine médiévale, elle porte une couronne", LITERAL_MODELS, "wardrobe: “porte”; era: “médiévale”"),
    ("mujer mayor, arrugas y una sonrisa", DEFAULT_MODELS, "skin: “arrugas”; expression: “sonrisa”"),
    ("пожилой моряк, морщины, старый мундир", DEFAULT_MODELS, "skin: “морщины”; wardrobe: “мундир”"),
    ("γυναίκα με ρυτίδες", DEFAULT_MODELS, "skin: “ρυτίδες”"),
    ("صياد عجوز، بشرة متشققة وتجاعيد", DEFAULT_MODELS, "skin: “بشرة”, “وتجاعيد”"),
    ("חייל במדים", LITERAL_MODELS, "wardrobe: “במדים”"),
    ("बूढ़ी औरत, चेहरे पर झुर्रियाँ", DEFAULT_MODELS, "skin: “झुर्रियाँ”"),
    ("着物の女性、微笑", LITERAL_MODELS, "wardrobe: “着物”; expression: “微笑”"),
    ("a war hero, 50", DEFAULT_MODELS, NO_PREFERENCE),
)


@pytest.mark.parametrize(("brief", "models", "reason"), CASES, ids=lambda value: value[:30])
def test_a_brief_goes_to_these_models_for_this_reason(brief: str, models: str, reason: str) -> None:
    chosen = route(Brief("Maya", brief), FULL_CATALOGUE, date(2026, 11, 24))
    assert ", ".join(dict.fromkeys(m.name for m in chosen.models)) == models
    assert len(chosen.models) == 4
    assert reason_note(chosen.reason).strip(" ()") == reason


def test_routing_document_contains_this_table() -> None:
    rows = "\n".join(f"| {brief} | {models} | {reason} |" for brief, models, reason in CASES)
    assert rows in DOCUMENT.read_text("utf-8")


@pytest.mark.parametrize(
    "brief",
    ["Er hat einen Hund", "she rides a horse", "a tall man, haut en couleur", "a jogger in central park", "war hero"],
)
def test_similar_words_match_no_rule(brief: str) -> None:
    assert route(Brief("Maya", brief), FULL_CATALOGUE, date(2026, 11, 24)).reason.matched_rules == ()


def test_look_option_overrides_keywords() -> None:
    chosen = route(parse_brief("Maya: key art, deep wrinkles --look literal"), FULL_CATALOGUE, date(2026, 11, 24))
    assert (chosen.models[0].name, chosen.reason.kind, chosen.reason.matched_rules) == ("gpt-image-2", "look", ())

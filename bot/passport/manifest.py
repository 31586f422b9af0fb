"""The definition of a passport's manifest, in the words of C2PA, CAWG and IPTC.

Sources: C2PA specification 2.4 (actions, ingredients), CAWG training and data mining 1.1, CAWG metadata 1.1, and IPTC
Photo Metadata 2025.1 (AI System Used, AI System Version Used, AI Prompt Information).
"""

from typing import Any

from bot import __version__
from bot.domain.passport import PassportFacts, PassportKind
from bot.domain.production import AiTraining

# Without a version at its end, which the library cuts off when it reads the label.
CASTING = "org.castroom.casting"
TRAINING, METADATA, ACTIONS = "cawg.training-mining", "cawg.metadata", "c2pa.actions.v2"
PROMPT_TYPE = "c2pa.types.generator.prompt"
_SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
GENERATED, ENHANCED = f"{_SOURCE_TYPES}trainedAlgorithmicMedia", f"{_SOURCE_TYPES}algorithmicallyEnhanced"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_TRAINING_USES = {AiTraining.NOT_ALLOWED: "notAllowed", AiTraining.ALLOWED: "allowed"}
_TRAINING_ENTRIES = ("cawg.ai_generative_training", "cawg.ai_training", "cawg.ai_inference", "cawg.data_mining")
_PROMPT_LABEL, _PARENT_LABEL = "prompt", "original"


def definition(facts: PassportFacts, *, updates: bool) -> dict[str, Any]:
    """Return the manifest of a passport; with `updates` the picture's own manifest stays, and says what made it."""
    assertions = [{"label": CASTING, "data": dict(facts.casting)}, *_training(facts), _metadata(facts)]
    if not updates:
        assertions.insert(0, {"label": ACTIONS, "data": {"actions": _actions(facts)}})
    return {
        "claim_generator_info": [{"name": "Castroom", "version": __version__}],
        "title": f"casting passport of the {facts.kind.value}",
        "format": facts.media_type,
        "assertions": assertions,
    }


def prompt_ingredient() -> dict[str, Any]:
    """Return the ingredient of the prompt: an input of the generation, as the standard has it."""
    return {
        "title": "prompt",
        "format": "text/plain",
        "relationship": "inputTo",
        "label": _PROMPT_LABEL,
        "data_types": [{"type": PROMPT_TYPE}],
    }


def parent_ingredient() -> dict[str, Any]:
    """Return the ingredient of the original that a finish was made from."""
    return {"title": "original", "relationship": "parentOf", "label": _PARENT_LABEL}


def _actions(facts: PassportFacts) -> list[dict[str, Any]]:
    prompt = [_PROMPT_LABEL] if facts.prompt else []
    made = {"softwareAgent": {"name": facts.tool}} | ({"parameters": {"ingredientIds": prompt}} if prompt else {})
    if facts.kind is PassportKind.ORIGINAL:
        return [{"action": "c2pa.created", "digitalSourceType": GENERATED, **made}]
    opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": [_PARENT_LABEL]}}
    if facts.is_redraw:
        return [opened, {"action": "c2pa.edited", "digitalSourceType": GENERATED, **made}]
    return [opened, {"action": "c2pa.resized", "digitalSourceType": ENHANCED, **made}]


def _training(facts: PassportFacts) -> list[dict[str, Any]]:
    """Return nothing where the production states nothing."""
    if not (use := _TRAINING_USES.get(facts.ai_training)):
        return []
    return [{"label": TRAINING, "data": {"entries": {entry: {"use": use} for entry in _TRAINING_ENTRIES}}}]


def _metadata(facts: PassportFacts) -> dict[str, Any]:
    system, _, version = facts.tool.partition(":")
    generated = facts.kind is PassportKind.ORIGINAL or facts.is_redraw
    values = {
        "AISystemUsed": system,
        "AISystemVersionUsed": version,
        "AIPromptInformation": facts.prompt,
        "DigitalSourceType": GENERATED if generated else ENHANCED,
    }
    data = {f"Iptc4xmpExt:{name}": value for name, value in values.items() if value}
    return {"label": METADATA, "data": {"@context": {"Iptc4xmpExt": _IPTC}, **data}}

"""Learning from votes: off by default, switched on in the settings, and used by the next round."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.catalogue import Catalogue
from bot.domain.production_settings import ON, as_text
from bot.domain.round import Round
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, CastingHarness, casting_harness
from tests.support.scripted_models import BANANA, LITERAL, SKIN

THREE_ACCOUNTS = Catalogue((SKIN, LITERAL, BANANA), frozenset({"recraft", "openai", "gemini"}))
_ROUNDS = 6


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path, catalogue=THREE_ACCOUNTS) as opened:
        yield opened


async def switch_on(harness: CastingHarness) -> None:
    production = await harness.storage.productions.get(FILM)
    values = as_text(production.name, production.settings) | {"learn_routing": ON}
    form = {field: (text,) if text else () for field, text in values.items()}
    (change,) = await harness.casting.production_settings_editor.save(FILM, LEAD, production.digest, form)
    assert (change.action, change.detail) == ("set_learn_routing", f"\n{ON}")


async def play_rounds_for(harness: CastingHarness, favourite: str, count: int) -> None:
    """Play blind rounds in which two people tick only the candidates of one model."""
    for number in range(count):
        round_ = await harness.run_to_voting(f"Extra {number}: a fisherwoman --look literal")
        for candidate in round_.candidates:
            if candidate.model == favourite:
                await harness.vote(round_, **{LEAD: candidate.number or 0})
                await harness.vote(round_, **{DIRECTOR: candidate.number or 0})
        await harness.casting.round_controls.close(round_.id, LEAD)
        assert (await harness.get_round(round_.id)).tally


async def start(harness: CastingHarness, line: str = "Maya: a fisherwoman --look literal") -> Round:
    return await harness.get_round(await harness.start_round(line))


async def test_votes_choose_the_first_model_once_it_is_switched_on(harness: CastingHarness) -> None:
    before = await start(harness, "Ines: a fisherwoman --look literal")
    first, second = before.models
    await play_rounds_for(harness, second, _ROUNDS)
    assert (await start(harness, "Otto: a fisherwoman --look literal")).models == (first, second)
    await switch_on(harness)
    round_ = await start(harness)
    assert round_.models[0] == second
    assert round_.routing_reason.table_models == (first, second)
    assert round_.routing_reason.learned[0].rounds == _ROUNDS


async def test_named_models_stay_above_the_votes(harness: CastingHarness) -> None:
    await switch_on(harness)
    round_ = await start(harness, f"Maya: a fisherwoman --models {SKIN.name},{LITERAL.name}")
    assert set(round_.models) == {SKIN.id, LITERAL.id}
    assert not round_.routing_reason.learned

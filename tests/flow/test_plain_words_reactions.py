"""Slack refuses emoji, or does not say who reacted: people vote by button, and nothing closes on a wrong count."""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.door import Json, buttons_of, text_of
from tests.flow.house import DANIEL, FILM, LENA, MEI, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADD, GET = "reactions.add", "reactions.get"
SEEDS: dict[str, tuple[Json, set[str]]] = {
    "already_reacted": ({"kind": "error", "error": "already_reacted"}, {"two"}),
    "no_reaction": ({"kind": "error", "error": "no_reaction"}, set()),
    "invalid_name": ({"kind": "error", "error": "invalid_name"}, set()),
    "too_many_reactions": ({"kind": "error", "error": "too_many_reactions"}, set()),
    "missing_scope": ({"kind": "error", "error": "missing_scope"}, set()),
    "ratelimited": ({"kind": "ratelimited", "seconds": 1}, {"one", "two"}),
    "503": ({"kind": "status", "status": 503}, {"one", "two"}),
    "cut": ({"kind": "cut_before"}, {"one", "two"}),
}
AGAIN, DOCTOR = "Slack does not answer me at the moment", "python -m bot doctor"
SILENCES = {
    "internal_error": AGAIN,
    "fatal_error": AGAIN,
    "missing_scope": DOCTOR,
    "invalid_auth": DOCTOR,
    "account_inactive": DOCTOR,
    "token_revoked": DOCTOR,
    "not_in_channel": "/invite @Castroom",
    "channel_not_found": "/invite @Castroom",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ts(film: House) -> str:
    """A ballot on which Daniel has voted for 1 by button."""
    ts = await film.cast("Somebody: a cook --each 1 --models recraft,gpt-image-2")
    await film.ballot(ts)
    await film.press(DANIEL, ts, "vote:1")
    await film.labelled(ts, {"vote:1": "1 · 1"})
    return ts


@pytest.mark.parametrize("trouble", SEEDS)
async def test_a_ballot_without_some_emoji_is_voted_on_by_button_and_by_ones_own_emoji(
    film: House, trouble: str
) -> None:
    how, seeded = SEEDS[trouble]
    await film.trouble(ADD, **how)
    ts = await film.cast(f"{trouble}: a cook --each 1 --models recraft,gpt-image-2")
    await film.ballot(ts)

    async def tried() -> bool:
        reactions = (await film.door.message(FILM, ts)).get("reactions", [])
        standing = any(f["method"] == ADD for f in (await film.door.get("slack"))["faults"])
        return not standing and {r["name"] for r in reactions} == seeded

    await film.door.until(tried, "the emoji")
    await film.door.react(MEI, FILM, ts, "two")
    await film.press(DANIEL, ts, "vote:1")
    await film.labelled(ts, {"vote:1": "1 · 1", "vote:2": "2 · 1"})


@pytest.mark.parametrize("action", ["close", "lock"])
@pytest.mark.parametrize("error", SILENCES)
async def test_where_reactions_cannot_be_read_nothing_closes_and_the_lead_is_told_what_to_do(
    film: House, ts: str, error: str, action: str
) -> None:
    now = time.time()
    await film.trouble(GET, "error", error=error)
    await film.press(LENA, ts, action)
    answer = text_of(await film.told(LENA, SILENCES[error], after=now))
    assert "othing was changed" in answer
    assert "vote:1" in buttons_of(await film.door.message(FILM, ts))


async def test_a_reaction_whose_person_slack_does_not_tell_counts_by_the_close(film: House, ts: str) -> None:
    """Somebody new, so that the bot has to ask who they are."""
    made = await film.door.post("people", {"name": "extra", "real_name": "Extra One", "channels": [FILM]})
    await film.trouble("users.info", "error", error="internal_error")
    await film.door.react(str(made["person"]["id"]), FILM, ts, "two")

    async def asked() -> bool:
        return any(call["error"] == "internal_error" for call in await film.door.calls("users.info"))

    await film.door.until(asked, "the question who that is")
    await film.trouble(GET, "ratelimited", seconds=1)
    await film.press(LENA, ts, "close")
    assert "1 and 2 are level with 1 vote each" in await film.reads(ts, "voting is closed")

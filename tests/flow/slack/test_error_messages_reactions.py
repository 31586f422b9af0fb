"""Slack refuses emoji, or does not say who reacted: people vote by button, and nothing closes on a wrong count."""

import time

import pytest
import pytest_asyncio

from playground.control.client import Json, buttons_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy

ADD, GET = "reactions.add", "reactions.get"
SEED_FAULTS: dict[str, tuple[Json, set[str]]] = {
    "already_reacted": ({"kind": "error", "error": "already_reacted"}, {"two"}),
    "no_reaction": ({"kind": "error", "error": "no_reaction"}, set()),
    "invalid_name": ({"kind": "error", "error": "invalid_name"}, set()),
    "too_many_reactions": ({"kind": "error", "error": "too_many_reactions"}, set()),
    "missing_scope": ({"kind": "error", "error": "missing_scope"}, set()),
    "ratelimited": ({"kind": "ratelimited", "seconds": 1}, {"one", "two"}),
    "503": ({"kind": "status", "status": 503}, {"one", "two"}),
    "cut": ({"kind": "cut_before"}, {"one", "two"}),
}
RETRY_TEXT, DOCTOR_TEXT = "Slack does not answer right now", "python -m bot doctor"
READ_ERRORS = {
    "internal_error": RETRY_TEXT,
    "fatal_error": RETRY_TEXT,
    "missing_scope": DOCTOR_TEXT,
    "invalid_auth": DOCTOR_TEXT,
    "account_inactive": DOCTOR_TEXT,
    "token_revoked": DOCTOR_TEXT,
    "not_in_channel": "/invite @Castroom",
    "channel_not_found": "/invite @Castroom",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ts(workspace: PracticeEnvironment) -> str:
    """A ballot on which Daniel has voted for 1 by button."""
    ts = await workspace.cast("Somebody: a cook --each 1 --models recraft,gpt-image-2")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
    return ts


@pytest.mark.parametrize("trouble", SEED_FAULTS)
async def test_ballot_without_seeded_emoji_accepts_buttons_and_reactions(
    workspace: PracticeEnvironment, trouble: str
) -> None:
    fault, seeded = SEED_FAULTS[trouble]
    await workspace.inject_fault(ADD, **fault)
    ts = await workspace.cast(f"{trouble}: a cook --each 1 --models recraft,gpt-image-2")
    await workspace.wait_for_ballot(ts)

    async def seeding_finished() -> bool:
        reactions = (await workspace.control_client.message(FILM, ts)).get("reactions", [])
        fault_pending = any(f["method"] == ADD for f in (await workspace.control_client.get("slack"))["faults"])
        return not fault_pending and {r["name"] for r in reactions} == seeded

    await workspace.control_client.wait_for(seeding_finished, "the emoji")
    await workspace.control_client.react(MEI, FILM, ts, "two")
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1", "vote:2": "2 · 1"})


@pytest.mark.parametrize("action", ["close", "lock"])
@pytest.mark.parametrize("error", READ_ERRORS)
async def test_unreadable_reactions_prevent_the_close(
    workspace: PracticeEnvironment, ts: str, error: str, action: str
) -> None:
    now = time.time()
    await workspace.inject_fault(GET, "error", error=error)
    await workspace.press(LENA, ts, action)
    answer = text_of(await workspace.wait_for_ephemeral(LENA, READ_ERRORS[error], after=now))
    assert "othing was changed" in answer
    assert "vote:1" in buttons_of(await workspace.control_client.message(FILM, ts))


async def test_reaction_of_an_unresolved_user_counts_at_the_close(workspace: PracticeEnvironment, ts: str) -> None:
    """Somebody new, so that the bot has to ask who they are."""
    created = await workspace.control_client.post(
        "people", {"name": "extra", "real_name": "Extra One", "channels": [FILM]}
    )
    await workspace.inject_fault("users.info", "error", error="internal_error")
    await workspace.control_client.react(str(created["person"]["id"]), FILM, ts, "two")

    async def lookup_failed() -> bool:
        return any(call["error"] == "internal_error" for call in await workspace.control_client.calls("users.info"))

    await workspace.control_client.wait_for(lookup_failed, "the question who that is")
    await workspace.inject_fault(GET, "ratelimited", seconds=1)
    await workspace.press(LENA, ts, "close")
    assert "1 and 2 are tied with 1 vote each" in await workspace.wait_for_text(ts, "voting is closed")

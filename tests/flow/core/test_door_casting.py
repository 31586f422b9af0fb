"""Rounds that start over the REST door: keys, caps, permissions, and what stays hidden until the close."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.door_token import Scope
from bot.domain.model_errors import ContentRefused
from bot.domain.production import ProductionSettings
from tests.support.casting_harness import FILM, LEAD, PRODUCER, casting_harness
from tests.support.doors import OpenDoors, bearer, open_doors

CAST = Scope.CAST


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[OpenDoors]:
    async with casting_harness(tmp_path) as team, open_doors(team) as opened:
        yield opened


async def test_a_round_starts_once_for_each_key_and_its_maker_leads(doors: OpenDoors) -> None:
    token = await doors.make_token(CAST)
    started = await doors.cast(token)
    assert (started.status_code, started.json()["state"], started.json()["lead"]) == (201, "drawing", LEAD)
    again = await doors.cast(token)
    assert (again.status_code, again.json()["id"]) == (200, started.json()["id"])
    other = await doors.cast(token, brief="a pirate")
    assert (other.status_code, other.json()["type"]) == (422, "/v1/docs#idempotency-key-used")
    busy = await doors.cast(token, key="two")
    assert (busy.status_code, busy.json()["round_id"]) == (409, started.json()["id"])
    assert doors.team.started_jobs == [("round", started.json()["id"])]
    unkeyed = await doors.client.post("/v1/rounds", json={"name": "Bo", "brief": "a cook"}, headers=bearer(token))
    assert unkeyed.status_code == 400


async def test_keys_of_two_tokens_are_apart(doors: OpenDoors) -> None:
    first = await doors.cast(await doors.make_token(CAST))
    second = await doors.cast(await doors.make_token(CAST), name="Bo", brief="a cook")
    assert (first.status_code, second.status_code) == (201, 201)


async def test_a_token_without_the_scope_starts_nothing(doors: OpenDoors) -> None:
    refused = await doors.cast(await doors.make_token(Scope.READ))
    assert (refused.status_code, refused.json()["scope"]) == (403, "cast")
    assert doors.team.started_jobs == []


async def test_the_cap_of_a_token_holds_over_its_rounds(doors: OpenDoors) -> None:
    token = await doors.make_token(CAST, cap="0.15")
    first = await doors.cast(token)
    assert (first.status_code, first.json()["price_usd"]) == (201, "0.10")
    refused = await doors.cast(token, key="two", name="Bo", brief="a cook")
    assert (refused.status_code, refused.json()["type"]) == (409, "/v1/docs#over-budget")
    assert (refused.json()["cap"], refused.json()["remaining_usd"]) == ("token_month", "0.05")
    assert (await doors.cast(token, key="two", name="Bo", brief="a cook", models=["recraft"])).status_code == 201
    other = await doors.make_token(CAST, cap="0.15")
    assert (await doors.cast(other, key="three", name="Cy", brief="a monk")).status_code == 201


async def test_what_a_round_did_not_cost_is_free_again(doors: OpenDoors) -> None:
    """A model that refuses charges nothing."""
    token = await doors.make_token(CAST, cap="0.15")
    round_id = (await doors.cast(token)).json()["id"]
    doors.team.fake_models.skin.script = lambda _ask, _call: ContentRefused("recraft:recraftv4_1", "policy")
    await doors.team.audition(round_id)
    assert (await doors.cast(token, key="two", name="Bo", brief="a cook")).status_code == 201


async def test_a_round_costs_at_most_what_the_call_allows(doors: OpenDoors) -> None:
    token = await doors.make_token(CAST)
    brief = {"name": "Bo", "brief": "a cook", "models": ["recraft"], "per_model": 3}
    quote = await doors.client.post("/v1/quotes", json=brief, headers=bearer(token))
    assert quote.json() == {"price_usd": "0.15", "models": ["recraft:recraftv4_1"] * 3}
    refused = await doors.cast(token, max_usd="0.09")
    assert (refused.status_code, refused.json()["cap"], refused.json()["limit_usd"]) == (409, "round", "0.09")
    assert (await doors.cast(token, max_usd="0.10")).status_code == 201


async def test_nothing_names_a_model_before_the_close(doors: OpenDoors) -> None:
    token = await doors.make_token(CAST)
    round_id = (await doors.cast(token)).json()["id"]
    round_ = await doors.team.audition(round_id)
    voting = await doors.get(f"/v1/rounds/{round_id}", token)
    assert voting.json()["state"] == "voting"
    assert [one["model"] for one in voting.json()["candidates"]] == [None, None]
    assert "recraft" not in voting.text
    assert "gpt" not in voting.text
    await doors.team.vote(round_, U2=1, U3=1)
    assert [one["votes"] for one in (await doors.get(f"/v1/rounds/{round_id}", token)).json()["candidates"]] == [2, 0]
    await doors.team.casting.lock_face.lock(round_id, round_.slot_id_by_number[1], LEAD)
    locked = (await doors.get(f"/v1/rounds/{round_id}", token)).json()
    assert (locked["state"], locked["face_id"]) == ("locked", round_id)
    assert {one["model"] for one in locked["candidates"]} == {"recraft:recraftv4_1", "openai:gpt-image-2"}


async def test_a_sealed_ballot_shows_only_how_many_voted(doors: OpenDoors) -> None:
    token = await doors.make_token(CAST)
    round_id = (await doors.cast(token, ballot="sealed")).json()["id"]
    await doors.team.audition(round_id)
    voting = (await doors.get(f"/v1/rounds/{round_id}", token)).json()
    assert (voting["ballot"], {one["votes"] for one in voting["candidates"]}) == ("sealed", {None})


async def test_a_production_that_names_starters_refuses_the_token_of_others(doors: OpenDoors) -> None:
    token = await doors.make_token(CAST, person=PRODUCER)
    await doors.team.storage.productions.save(FILM, "", ProductionSettings(may_start=(LEAD,)))
    refused = await doors.cast(token)
    assert (refused.status_code, refused.json()["type"]) == (403, "/v1/docs#forbidden")


async def test_a_channel_that_castroom_left_takes_no_round(doors: OpenDoors) -> None:
    token = await doors.make_token(CAST)
    doors.team.channel_access.closed.add(FILM)
    assert (await doors.cast(token)).status_code == 403
    assert doors.team.started_jobs == []


async def test_an_unavailable_model_is_never_replaced_by_a_dearer_one(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, keys=("recraft", "gemini")) as team, open_doors(team) as doors:
        token = await doors.make_token(CAST)
        team.fake_models.unavailable.add("recraft:recraftv4_1")
        refused = await doors.cast(token, models=["recraft"])
        assert (refused.status_code, refused.json()["type"]) == (409, "/v1/docs#models-unavailable")
        assert team.started_jobs == []

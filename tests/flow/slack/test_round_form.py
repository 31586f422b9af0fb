"""A round started by the form: suggested to, priced, refused at its fields, sent once, led by somebody else."""

import asyncio
import time
from typing import Any

import pytest

from playground.control.client import Json, buttons_of, text_of
from tests.support.practice_environment import (
    DANIEL,
    FILM,
    GENERAL,
    LENA,
    MEI,
    QUIET,
    PracticeEnvironment,
)
from tests.support.scripted_models import make_portrait

pytestmark = pytest.mark.heavy

LENA_DM, DANIEL_DM = "D0LENAORTIZ", "D0DANIELOKA"


async def open_form(workspace: PracticeEnvironment, user: str = LENA, channel: str = FILM) -> Json:
    answer = await workspace.control_client.command(user, channel, "")
    assert answer["ok"], answer
    return await workspace.wait_for_modal(user, "Up to")


def form_values(name: str, text: str = "a fisherwoman, 60", **more: Any) -> Json:
    return {f"cast_{field}": value for field, value in {"name": name, "text": text, "each": "1", **more}.items()}


async def round_messages(workspace: PracticeEnvironment, name: str, channel: str = FILM) -> list[Json]:
    messages = await workspace.control_client.messages(channel)
    return [m for m in messages if m.get("metadata") and f"Casting {name}" in text_of(m)]


async def wait_for_round(workspace: PracticeEnvironment, name: str, channel: str = FILM) -> Json:
    async def probe() -> Json | None:
        return next(iter(await round_messages(workspace, name, channel)), None)

    return await workspace.control_client.wait_for(probe, f"the round for {name}", 10)


async def choose_and_wait(workspace: PracticeEnvironment, view: Json, field: str, value: Any, **values: Any) -> Json:
    """The form after a choice, once it tells another price."""
    before = text_of(view)
    typed_values = {f"cast_{name}": entered for name, entered in values.items()}
    assert (await workspace.control_client.select_in_view(LENA, view["id"], f"cast_{field}", value, typed_values))["ok"]

    async def probe() -> Json | None:
        now = await workspace.control_client.top_view(LENA)
        return now if now and text_of(now) != before else None

    return await workspace.control_client.wait_for(probe, "another price")


def field_value(view: Json, field: str) -> Any:
    """What stands in a field."""
    (state,) = view["state"]["values"][f"cast_{field}"].values()
    return next(value for name, value in state.items() if name != "type")


async def test_form_updates_the_price_after_every_choice(workspace: PracticeEnvironment) -> None:
    view = await open_form(workspace)
    assert "*Up to $0.21*: 2 portraits each from Recraft V4.1 and GPT-Image-2 (skin and wardrobe" in text_of(view)
    assert view["submit"]["text"] == "Cast for up to $0.21"
    typed = {"text": "pores and pores", "name": "Vera"}
    view = await choose_and_wait(workspace, view, "models", ["recraft:recraftv4_1"], **typed)
    assert "4 portraits from Recraft V4.1, as asked" in text_of(view)
    assert "the vote is not blind" in text_of(view)
    view = await choose_and_wait(workspace, view, "each", "1", **typed)
    assert view["submit"]["text"] == "Cast for up to $0.04"
    view = await choose_and_wait(
        workspace, view, "each", "8", models=["recraft:recraftv4_1", "gemini:gemini-3-pro-image"]
    )
    assert "*No price yet*: 2 x 8 portraits are too many" in text_of(view)
    assert view["submit"]["text"] == "Cast"
    view = await choose_and_wait(workspace, view, "each", "2")
    assert "2 portraits each from Recraft V4.1 and Nano Banana Pro" in text_of(view)
    assert (field_value(view, "text"), field_value(view, "name")["value"]) == ("pores and pores", "Vera")
    await workspace.control_client.post(f"people/{LENA}/close", {"view_id": view["id"], "all": True})


async def test_fast_choices_keep_typed_text_and_show_the_final_price(
    workspace: PracticeEnvironment,
) -> None:
    view = await open_form(workspace)
    await workspace.inject_fault("views.update", "delay", seconds=0.4, times=2)
    typed = {"cast_text": "said before the answer came"}
    choices = [("cast_each", "1"), ("cast_size", "4k")]
    await asyncio.gather(
        *(workspace.control_client.select_in_view(LENA, view["id"], field, value, typed) for field, value in choices)
    )

    async def settled() -> Json | None:
        now = await workspace.control_client.top_view(LENA)
        return now if now and "1 portrait each" in text_of(now) and "As drafts" in text_of(now) else None

    now = await workspace.control_client.wait_for(settled, "the price of both choices")
    assert now["submit"]["text"] == "Cast for up to $0.45"
    assert field_value(now, "text") == "said before the answer came"
    await workspace.clear_faults("views.update")
    await workspace.control_client.post(f"people/{LENA}/close", {"view_id": view["id"], "all": True})


async def test_invalid_fields_show_errors_and_call_no_model(workspace: PracticeEnvironment) -> None:
    view, calls_before = await open_form(workspace), await workspace.count_model_calls()
    invalid = form_values(
        "M" * 90, "x", until=int(time.time()) - 60, voters=[DANIEL, MEI], quorum="3", like="none", lead=DANIEL
    )
    errors = (await workspace.control_client.submit(LENA, view["id"], invalid))["errors"]
    assert errors == {
        "cast_name": "The name has 90 characters; up to 80 fit.",
        "cast_until": "Too soon: voting stays open for at least 5 minutes.",
        "cast_quorum": "3 voters are not possible: only 2 are named.",
    }
    late = int(time.time()) + 31 * 86_400
    without_voters = form_values("Zoe", until=late, voters=[], quorum=None)
    errors = (await workspace.control_client.submit(LENA, view["id"], without_voters))["errors"]
    assert errors == {"cast_until": "Too late: voting stays open for at most 30 days."}
    both = ["recraft:recraftv4_1", "gemini:gemini-3-pro-image"]
    errors = (
        await workspace.control_client.submit(LENA, view["id"], form_values("Zoe", models=both, each="5") | _tomorrow())
    )["errors"]
    assert errors == {"cast_each": "2 x 5 portraits are too many: up to 8 fit into one round."}
    expensive = form_values("Zoe", models=["openai:gpt-image-2"], each="8", size="4k") | _tomorrow()
    (error,) = (await workspace.control_client.submit(LENA, view["id"], expensive))["errors"].items()
    assert error[0] == "cast_models"
    assert "a round may cost $2.00" in error[1]
    assert "<" not in error[1]
    assert await workspace.count_model_calls() == calls_before
    await workspace.control_client.post(f"people/{LENA}/close", {"view_id": view["id"], "all": True})


async def test_brief_that_raises_the_price_needs_one_confirmation(workspace: PracticeEnvironment) -> None:
    view = await open_form(workspace)
    values = form_values("Otto", "a pilot, for the billboard") | {"cast_each": None}
    refused = await workspace.control_client.submit(LENA, view["id"], values)
    assert "up to $0.37 instead of $0.21. Press Cast again to agree" in refused["errors"]["cast_models"]
    assert not await round_messages(workspace, "Otto")
    answer = await workspace.control_client.submit(LENA, view["id"], values)
    assert answer["ok"], answer
    await wait_for_round(workspace, "Otto")


async def test_a_form_sent_twice_opens_one_round(workspace: PracticeEnvironment) -> None:
    view = await open_form(workspace)
    values = form_values("Maya", use="advertising") | _tomorrow()
    first, second = await asyncio.gather(*(workspace.control_client.submit(LENA, view["id"], values) for _ in range(2)))
    assert first["ok"]
    assert second["ok"]
    message = await wait_for_round(workspace, "Maya")
    assert "for advertising" in text_of(message)
    await workspace.wait_for_ballot(message["ts"])
    assert len(await round_messages(workspace, "Maya")) == 1


async def test_cast_character_is_suggested_and_recast_for_a_price(
    workspace: PracticeEnvironment,
) -> None:
    ts = await workspace.cast("Mara: a pilot --each 1 --for 1h")
    view = await open_form(workspace)
    assert "Mara · being cast now" in await workspace.control_client.suggest_options(
        LENA, view["id"], "cast_name", "mar"
    )
    busy = await workspace.control_client.submit(LENA, view["id"], form_values("Mara"))
    assert busy["errors"] == {"cast_name": "Mara is being cast right now. Lock or cancel that round first."}
    await workspace.wait_for_ballot(ts)
    await workspace.press(LENA, ts, "vote:1")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_button(ts, "facts")
    view = await open_form(workspace)
    assert "Mara · already cast" in await workspace.control_client.suggest_options(LENA, view["id"], "cast_name", "Mar")
    calls_before = await workspace.count_model_calls()
    assert (await workspace.control_client.submit(LENA, view["id"], form_values("Mara", "a pilot, older")))["ok"]
    question = await workspace.wait_for_modal(LENA, "Mara is already cast")
    assert question["submit"]["text"] == "Re-cast for $0.11"
    assert await workspace.count_model_calls() == calls_before
    assert (await workspace.control_client.submit(LENA, question["id"], {}))["ok"]
    assert await workspace.control_client.modals(LENA) == []
    assert "a pilot, older" in text_of(await wait_for_round(workspace, "Mara"))


async def test_suggestions_show_only_visible_characters(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Sable: a spokesperson --each 1 --for 1h", channel=QUIET)
    await workspace.wait_for_ballot(ts, QUIET)
    view = await open_form(workspace, MEI)
    assert await workspace.control_client.suggest_options(MEI, view["id"], "cast_name", "Sable") == ["Cast “Sable”"]
    view = await open_form(workspace)
    suggestions = await workspace.control_client.suggest_options(LENA, view["id"], "cast_name", "Sable")
    assert suggestions == ["Sable · from another production, new here"]


async def test_another_lead_is_notified_and_controls_the_round(workspace: PracticeEnvironment) -> None:
    view = await open_form(workspace)
    values = form_values("Ines", lead=DANIEL, voters=[MEI, DANIEL], quorum="2", use="film") | _tomorrow()
    assert (await workspace.control_client.submit(LENA, view["id"], values))["ok"]
    message = await wait_for_round(workspace, "Ines")
    text = text_of(message)
    assert f"asked by <@{LENA}> · led by <@{DANIEL}>" in text
    assert "for film" in text
    assert f"2 people vote: <@{MEI}> and <@{DANIEL}>" in text

    async def asked_to_lead() -> Json | None:
        notes = await workspace.control_client.messages(DANIEL_DM)
        return next((m for m in notes if "asks you to lead the casting of Ines" in text_of(m)), None)

    note = await workspace.control_client.wait_for(asked_to_lead, "the word to the lead")
    assert "Go there" in text_of(note)
    ts = message["ts"]
    await workspace.wait_for_ballot(ts)
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_ephemeral(LENA, f"Only <@{DANIEL}> can close this vote")
    await workspace.press(DANIEL, ts, "close")
    await workspace.wait_for_button(ts, "drop")


async def test_form_metadata_is_an_opaque_id_per_user(workspace: PracticeEnvironment) -> None:
    view = await open_form(workspace)
    other = await open_form(workspace, DANIEL)
    assert view["private_metadata"] != other["private_metadata"]
    other_characters = set(view["private_metadata"]) - set("w0123456789abcdef")
    assert other_characters == set(), "an opaque id, and nothing of the channel"


async def test_attached_reference_needs_consent_and_a_valid_picture(workspace: PracticeEnvironment) -> None:
    view = await choose_and_wait(workspace, await open_form(workspace), "like", "picture")
    picture = [await workspace.control_client.attach_file(LENA, "ben.png", make_portrait(5))]
    values = form_values("Ben", models=["gemini:gemini-3-pro-image"], like="picture", picture=picture, real="photo")
    refused = await workspace.control_client.submit(LENA, view["id"], values | _tomorrow())
    assert list(refused["errors"]) == ["cast_agreed"]
    assert (
        await workspace.control_client.submit(LENA, view["id"], values | _tomorrow() | {"cast_agreed": ["agreed"]})
    )["ok"]
    message = await wait_for_round(workspace, "Ben")
    assert "likeness: reference image" in text_of(message)
    view = await choose_and_wait(workspace, await open_form(workspace), "like", "picture")
    broken = [await workspace.control_client.attach_file(LENA, "noise.png", b"\x89PNG not really")]
    values = form_values("Cleo", models=["gemini:gemini-3-pro-image"], like="picture", picture=broken, real="portrait")
    assert (await workspace.control_client.submit(LENA, view["id"], values | _tomorrow()))["ok"]
    await workspace.wait_for_ephemeral(LENA, "This file cannot be a reference")
    assert not await round_messages(workspace, "Cleo")


async def test_locked_face_can_be_used_as_a_reference(workspace: PracticeEnvironment) -> None:
    view = await choose_and_wait(workspace, await open_form(workspace), "like", "face")
    assert "Mara" in await workspace.control_client.suggest_options(LENA, view["id"], "cast_face", "")
    values = form_values("Maras mother", models=["gemini:gemini-3-pro-image"], like="face", face="Mara")
    assert (await workspace.control_client.submit(LENA, view["id"], values | _tomorrow()))["ok"]
    assert "Mara" in text_of(await wait_for_round(workspace, "Maras mother"))


async def test_form_works_in_direct_messages_but_not_in_uninvited_channels(workspace: PracticeEnvironment) -> None:
    text = await workspace.run_command("", channel=GENERAL)
    assert "Invite me with /invite @Castroom" in text
    assert text.splitlines()[-1] == "/cast"
    view = await open_form(workspace, channel=LENA_DM)
    assert "visible only to you" in text_of(view)
    assert (await workspace.control_client.submit(LENA, view["id"], form_values("Nobody") | _tomorrow()))["ok"]
    message = await wait_for_round(workspace, "Nobody", LENA_DM)
    assert "cancel" in buttons_of(message)


def _tomorrow() -> Json:
    return {"cast_until": int(time.time()) + 86_400}

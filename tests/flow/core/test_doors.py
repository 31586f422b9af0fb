"""The REST door over the use cases: who gets in, what is seen, pictures, and problems."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.domain.audit import AuditEvent
from bot.domain.door_token import LIFETIMES, Scope
from bot.domain.ids import ChannelRef
from bot.domain.production import ProductionSettings
from bot.domain.users import User
from bot.telemetry import metrics
from bot.usecases.production_settings import JOINED
from storage.db.tables import audit_log, metadata
from tests.support.casting_harness import DIRECTOR, FERRY, FILM, LEAD, CastingHarness, casting_harness
from tests.support.doors import OpenDoors, bearer, open_doors

CREW = ChannelRef("T1", "CREW")


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[OpenDoors]:
    async with casting_harness(tmp_path) as team, open_doors(team) as opened:
        yield opened


async def lock_in(team: CastingHarness, line: str, place: ChannelRef) -> str:
    """Cast and lock a face in a channel; return the round's id."""
    round_ = await team.audition(await team.start_round(line, place=place))
    await team.vote(round_, U2=1)
    await team.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], LEAD)
    return round_.id


async def join(team: CastingHarness, place: ChannelRef, production_id: str) -> None:
    await team.storage.productions.join(place, production_id, AuditEvent(JOINED, place, LEAD, team.now))


async def test_face_is_fetched_by_name_with_its_untouched_original(doors: OpenDoors) -> None:
    round_id = await doors.team.run_to_lock()
    token = await doors.make_token()
    face = (await doors.get("/v1/faces?name=maya", token)).json()
    assert (face["id"], face["character"], face["version"], face["candidate"]) == (round_id, "Maya", 1, 1)
    original = await doors.get(face["original"]["url"], token)
    assert sha256(original.content).hexdigest() == face["original"]["sha256"]
    assert original.headers["etag"] == f'"{face["original"]["sha256"]}"'
    assert original.headers["content-type"] == "image/png"
    unchanged = await doors.get(face["original"]["url"], token, **{"If-None-Match": original.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


async def test_a_part_of_the_original_is_sent_for_a_range(doors: OpenDoors) -> None:
    round_id = await doors.team.run_to_lock()
    token, path = await doors.make_token(), f"/v1/faces/{round_id}/original"
    whole = (await doors.get(path, token)).content
    part = await doors.get(path, token, Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, whole[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole)}"
    assert (await doors.get(path, token, Range="bytes=-5")).content == whole[-5:]
    beyond = await doors.get(path, token, Range=f"bytes={len(whole)}-")
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(whole)}")
    changed = await doors.get(path, token, **{"Range": "bytes=0-4", "If-Range": '"other"'})
    assert (changed.status_code, changed.content) == (200, whole)
    head = await doors.client.head(path, headers=bearer(token))
    assert (head.content, head.headers["content-length"]) == (b"", str(len(whole)))


async def test_previews_have_the_size_that_is_asked_for(doors: OpenDoors) -> None:
    round_id = await doors.team.run_to_lock()
    token = await doors.make_token()
    small = await doors.get(f"/v1/faces/{round_id}/preview?side=256", token)
    assert (small.status_code, small.headers["content-type"]) == (200, "image/jpeg")
    odd = await doors.get(f"/v1/faces/{round_id}/preview?side=300", token)
    assert (odd.status_code, odd.json()["type"]) == (422, "/v1/docs#invalid-request")


async def test_near_names_are_suggested_and_never_taken(doors: OpenDoors) -> None:
    await doors.team.run_to_lock()
    problem = await doors.get("/v1/faces?name=Maja", await doors.make_token())
    assert problem.status_code == 404
    assert problem.headers["content-type"] == "application/problem+json"
    assert [one["name"] for one in problem.json()["suggestions"]] == ["Maya"]
    assert (await doors.get("/v1/faces?name=Zebedee", await doors.make_token())).json()["type"] == "/v1/docs#not-found"


async def test_lists_are_paged_by_cursor(doors: OpenDoors) -> None:
    for name in ("Ana", "Bea", "Cleo"):
        await doors.team.run_to_lock(f"{name}: a sailor")
    token, names, cursor = await doors.make_token(), list[str](), ""
    while True:
        page = (await doors.get(f"/v1/characters?limit=2{cursor and f'&cursor={cursor}'}", token)).json()
        names += [one["name"] for one in page["items"]]
        assert page["total"] == 3
        if (cursor := page["next_cursor"]) is None:
            break
    assert names == ["Ana", "Bea", "Cleo"]
    wrong = await doors.get("/v1/characters?cursor=bm90aGluZw==", token)
    assert (wrong.status_code, wrong.json()["type"]) == (422, "/v1/docs#invalid-request")


async def test_a_call_without_a_valid_token_is_refused(doors: OpenDoors) -> None:
    token = await doors.make_token(lifetime=LIFETIMES[0])
    assert (await doors.client.get("/v1/characters")).status_code == 401
    wrong = await doors.client.get("/v1/characters", headers={"Authorization": "Bearer castroom_wrong"})
    assert wrong.status_code == 401
    assert "invalid_token" in wrong.headers["www-authenticate"]
    assert (await doors.get("/v1/characters", token)).status_code == 200
    doors.team.advance(days=8)
    assert (await doors.get("/v1/characters", token)).json()["detail"].startswith("This access token has expired")


async def test_a_revoked_token_is_refused_at_the_next_call(doors: OpenDoors) -> None:
    token = await doors.make_token()
    assert (await doors.get("/v1/productions", token)).status_code == 200
    await doors.team.casting.door_token_editor.revoke(token.token.id, FILM, LEAD)
    refused = await doors.get("/v1/productions", token)
    assert (refused.status_code, refused.json()["detail"].split(".")[0]) == (401, "This access token was revoked")


async def test_the_token_is_stored_and_logged_nowhere(doors: OpenDoors, capsys: pytest.CaptureFixture[str]) -> None:
    token = await doors.make_token()
    await doors.get("/v1/characters?q=Maya", token)
    for table in metadata.sorted_tables:
        rows = await doors.team.storage.database.fetch_all(select(table))
        assert token.secret not in repr([row._asdict() for row in rows])
    assert token.secret not in repr(token.token)
    out, err = capsys.readouterr()
    assert "door_called" in out + err
    assert token.secret not in out + err


async def test_each_use_is_in_the_audit_log_without_what_was_asked(doors: OpenDoors) -> None:
    token = await doors.make_token()
    await doors.get("/v1/characters?q=Maya", token)
    rows = await doors.team.storage.database.fetch_all(select(audit_log.c.action, audit_log.c.detail))
    assert [f"{row.action} {row.detail}" for row in rows] == [
        f"door_token_made {token.token.id} pipeline",
        f"door_used {token.token.id} GET /v1/characters",
    ]
    listed = await doors.team.casting.door_token_editor.list_tokens(FILM, LEAD)
    assert listed.tokens[0].last_used_at == doors.team.now


async def test_calls_of_doors_do_not_fill_the_changes_of_the_settings(doors: OpenDoors) -> None:
    token = await doors.make_token()
    await doors.get("/v1/characters", token)
    events = await doors.team.storage.audit_log.list_for_production(FILM)
    assert [event.action for event in events] == ["door_token_made"]


async def test_a_token_dies_when_its_maker_leaves_the_channel(doors: OpenDoors) -> None:
    access = doors.team.channel_access
    access.private_members[CREW] = {LEAD, DIRECTOR}
    token = await doors.make_token(place=CREW)
    assert (await doors.get("/v1/productions", token)).status_code == 200
    access.private_members[CREW] = {DIRECTOR}
    refused = await doors.get("/v1/productions", token)
    assert (refused.status_code, refused.json()["type"]) == (403, "/v1/docs#forbidden")
    access.private_members[CREW] = {LEAD, DIRECTOR}
    access.users[LEAD] = User(is_deactivated=True)
    assert (await doors.get("/v1/productions", token)).status_code == 403


async def test_a_token_never_sees_what_its_channel_does_not(doors: OpenDoors) -> None:
    """Its maker is in a private channel too; nobody else of the token's channel is."""
    doors.team.channel_access.private_members[CREW] = {LEAD}
    secret_round = await lock_in(doors.team, "Vera: a spy", CREW)
    other_production = await doors.team.run_to_lock()
    token = await doors.make_token(place=FERRY)
    for path in (
        "/v1/faces?name=Vera",
        f"/v1/faces/{secret_round}",
        f"/v1/faces/{secret_round}/original",
        f"/v1/rounds/{secret_round}",
        f"/v1/faces/{other_production}",
        f"/v1/rounds/{other_production}",
    ):
        assert (await doors.get(path, token)).status_code == 404, path
    assert (await doors.get("/v1/characters", token)).json()["items"] == []
    own = await doors.make_token(place=CREW)
    assert (await doors.get(f"/v1/faces/{secret_round}", own)).status_code == 200


async def test_channels_of_one_production_share_public_faces_only(doors: OpenDoors) -> None:
    team = doors.team
    team.channel_access.private_members[CREW] = {LEAD}
    public, private = await team.run_to_lock(), await lock_in(team, "Vera: a spy", CREW)
    production = await team.storage.productions.get(FILM)
    for place in (FERRY, CREW):
        await join(team, place, production.id)
    token = await doors.make_token(place=FERRY)
    assert (await doors.get(f"/v1/faces/{public}", token)).status_code == 200
    assert (await doors.get(f"/v1/faces/{private}", token)).status_code == 404
    assert [one["name"] for one in (await doors.get("/v1/characters", token)).json()["items"]] == ["Maya"]
    assert (await doors.get("/v1/productions", token)).json()["items"][0]["channels"] == ["C1", "C2"]


async def test_a_token_ends_when_its_channel_joins_another_production(doors: OpenDoors) -> None:
    team = doors.team
    await team.run_to_lock()
    token = await doors.make_token(place=FERRY)
    assert (await doors.get("/v1/characters", token)).status_code == 200
    await join(team, FERRY, (await team.storage.productions.get(FILM)).id)
    refused = await doors.get("/v1/characters", token)
    assert (refused.status_code, "another production" in refused.json()["detail"]) == (403, True)


async def test_a_signed_link_opens_a_picture_for_ten_minutes(doors: OpenDoors) -> None:
    round_id = await doors.team.run_to_lock()
    token = await doors.make_token()
    links = (await doors.get(f"/v1/faces/{round_id}/links", token)).json()
    picture = await doors.client.get(links["original"])
    face = (await doors.get(f"/v1/faces/{round_id}", token)).json()
    assert sha256(picture.content).hexdigest() == face["original"]["sha256"]
    forged = links["original"].replace("/original?", "/preview?")
    assert (await doors.client.get(forged)).json()["type"] == "/v1/docs#link-expired"
    assert (await doors.client.get(links["preview"])).headers["content-type"] == "image/jpeg"
    doors.team.advance(minutes=11)
    assert (await doors.client.get(links["original"])).status_code == 403


async def test_a_signed_link_ends_with_its_token(doors: OpenDoors) -> None:
    round_id = await doors.team.run_to_lock()
    token = await doors.make_token()
    link = (await doors.get(f"/v1/faces/{round_id}/links", token)).json()["original"]
    await doors.team.casting.door_token_editor.revoke(token.token.id, FILM, LEAD)
    assert (await doors.client.get(link)).status_code == 401


async def test_history_and_record_are_those_of_slack(doors: OpenDoors) -> None:
    round_id = await doors.team.run_to_lock()
    token = await doors.make_token()
    face = (await doors.get(f"/v1/faces/{round_id}", token)).json()
    events = (await doors.get(f"/v1/characters/{face['character_id']}/history", token)).json()
    assert "locked" in [event["kind"] for event in events["items"]]
    record = (await doors.get(f"/v1/faces/{round_id}/record", token)).json()
    assert record["original"]["sha256"] == face["original"]["sha256"]
    assert [one["id"] for one in (await doors.get(f"/v1/faces/{round_id}/versions", token)).json()] == [round_id]


async def test_a_face_without_a_passport_says_so(doors: OpenDoors) -> None:
    round_id = await doors.team.run_to_lock()
    problem = await doors.get(f"/v1/faces/{round_id}/passport", await doors.make_token())
    assert (problem.status_code, problem.json()["type"]) == (404, "/v1/docs#no-passport")


async def test_a_passport_is_sent_as_it_is_stored(doors: OpenDoors) -> None:
    round_id = await doors.team.run_to_lock()
    face = await doors.team.storage.roster.get_face(round_id)
    assert face
    await doors.team.storage.portraits.put(f"{round_id}/{face.slot_id}/passport.c2pa", b"signed")
    passport = await doors.get(f"/v1/faces/{round_id}/passport", await doors.make_token())
    assert (passport.content, passport.headers["content-type"]) == (b"signed", "application/c2pa")
    check = (await doors.get(f"/v1/faces/{round_id}/passport/check", await doors.make_token())).json()
    assert (check["picture"], check["is_unchanged"]) == ("original", False)


async def test_a_program_reports_what_a_tool_said_with_its_own_scope(doors: OpenDoors) -> None:
    round_id = await doors.team.run_to_lock()
    await doors.team.storage.productions.save(FILM, "", ProductionSettings(targets=("Runway",)))
    path, token = f"/v1/faces/{round_id}/targets", await doors.make_token(Scope.REPORT)
    assert [one["state"] for one in (await doors.get(path, token)).json()] == ["not_tried"]
    report = {"state": "accepted", "external_id": "asset://a-1"}
    refused = await doors.client.put(f"{path}/runway", json=report, headers=bearer(await doors.make_token()))
    assert (refused.status_code, refused.json()["scope"]) == (403, "report")
    stored = await doors.client.put(f"{path}/runway", json=report, headers=bearer(token))
    (target,) = stored.json()
    assert (target["target"], target["state"], target["external_id"]) == ("Runway", "accepted", "asset://a-1")
    assert target["by"] == "pipeline"
    unknown = await doors.client.put(f"{path}/Nuke", json=report, headers=bearer(token))
    assert (unknown.status_code, unknown.json()["type"]) == (422, "/v1/docs#invalid-brief")


async def test_foreign_hosts_and_origins_are_refused(doors: OpenDoors) -> None:
    token = await doors.make_token()
    assert (await doors.get("/v1/docs", token, Host="evil.example")).status_code == 421
    assert (await doors.get("/v1/docs", token, Host="castroom.example.com:8443")).status_code == 200
    assert (await doors.get("/v1/characters", token, Origin="https://evil.example")).status_code == 403


async def test_responses_are_counted_by_door_and_status(doors: OpenDoors) -> None:
    def count(door: str, status: str) -> float:
        return float(metrics.door_responses.labels(door, status)._value.get())

    token = await doors.make_token()
    before = count("rest", "2xx"), count("rest", "4xx"), count("mcp", "4xx")
    await doors.get("/v1/docs", token)
    await doors.get("/v1/docs", token, Host="evil.example")
    await doors.client.post("/mcp", json={})
    after = count("rest", "2xx"), count("rest", "4xx"), count("mcp", "4xx")
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1, 1]


async def test_a_large_request_is_refused(doors: OpenDoors) -> None:
    token = await doors.make_token(Scope.CAST)
    body = b'{"name": "' + b"a" * 70_000 + b'"}'
    assert (await doors.client.post("/v1/rounds", content=body, headers=bearer(token))).status_code == 413


async def test_the_page_of_the_doors_names_every_problem_and_loads_nothing(doors: OpenDoors) -> None:
    page = await doors.client.get("/v1/docs")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "<script" not in page.text
    assert "<code>max_usd</code> (body, optional)" in page.text
    problem = (await doors.client.get("/v1/characters")).json()["type"]
    assert f'id="{problem.partition("#")[2]}"' in page.text
    assert (await doors.client.get("/v1/openapi.json")).json()["openapi"].startswith("3.1")
    assert (await doors.client.get("/v1/nothing")).headers["content-type"] == "application/problem+json"


async def test_slack_is_asked_anew_at_most_every_few_seconds(doors: OpenDoors) -> None:
    token = await doors.make_token()
    for _ in range(3):
        await doors.get("/v1/characters", token)
    assert len(doors.checks) == 1


async def test_a_token_that_calls_too_often_waits(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as team, open_doors(team, calls_per_minute=8) as doors:
        token, other = await doors.make_token(), await doors.make_token()
        answers = [await doors.get("/v1/productions", token) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 8
        assert (await doors.get("/v1/productions", other)).status_code == 200

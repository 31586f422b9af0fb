"""Pictures that the publisher uploads to a loopback Slack: once, and again only if they are lost."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.service_errors import MessageDeleted, SlackUnavailable
from bot.ports.messaging import Picture
from tests.support.builders import CATALOGUE, make_closed_round, make_voting_round
from tests.support.in_memory import InMemoryRepositories
from tests.support.round_publisher_harness import hurried, open_publisher


async def test_sheet_upload_waits_until_the_file_is_ready() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["files.info"] = [{"file": {"mimetype": ""}}, {"file": {}}, {"file": {"mimetype": "image/jpeg"}}]
        file_id = await publisher.upload_sheet("r1", Picture(b"sheet", "Maya-sheet-4.jpg"))
        (request,) = slack.calls_to("files.getUploadURLExternal")
        (done,) = slack.calls_to("files.completeUploadExternal")
        info_calls = len(slack.calls_to("files.info"))
    assert slack.uploaded == {file_id: b"sheet"}
    assert request["length"] == "5"
    assert (
        request["alt_txt"] == "A fisherwoman, 60, blood on her sleeve: contact sheet for Maya, candidates 1, 2, 3 and 4"
    )
    assert (done["channel_id"], done["thread_ts"]) == ("C1", "1764000000.000100")
    assert done["files"] == [{"id": file_id, "title": "Maya: contact sheet"}]
    assert info_calls == 3


async def test_a_sheet_is_stored_while_slack_processes_it() -> None:
    seen: list[tuple[str, int]] = []
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["files.info"] = [*[{"file": {"mimetype": ""}}] * 2, {"file": {"mimetype": "image/jpeg"}}]

        async def store(file_id: str) -> None:
            seen.append((file_id, len(slack.calls_to("files.info"))))

        file_id = await publisher.upload_sheet("r1", Picture(b"sheet", "sheet.jpg"), while_processing=store)
        info_calls = len(slack.calls_to("files.info"))
    ((stored, calls_before),) = seen
    assert stored == file_id
    assert calls_before < info_calls == 3


async def test_sheet_that_never_becomes_ready_is_used_anyway() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["files.info"] = [{"file": {"mimetype": ""}}]
        assert await publisher.upload_sheet("r1", Picture(b"sheet", "sheet.jpg"))


async def test_candidates_are_uploaded_in_one_message_without_models() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        pictures = [Picture(f"{n}".encode(), f"Maya-{n}.jpg", n) for n in range(1, 5)]
        ids = await publisher.upload_pictures("r1", pictures)
        (done,) = slack.calls_to("files.completeUploadExternal")
        upload_calls = str(slack.calls_to("files.getUploadURLExternal"))
    assert [slack.uploaded[i] for i in ids] == [b"1", b"2", b"3", b"4"]
    assert [f["title"] for f in done["files"]] == ["1", "2", "3", "4"]
    assert not any(model.title in upload_calls for model in CATALOGUE.models)


async def test_at_most_four_files_of_a_workspace_are_reserved_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    reserve, running, most = AsyncWebClient.files_getUploadURLExternal, 0, 0

    async def reserve_slowly(client: AsyncWebClient, **arguments: Any) -> AsyncSlackResponse:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return await reserve(client, **arguments)

    monkeypatch.setattr(AsyncWebClient, "files_getUploadURLExternal", reserve_slowly)
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (_, publisher):
        pictures = [Picture(f"{n}".encode(), f"Maya-{n}.jpg", n) for n in (1, 2, 3, 4, 1, 2, 3, 4)]
        await publisher.upload_pictures("r1", pictures)
    assert most == 4


async def test_originals_name_their_model_after_the_close() -> None:
    async with open_publisher(InMemoryRepositories(make_closed_round({1: 1, 2: 0, 3: 0, 4: 0}, 1))) as (
        slack,
        publisher,
    ):
        await publisher.upload_pictures("r1", [Picture(b"x", "Maya-3-lumen.png", 3)])
        (done,) = slack.calls_to("files.completeUploadExternal")
    assert done["files"][0]["title"] == "3 · Lumen Two · lumen:lumen-wire"


async def test_upload_to_a_deleted_message_raises() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies |= {
            "files.completeUploadExternal": [{"error": "message_not_found"}],
            "reactions.get": [{"error": "message_not_found"}],
        }
        with pytest.raises(MessageDeleted):
            await publisher.upload_sheet("r1", Picture(b"sheet", "sheet.jpg"))
        assert publisher.take_deleted() == ("r1",)


async def test_interrupted_share_is_checked_before_uploading_again() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["files.completeUploadExternal"] = [{"plain": "text/html", "status": 502}]
        slack.replies["files.info"] = [
            {"plain": "text/html", "status": 502},
            {"file": {"mimetype": "image/jpeg"}},
        ]
        with pytest.raises(SlackUnavailable):
            await publisher.upload_sheet("r1", Picture(b"sheet", "sheet.jpg"))
        await publisher.upload_sheet("r1", Picture(b"sheet", "sheet.jpg"))
        assert len(slack.uploaded) == 1


async def test_uploads_shared_before_a_crash_are_reused() -> None:
    repositories = InMemoryRepositories(make_voting_round())
    sheet, pictures = Picture(b"sheet", "sheet.jpg"), [Picture(b"1", "Maya-1.jpg", 1), Picture(b"2", "Maya-2.jpg", 2)]
    async with open_publisher(repositories) as (slack, publisher):
        sheet_file, picture_files = (
            await publisher.upload_sheet("r1", sheet),
            await publisher.upload_pictures("r1", pictures),
        )
        restarted = hurried(slack, repositories)
        assert (await restarted.upload_sheet("r1", sheet), await restarted.upload_pictures("r1", pictures)) == (
            sheet_file,
            picture_files,
        )
        assert len(slack.calls_to("files.completeUploadExternal")) == 2
        other = await restarted.upload_sheet("r1", replace(sheet, data=b"a newer sheet"))
        assert other != sheet_file
        await restarted.close()


async def test_deleted_upload_is_uploaded_again() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        sheet = Picture(b"sheet", "sheet.jpg")
        sheet_file = await publisher.upload_sheet("r1", sheet)
        slack.replies["files.info"] = [{"error": "file_deleted"}, {"file": {"mimetype": "image/jpeg"}}]
        assert await publisher.upload_sheet("r1", sheet) != sheet_file


async def test_unshared_upload_is_uploaded_again() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["files.completeUploadExternal"] = [{"error": "internal_error"}, {}]
        lost = {"error": "file_not_found"}
        slack.replies["files.info"] = [lost, lost, {"file": {"mimetype": "image/jpeg"}}]
        with pytest.raises(SlackUnavailable):
            await publisher.upload_sheet("r1", Picture(b"sheet", "sheet.jpg"))
        await publisher.upload_sheet("r1", Picture(b"sheet", "sheet.jpg"))
        assert len(slack.uploaded) == 2


async def test_sheet_missing_from_file_info_is_not_uploaded_again() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["files.info"] = [{"error": "file_not_found"}]
        assert await publisher.upload_sheet("r1", Picture(b"sheet", "sheet.jpg"))
        assert len(slack.uploaded) == 1


async def test_broken_upload_raises_slack_unavailable() -> None:
    async with open_publisher(InMemoryRepositories(make_voting_round())) as (slack, publisher):
        slack.replies["files.getUploadURLExternal"] = [{"upload_url": "http://127.0.0.1:9/gone", "file_id": "F1"}]
        with pytest.raises(SlackUnavailable, match="upload"):
            await publisher.upload_sheet("r1", Picture(b"sheet", "sheet.jpg"))
        assert slack.calls_to("files.completeUploadExternal") == []

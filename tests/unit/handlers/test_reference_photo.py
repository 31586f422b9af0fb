"""The form for a reference picture: its fields, its errors, and the download of the file."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web

from bot.domain.brief import Brief, Consent, Reference
from bot.domain.errors import BriefError
from bot.domain.round_form import Draft, ReferenceKind
from bot.domain.routing.reason import RoutingReason
from bot.domain.service_errors import SlackUnavailable
from bot.ports.rounds import RoundDraft, StartResult
from bot.usecases.quotes import Quote
from bot.usecases.round_form import RoundFormState, ValidatedForm
from handlers.slack.files import MAX_DOWNLOAD_BYTES, download_file, is_slack_url
from handlers.views.recall import facts
from handlers.views.round_form import form
from playground.slack.block_kit.validator import check_document
from tests.support import slack_payloads
from tests.support.builders import HOSTILE, NOW, PLACE, TITLES, make_face, make_round
from tests.support.fake_slack_server import fake_slack_server
from tests.support.in_memory import InMemoryRepositories
from tests.support.listener_harness import ListenerHarness, listener_harness

BRIEF = Brief("Ben", "her brother", reference=Reference("photo"))
QUOTE = Quote(("a:b",), RoutingReason("named"), Decimal("0.18"), None)
DRAFT = RoundDraft("w1", PLACE, "U0LEAD", BRIEF)
START_RESULT = StartResult(make_round(), created=True)
PNG = b"\x89PNG and so on"


def store_file(harness: ListenerHarness, *, size: int = len(PNG), url: str = "/files/a") -> None:
    harness.slack.private_files["a"] = web.Response(body=PNG, content_type="image/png")
    harness.slack.replies["files.info"] = [
        {"file": {"id": "F0ATTACHED1", "size": size, "url_private": harness.slack.base_url + url}}
    ]


def ack_body(response: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(response.body) if response.body else {}
    return body


def make_form(text: str = "her brother") -> RoundFormState:
    draft = Draft("Ben", text, reference_kind=ReferenceKind.PICTURE, closes_at=NOW)
    return RoundFormState("w1", PLACE, draft, (), QUOTE)


def photo_submission(*, real: str = "photo", agreed: bool = True, team: str = "T1") -> dict[str, Any]:
    """The submitted round form with a reference picture."""
    return slack_payloads.form_submission(
        "w1",
        team,
        like={"type": "radio_buttons", "selected_option": {"value": "picture"}},
        picture={"type": "file_input", "files": [{"id": "F0ATTACHED1"}]},
        real={"type": "radio_buttons", "selected_option": {"value": real}},
        agreed={"type": "checkboxes", "selected_options": [{"value": "agreed"}] if agreed else []},
    )


def photo_harness(draft: RoundDraft = DRAFT) -> AbstractAsyncContextManager[ListenerHarness]:
    return listener_harness(
        InMemoryRepositories(make_round(), draft=draft),
        round_form__validate=ValidatedForm(draft, BRIEF),
        round_form__submit_with_photo=START_RESULT,
    )


async def test_photo_brief_opens_the_round_form_with_a_file_input() -> None:
    async with listener_harness(round_form__create=make_form()) as harness:
        assert ack_body(await harness.send(slack_payloads.slash_command("Ben: her brother --like photo"))) == {}
        (opened,) = harness.slack.calls_to("views.open")
    ((name, *_, brief),) = harness.use_cases.calls
    assert (name, brief.name, brief.reference) == ("round_form.create", "Ben", Reference("photo"))
    assert (opened["trigger_id"], opened["view"]["private_metadata"]) == ("11.22.aa", "w1")
    assert "cast_picture" in {block.get("block_id") for block in opened["view"]["blocks"]}


@pytest.mark.parametrize("text", ["x", HOSTILE * 40, HOSTILE * 60])
def test_photo_form_is_valid_and_holds_a_long_brief_in_two_fields(text: str) -> None:
    view = form(make_form(text), TITLES)
    assert check_document(view) == ()
    fields = {block.get("block_id"): block for block in view["blocks"]}
    assert "cast_text" in fields
    assert ("cast_text_continued" in fields) == (len(text) > 3000)
    assert fields["cast_name"]["element"]["initial_option"]["value"] == "Ben"


async def test_photo_form_opens_the_round_with_file_and_consent() -> None:
    async with photo_harness() as harness:
        store_file(harness)
        assert ack_body(await harness.send(photo_submission())) == {}
    submitted, enqueued = harness.use_cases.calls[1:]
    name, _, data, consent = submitted
    assert (name, data) == ("round_form.submit_with_photo", PNG)
    assert (consent.person, consent.wording) == ("U0LEAD", "A photo of a real person: They agreed to this use")
    assert enqueued == ("start_round.enqueue", "r1")


async def test_portraits_need_no_consent() -> None:
    async with photo_harness() as harness:
        store_file(harness)
        await harness.send(photo_submission(real="portrait", agreed=False))
    assert harness.use_cases.calls[1][-1] is None


async def test_photo_form_of_another_workspace_is_rejected() -> None:
    async with photo_harness() as harness:
        refused = ack_body(await harness.send(photo_submission(team="T2")))
    assert refused["errors"]["cast_name"].startswith("This is no longer available")
    assert harness.use_cases.calls == []


async def test_invalid_file_is_reported_ephemerally() -> None:
    async with photo_harness() as harness:
        store_file(harness, size=MAX_DOWNLOAD_BYTES + 1)
        await harness.send(photo_submission())
        (sent,) = harness.slack.calls_to("chat.postEphemeral")
    assert (sent["channel"], sent["user"]) == ("C1", "U0LEAD")
    assert sent["text"].startswith("This file cannot be a reference: larger than 10 MB.")


@pytest.mark.parametrize(
    ("url", "base", "allowed"),
    [
        ("https://files.slack.com/files-pri/T1-F1/a.png", "https://slack.com/api/", True),
        ("https://evil-slack.com/a.png", "https://slack.com/api/", False),
        ("http://files.slack.com/a.png", "https://slack.com/api/", False),
        ("https://files.slack.com:8443/a.png", "https://slack.com/api/", False),
        ("https://u:p@files.slack.com/a.png", "https://slack.com/api/", False),
        ("https://slack.com.evil.example/a.png", "https://slack.com/api/", False),
        ("http://127.0.0.1:8600/slack/files-pri/a", "http://127.0.0.1:8600/slack/api/", True),
        ("http://127.0.0.1:8601/slack/files-pri/a", "http://127.0.0.1:8600/slack/api/", False),
        ("file:///etc/passwd", "https://slack.com/api/", False),
    ],
)
def test_token_is_sent_to_the_slack_origin_only(url: str, base: str, allowed: bool) -> None:
    assert is_slack_url(url, base) is allowed


async def test_download_is_limited_and_follows_no_redirects() -> None:
    async with fake_slack_server() as slack:
        client = slack.client("xoxb-test")

        async def fetch(answer: web.Response, url: str | None = None) -> bytes:
            slack.private_files["a"] = answer
            slack.replies["files.info"] = [{"file": {"size": 1, "url_private": url or f"{slack.base_url}/files/a"}}]
            return await download_file(client, "F0ATTACHED1")

        assert await fetch(web.Response(body=PNG, content_type="image/png")) == PNG
        for reply in (
            web.Response(text="<html>", content_type="text/html"),
            web.Response(body=bytes(MAX_DOWNLOAD_BYTES + 1)),
            web.Response(body=gzip.compress(PNG), headers={"Content-Encoding": "gzip"}),
            web.Response(body=gzip.compress(gzip.compress(PNG)), headers={"Content-Encoding": "gzip, gzip"}),
        ):
            with pytest.raises(BriefError):
                await fetch(reply)
        slack.private_files["b"] = web.Response(body=PNG, content_type="image/png")
        with pytest.raises(SlackUnavailable):
            await fetch(web.Response(status=302, headers={"Location": f"{slack.base_url}/files/b"}))
        with pytest.raises(BriefError):
            await fetch(web.Response(), "http://127.0.0.1:1/files/a")


async def test_endless_download_times_out() -> None:
    async with fake_slack_server() as slack:
        slack.private_files["a"] = web.Response(body=endless_body(), content_type="image/png")
        slack.replies["files.info"] = [{"file": {"size": 1, "url_private": f"{slack.base_url}/files/a"}}]
        with pytest.raises(SlackUnavailable):
            await download_file(slack.client("xoxb-test"), "F0ATTACHED1", within=0.2)


async def endless_body() -> AsyncIterator[bytes]:
    while True:
        yield b"x"
        await asyncio.sleep(0.02)


def test_facts_show_the_reference_and_its_consent() -> None:
    like = Reference("photo", "k", "ab" * 32, Consent("U0LEAD", NOW, HOSTILE))
    shown = json.dumps(facts(make_face(), TITLES, like).blocks, ensure_ascii=False)
    assert "Likeness:* reference image, SHA-256 `abab" in shown
    assert "<@U0LEAD> confirmed on" in shown
    assert "<!channel>" not in shown
    assert "Likeness" not in json.dumps(facts(make_face(), TITLES, None).blocks)

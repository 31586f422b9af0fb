"""The form for a reference picture: what it asks, what it refuses, and from where a file is fetched."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web

from bot.brief import Brief, Consent, Like
from bot.errors import BriefError, Unreachable
from bot.opening import Held
from bot.ports import Opened, Wanted
from handlers.blocks.facts import facts
from handlers.blocks.photo import form
from handlers.downloads import MOST_BYTES, attached, of_slack
from playground.slack.validator import check_document
from tests.unit.handlers import envelopes
from tests.unit.handlers.little_slack import little_slack
from tests.unit.handlers.play import Play, a_play
from tests.unit.handlers.stories import HOSTILE, NOW, PLACE, TITLES, a_face, a_round

BRIEF = Brief("Ben", "her brother", like=Like("photo"))
WISH = Wanted("w1", PLACE, "U0LEAD", BRIEF)
OPENED = Opened(a_round(), fresh=True)
PNG = b"\x89PNG and so on"


def keep_file(play: Play, *, size: int = len(PNG), url: str = "/files/a") -> None:
    play.slack.private["a"] = web.Response(body=PNG, content_type="image/png")
    play.slack.says["files.info"] = [
        {"file": {"id": "F0ATTACHED1", "size": size, "url_private": play.slack.base + url}}
    ]


def told(response: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(response.body) if response.body else {}
    return body


async def test_a_photo_is_asked_for_in_a_form_before_anything_is_opened() -> None:
    async with a_play(opening__hold=Held(WISH, Decimal("0.18"))) as play:
        assert told(await play.send(envelopes.command("Ben: her brother --like photo"))) == {}
        (opened,) = play.slack.called("views.open")
    assert [name for name, *_ in play.script.asked] == ["opening.hold"]
    assert (opened["trigger_id"], opened["view"]["private_metadata"]) == ("11.22.aa", "w1")


@pytest.mark.parametrize("text", ["x", HOSTILE * 40, HOSTILE * 60])
def test_the_form_is_one_that_slack_takes_and_tells_the_price(text: str) -> None:
    view = form(replace(WISH, brief=replace(BRIEF, text=text)), Decimal("0.18"))
    assert check_document(view) == ()
    assert "up to $0.18 in all" in view["blocks"][0]["text"]["text"]
    assert (view["blocks"][1]["type"] == "input") == (len(text) <= 3000)


async def test_a_sent_form_opens_the_round_with_file_words_and_consent() -> None:
    async with a_play(opening__wish=WISH, opening__open_like=OPENED) as play:
        keep_file(play)
        assert told(await play.send(envelopes.attached(text="her twin brother"))) == {}
    name, wish, person, text, data, consent = play.script.asked[1]
    assert (name, wish, person, text, data) == ("opening.open_like", "w1", "U0LEAD", "her twin brother", PNG)
    assert (consent.person, consent.words) == ("U0LEAD", "A photo of a real person: They agreed to this use")
    assert play.script.asked[2] == ("opening.begin", "r1")


async def test_a_drawing_needs_no_consent_and_a_photo_without_it_opens_nothing() -> None:
    async with a_play(opening__wish=WISH, opening__open_like=OPENED) as play:
        keep_file(play)
        refused = told(await play.send(envelopes.attached(agreed=False)))
        assert [name for name, *_ in play.script.asked] == ["opening.wish"]
        await play.send(envelopes.attached(kind="portrait", agreed=False))
    assert refused["response_action"] == "errors"
    assert "confirm that they agreed" in refused["errors"]["consent"]
    assert play.script.asked[2][-1] is None


async def test_words_that_cannot_be_cast_are_told_at_their_field() -> None:
    async with a_play(opening__wish=WISH) as play:
        refused = told(await play.send(envelopes.attached(text="bell \a")))
    assert "U+0007" in refused["errors"]["brief"]


async def test_a_form_of_another_workspace_or_without_its_wish_is_gone() -> None:
    async with a_play(opening__wish=WISH) as play:
        refused = told(await play.send(envelopes.attached(team="T2")))
    assert refused["errors"]["file"].startswith("This is no longer here")
    assert [name for name, *_ in play.script.asked] == ["opening.wish"]


async def test_what_is_wrong_with_the_file_is_told_privately_where_the_form_came_from() -> None:
    async with a_play(opening__wish=WISH) as play:
        keep_file(play, size=MOST_BYTES + 1)
        await play.send(envelopes.attached())
        (sent,) = play.slack.called("chat.postEphemeral")
    assert (sent["channel"], sent["user"]) == ("C1", "U0LEAD")
    assert sent["text"].startswith("This file cannot be a reference: larger than 10 MB.")


@pytest.mark.parametrize(
    ("url", "base", "ours"),
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
def test_our_token_goes_to_slacks_own_origin_only(url: str, base: str, ours: bool) -> None:
    assert of_slack(url, base) is ours


async def test_a_file_is_read_up_to_its_cap_without_following_anybody() -> None:
    async with little_slack() as slack:
        client = slack.client("xoxb-test")

        async def fetch(answer: web.Response, url: str | None = None) -> bytes:
            slack.private["a"] = answer
            slack.says["files.info"] = [{"file": {"size": 1, "url_private": url or f"{slack.base}/files/a"}}]
            return await attached(client, "F0ATTACHED1")

        assert await fetch(web.Response(body=PNG, content_type="image/png")) == PNG
        for answer in (web.Response(text="<html>", content_type="text/html"), web.Response(body=bytes(MOST_BYTES + 1))):
            with pytest.raises(BriefError):
                await fetch(answer)
        slack.private["b"] = web.Response(body=PNG, content_type="image/png")
        with pytest.raises(Unreachable):
            await fetch(web.Response(status=302, headers={"Location": f"{slack.base}/files/b"}))
        with pytest.raises(BriefError):
            await fetch(web.Response(), "http://127.0.0.1:1/files/a")


async def test_a_file_that_never_ends_is_given_up() -> None:
    async with little_slack() as slack:
        slack.private["a"] = web.Response(body=slowly(), content_type="image/png")
        slack.says["files.info"] = [{"file": {"size": 1, "url_private": f"{slack.base}/files/a"}}]
        with pytest.raises(Unreachable):
            await attached(slack.client("xoxb-test"), "F0ATTACHED1", within=0.2)


async def slowly() -> AsyncIterator[bytes]:
    while True:
        yield b"x"
        await asyncio.sleep(0.02)


def test_facts_tell_what_a_face_was_drawn_after_and_who_confirmed_consent() -> None:
    like = Like("photo", "k", "ab" * 32, Consent("U0LEAD", NOW, HOSTILE))
    shown = json.dumps(facts(a_face(), TITLES, like).blocks, ensure_ascii=False)
    assert "Drawn after:* an attached picture, SHA-256 `abab" in shown
    assert "<@U0LEAD> confirmed on" in shown
    assert "<!channel>" not in shown
    assert "Drawn after" not in json.dumps(facts(a_face(), TITLES, None).blocks)

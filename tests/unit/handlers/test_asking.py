"""What Slack says no with, and whether asking again may help."""

import pytest

from bot.errors import NotTaken, PlaceClosed, Unreachable
from handlers.asking import NotAllowed, asking, trying
from tests.unit.handlers.little_slack import Json, little_slack

NO_JSON = [
    {"plain": "text/plain", "status": 503},
    {"plain": "text/html", "status": 502},
    {"plain": "application/json", "status": 500},
    {"plain": "text/plain", "status": 200},
    {"plain": "text/html", "status": 200},
]


async def ask(answer: Json) -> None:
    async with little_slack() as slack:
        slack.says["auth.test"] = [answer]
        with asking("auth.test"):
            await slack.client("xoxb-test").auth_test()


@pytest.mark.parametrize("answer", NO_JSON, ids=str)
async def test_an_answer_that_is_no_json_passes_like_an_outage(answer: Json) -> None:
    with pytest.raises(Unreachable, match="not_json") as caught:
        await ask(answer)
    assert type(caught.value) is Unreachable


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("internal_error", Unreachable),
        ("ratelimited", Unreachable),
        ("invalid_auth", NotAllowed),
        ("is_archived", PlaceClosed),
        ("is_inactive", PlaceClosed),
        ("missing_scope", NotTaken),
    ],
)
async def test_a_refusal_is_told_from_an_outage(code: str, kind: type[Unreachable]) -> None:
    with pytest.raises(Unreachable, match=code) as caught:
        await ask({"error": code})
    assert type(caught.value) is kind


async def test_an_outage_is_tried_again_and_a_refusal_is_let_be() -> None:
    with pytest.raises(Unreachable), trying("chat.update"):
        await ask(NO_JSON[0])
    with trying("chat.update"):
        await ask({"error": "msg_too_long"})


def test_a_mistake_of_our_own_is_not_taken_for_an_outage() -> None:
    with pytest.raises(AttributeError), asking("chat.update"):
        object().missing  # type: ignore[attr-defined]  # noqa: B018

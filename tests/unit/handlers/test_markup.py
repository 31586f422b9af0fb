"""Users' text without Slack's markup."""

import pytest

from bot.domain.command import parse_brief
from bot.domain.errors import BriefError
from handlers.slack.markup import decode_mentions, mentioned_user_ids, resolve_voters, to_plain_text

NAMES = {"U1": "mei"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("like <@U1>, older", "like @mei, older"),
        ("like <@U2|noor>, older", "like @noor, older"),
        ("like <@U2>, older", "like @somebody, older"),
        ("see <https://example.com/a?b=1&amp;c=2|the board>", "see the board"),
        ("see <https://example.com/a?b=1&amp;c=2>", "see https://example.com/a?b=1&c=2"),
        ("write <mailto:a@example.com>", "write a@example.com"),
        ("in <#C1|harbour-film> or <#C2>", "in #harbour-film or a channel"),
        ("<!here> and <!subteam^S1|@crew>", "@here and @crew"),
        ("until <!date^1764000000^{date}|24 Nov>", "until 24 Nov"),
        ("60 &amp; weathered, &lt;really&gt;, &amp;lt;", "60 & weathered, <really>, &lt;"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_mrkdwn_is_converted_to_plain_text(written: str, read: str) -> None:
    assert to_plain_text(written, NAMES) == read


def test_mentioned_users_are_listed_once() -> None:
    assert mentioned_user_ids("<@U1> and <@U2|noor> and <@U1>, &lt;@U3&gt;") == ("U1", "U2")


@pytest.mark.parametrize(
    "typed",
    ["<@U1|mei> and <@U2|daniel>.", "<@U1|mei>, <@U2|mei>", "<@U1|Mei Lin> &amp; <@U2|daniel>", "<@U1> y <@U2>!"],
)
def test_mentioned_voters_are_all_found(typed: str) -> None:
    line, mentions = decode_mentions(f"Maya: a baker --voters {typed}")
    assert resolve_voters(parse_brief(line), mentions, line).voters == ("U1", "U2")


def test_quorum_counts_people_and_not_the_names_they_were_typed_by() -> None:
    line, mentions = decode_mentions("Maya: a baker --quorum 2 --voters <@U1|mei> and <@U1|mei.tanaka>")
    with pytest.raises(BriefError) as caught:
        resolve_voters(parse_brief(line), mentions, line)
    assert caught.value.problem == "above_voters"

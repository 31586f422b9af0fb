"""A statement of spending as it is shown, and the presses under it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bot.budget import Purse
from bot.errors import NotYours, OverBudget, Overspent, Settled, Unreachable
from bot.face import Place
from bot.ports import Reader
from bot.statement import Entry, Line, Standing, Statement
from handlers.blocks.spend import overspent, statement
from handlers.blocks.view import View
from handlers.notices import SlackMessenger
from handlers.words import errors
from tests.unit.handlers.envelopes import command, press
from tests.unit.handlers.limits import problems
from tests.unit.handlers.little_slack import little_slack
from tests.unit.handlers.play import a_play
from tests.unit.handlers.stories import CATALOGUE, HOSTILE, NOW, TITLES

EASEL, LUMEN = CATALOGUE.models
DAY = date(2026, 11, 24)
MONTH = date(2026, 11, 1)
NICKEL = Decimal("0.05")
UNKNOWN = Entry(
    "r1-0", "slot", "r1", Place("T1", "C1"), "U1", "Maya", EASEL.id, DAY, NICKEL, NICKEL, "unknown", hidden=False
)
PASSED = replace(UNKNOWN, id="r1-1", usd=Decimal("0.09"), source="exact", hidden=True)


def line(what: str, month: str, count: int = 4, faces: int = 0) -> Line:
    return Line(what, Decimal("0.20"), Decimal(month), count, faces)


TOLD = Statement(
    day=DAY,
    productions=(line("C1", "3.00", faces=2), line("C2", "1.00")),
    models=(line(EASEL.id, "2.50"), line(LUMEN.id, "1.50")),
    people=(line("U1", "4.00"),),
    total=line("", "4.00", faces=2),
    others=line("", "0.50"),
    blind=line("", "0.40", count=2),
    standings=(
        Standing(Purse("T1", "day", "", DAY), Decimal(20), Decimal("3.10")),
        Standing(Purse("T1", "workspace_month", "", MONTH), None, Decimal("4.90")),
    ),
    questions=(UNKNOWN, PASSED),
    elsewhere=1,
)
NOTHING = Statement(DAY, (), (), (), Line("", Decimal(0), Decimal(0), 0), None, None, (), (), 0)


def text_of(view: View) -> str:
    return "\n".join(str(block) for block in view.blocks)


@pytest.mark.parametrize(
    "words",
    [
        "Spending in November 2026",
        "$0.20 today, $4.00 this month (UTC) · 2 faces locked, $2.00 a face",
        "1 · <#C1> · $3.00 ($0.20 today) for 4 charges · 2 faces, $1.50 each",
        "1 · Easel Four `easel:easel-wire` · $2.50",
        "1 · <@U1> · $4.00",
        "Other productions: $0.20 today, $0.50 this month",
        "2 rounds still blind: up to $0.40 this month, told after the close",
        "this workspace today: $3.10 of $20.00, $16.90 left until",
        "this workspace this month: $4.90, no cap",
        "May have been charged: $0.05 (Maya, a portrait of 24 November, Easel Four).",
        "Cost $0.04 more than was reserved (Maya, a portrait of 24 November).",
        "1 more charge",
    ],
)
def test_a_statement_says(words: str) -> None:
    assert words in text_of(statement(TOLD, TITLES))


def test_a_charge_of_an_open_ballot_names_neither_its_model_nor_its_sum() -> None:
    for view in (overspent(PASSED), statement(replace(TOLD, models=(), questions=(PASSED,)), TITLES)):
        assert "Easel" not in text_of(view)
        assert "$0.09" not in text_of(view)


def test_where_nothing_was_spent_a_statement_says_so_and_has_no_picture() -> None:
    view = statement(NOTHING, TITLES)
    assert "Nothing was spent this month" in text_of(view)
    assert not view.has_pictures


def test_a_statement_with_everything_in_it_is_within_slacks_limits() -> None:
    many = tuple(line(f"C{n:010}", "1234.56", faces=n) for n in range(60))
    models = tuple(replace(one, what=f"easel:{'x' * 60}{n}") for n, one in enumerate(many))
    full = replace(TOLD, productions=many, models=models, people=many, questions=(UNKNOWN, PASSED) * 20)
    for view in (statement(full, TITLES, "F0SPENDING"), overspent(replace(PASSED, character=HOSTILE))):
        assert problems(view) == []
    assert "<!channel>" not in overspent(replace(PASSED, character=HOSTILE)).text


@pytest.mark.parametrize(
    ("cap", "words"),
    [
        ("person_day", "of your $20.00 for today there is $0.10 left"),
        ("production_month", "MAX_USD_PER_PRODUCTION_MONTH; the month begins anew <!date^"),
        ("workspace_month", "of this workspace's $20.00 for the month there is $0.10 left"),
        ("day", "Whoever runs Castroom can raise MAX_USD_PER_DAY; the day begins anew <!date^"),
    ],
)
def test_a_cap_says_what_is_left_when_it_resets_and_who_raises_it(cap: str, words: str) -> None:
    said = errors.sentence(OverBudget(cap, Decimal(1), Decimal(20), Decimal("0.1"), NOW))
    assert words in said
    assert said.endswith("Nothing was started.")


def test_a_workspace_that_waits_for_somebody_says_for_whom_and_how() -> None:
    said = errors.sentence(Overspent(Decimal("0.04"), ("U1", "U2")))
    assert "cost $0.04 more than was reserved" in said
    assert "until <@U1> or <@U2> has seen it: `/cast spend` asks" in said


async def test_who_asks_is_answered_by_direct_message() -> None:
    async with a_play() as play:
        await play.send(command("spend"))
    assert play.script.asked == [("spending.send", "U0LEAD", Place("T1", "C1"))]
    assert [r["text"] for r in play.slack.responses] == [
        "What was spent is in our direct message: only you see it there."
    ]


async def test_who_cannot_be_written_to_reads_why() -> None:
    async with a_play(spending__send=Unreachable("chat.postMessage: internal_error")) as play:
        await play.send(command("spend"))
    assert "Slack does not answer me" in play.slack.responses[0]["text"]


@pytest.mark.parametrize(
    ("action", "charged", "words"),
    [("charged:0", True, "$0.05 for Maya stands as spent."), ("not_charged:0", False, "$0.05 for Maya is given back")],
)
async def test_a_press_says_whether_it_was_charged(action: str, charged: bool, words: str) -> None:
    async with a_play(spending__settle=UNKNOWN) as play:
        await play.send(press(action, "r1-0"))
    assert play.script.asked == [("spending.settle", "r1-0", Reader("T1", "U0LEAD"), charged)]
    assert words in play.slack.responses[0]["text"]


async def test_a_press_acknowledges_a_charge_above_its_reservation() -> None:
    async with a_play(spending__see=PASSED) as play:
        await play.send(press("seen:1", "r1-1"))
    assert play.script.asked == [("spending.see", "r1-1", Reader("T1", "U0LEAD"))]
    assert "This workspace can spend again." in play.slack.responses[0]["text"]


@pytest.mark.parametrize(
    ("error", "words"),
    [(Settled(), "answered already"), (NotYours("settle", "U1"), "Only <@U1> can say whether this was charged.")],
)
async def test_an_answer_that_does_not_count_says_why(error: Exception, words: str) -> None:
    async with a_play(spending__settle=error) as play:
        await play.send(press("charged:0", "r1-0"))
    assert words in play.slack.responses[0]["text"]


async def test_the_picture_hangs_in_the_direct_messages_own_thread() -> None:
    async with little_slack() as slack:
        slack.says["chat.postMessage"] = [{"ok": True, "channel": "D7", "ts": "5.5"}]
        await SlackMessenger(slack.clients, CATALOGUE).show_statement(Reader("T1", "U1"), TOLD)
        (sent,), (shared,) = slack.called("chat.postMessage"), slack.called("files.completeUploadExternal")
        (updated,) = slack.called("chat.update")
    assert sent["channel"] == "U1"
    assert (shared["channel_id"], shared["thread_ts"]) == ("D7", "5.5")
    assert (updated["channel"], updated["ts"]) == ("D7", "5.5")
    assert [b["alt_text"] for b in updated["blocks"] if b["type"] == "image"] == [
        "Bars of the spending in November 2026: by production 1 $3.00 and 2 $1.00; "
        "by model Easel Four $2.50 and Lumen Two $1.50; by person 1 $4.00"
    ]


async def test_a_statement_stands_without_its_picture_where_slack_takes_none() -> None:
    async with little_slack() as slack:
        slack.says["files.getUploadURLExternal"] = [{"error": "file_uploads_disabled"}]
        await SlackMessenger(slack.clients, CATALOGUE).show_statement(Reader("T1", "U1"), TOLD)
        assert len(slack.called("chat.postMessage")) == 1
        assert slack.called("chat.update") == []

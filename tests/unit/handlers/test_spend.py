"""The spend report, and the buttons below it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bot.domain.budget import BudgetPeriod
from bot.domain.errors import AlreadyResolved, NotLead, OverBudget, UnacknowledgedOverspend
from bot.domain.ids import ChannelRef
from bot.domain.service_errors import SlackUnavailable
from bot.domain.spend_report import BudgetStatus, LedgerEntry, ReportLine, SpendReport
from bot.ports.messaging import Recipient
from handlers.slack.direct_messages import SlackDirectMessages
from handlers.text import errors
from handlers.views.builder import View
from handlers.views.spend import overspent, spend_report
from tests.support.builders import CATALOGUE, HOSTILE, NOW, TITLES
from tests.support.fake_slack_server import fake_slack_server
from tests.support.listener_harness import listener_harness
from tests.support.slack_limits import limit_problems
from tests.support.slack_payloads import message_press, slash_command

EASEL, LUMEN = CATALOGUE.models
DAY = date(2026, 11, 24)
MONTH = date(2026, 11, 1)
NICKEL = Decimal("0.05")
UNKNOWN_CHARGE = LedgerEntry(
    "r1-0",
    "slot",
    "r1",
    ChannelRef("T1", "C1"),
    "U1",
    "Maya",
    EASEL.id,
    DAY,
    NICKEL,
    NICKEL,
    "unknown",
    is_hidden=False,
)
OVERSPENT_CHARGE = replace(UNKNOWN_CHARGE, id="r1-1", usd=Decimal("0.09"), source="exact", is_hidden=True)


def make_line(key: str, month: str, count: int = 4, faces: int = 0) -> ReportLine:
    return ReportLine(key, Decimal("0.20"), Decimal(month), count, faces)


REPORT = SpendReport(
    day=DAY,
    productions=(make_line("C1", "3.00", faces=2), make_line("C2", "1.00")),
    models=(make_line(EASEL.id, "2.50"), make_line(LUMEN.id, "1.50")),
    people=(make_line("U1", "4.00"),),
    total=make_line("", "4.00", faces=2),
    others=make_line("", "0.50"),
    blind_total=make_line("", "0.40", count=2),
    budget_statuses=(
        BudgetStatus(BudgetPeriod("T1", "day", "", DAY), Decimal(20), Decimal("3.10")),
        BudgetStatus(BudgetPeriod("T1", "workspace_month", "", MONTH), None, Decimal("4.90")),
    ),
    pending_charges=(UNKNOWN_CHARGE, OVERSPENT_CHARGE),
    other_pending_count=1,
)
EMPTY_REPORT = SpendReport(DAY, (), (), (), ReportLine("", Decimal(0), Decimal(0), 0), None, None, (), (), 0)


def blocks_text(view: View) -> str:
    return "\n".join(str(block) for block in view.blocks)


@pytest.mark.parametrize(
    "text",
    [
        "Spending in November 2026",
        "$0.20 today, $4.00 this month (UTC) · 2 faces locked, $2.00 a face",
        "1 · <#C1> · $3.00 ($0.20 today) for 4 charges · 2 faces, $1.50 each",
        "1 · Easel Four `easel:easel-wire` · $2.50",
        "1 · <@U1> · $4.00",
        "Other productions: $0.20 today, $0.50 this month",
        "2 open rounds: up to $0.40 reserved",
        "this workspace today: $3.10 of $20.00, $16.90 left until",
        "this workspace this month: $4.90, no cap",
        "May have been charged: $0.05 (Maya, a portrait of 24 November, Easel Four).",
        "Cost $0.04 more than was reserved (Maya, a portrait of 24 November).",
        "1 more charge",
    ],
)
def test_spend_report_contains(text: str) -> None:
    assert text in blocks_text(spend_report(REPORT, TITLES))


def test_charge_of_an_open_ballot_hides_model_and_amount() -> None:
    for view in (
        overspent(OVERSPENT_CHARGE),
        spend_report(replace(REPORT, models=(), pending_charges=(OVERSPENT_CHARGE,)), TITLES),
    ):
        assert "Easel" not in blocks_text(view)
        assert "$0.09" not in blocks_text(view)


def test_empty_spend_report_has_no_picture() -> None:
    view = spend_report(EMPTY_REPORT, TITLES)
    assert "No spending this month" in blocks_text(view)
    assert view.without_images().blocks == view.blocks


def test_full_spend_report_is_within_slacks_limits() -> None:
    many = tuple(make_line(f"C{n:010}", "1234.56", faces=n) for n in range(60))
    models = tuple(replace(line, key=f"easel:{'x' * 60}{n}") for n, line in enumerate(many))
    full = replace(
        REPORT, productions=many, models=models, people=many, pending_charges=(UNKNOWN_CHARGE, OVERSPENT_CHARGE) * 20
    )
    for view in (spend_report(full, TITLES, "F0SPENDING"), overspent(replace(OVERSPENT_CHARGE, character=HOSTILE))):
        assert limit_problems(view) == []
    assert "<!channel>" not in overspent(replace(OVERSPENT_CHARGE, character=HOSTILE)).text


@pytest.mark.parametrize(
    ("cap", "text"),
    [
        ("person_day", "of your $20.00 for today there is $0.10 left"),
        ("production_month", "can raise the cap; the cap resets <!date^"),
        ("workspace_month", "of this workspace's $20.00 for the month there is $0.10 left"),
        ("day", "Your Castroom administrator can raise the cap; the cap resets <!date^"),
    ],
)
def test_budget_error_says_what_is_left_and_when_it_resets(cap: str, text: str) -> None:
    sentence = errors.sentence(OverBudget(cap, Decimal(1), Decimal(20), Decimal("0.1"), NOW))
    assert text in sentence
    assert sentence.endswith("Nothing was started.")


def test_unacknowledged_overspend_says_who_must_acknowledge() -> None:
    text = errors.sentence(UnacknowledgedOverspend(Decimal("0.04"), ("U1", "U2")))
    assert "cost $0.04 more than was reserved" in text
    assert "until <@U1> or <@U2> confirms it in `/cast spend`" in text


async def test_spend_command_is_answered_by_direct_message() -> None:
    async with listener_harness() as harness:
        await harness.send(slash_command("spend"))
    assert harness.use_cases.calls == [("spending.send_report", "U0LEAD", ChannelRef("T1", "C1"))]
    assert [r["text"] for r in harness.slack.responses] == [
        "I sent you the spending as a direct message. Only you can see it."
    ]


async def test_undeliverable_spend_report_is_explained() -> None:
    async with listener_harness(spending__send_report=SlackUnavailable("chat.postMessage: internal_error")) as harness:
        await harness.send(slash_command("spend"))
    assert "Slack does not answer" in harness.slack.responses[0]["text"]


@pytest.mark.parametrize(
    ("action", "charged", "text"),
    [("charged:0", True, "$0.05 for Maya counts as spent."), ("not_charged:0", False, "$0.05 for Maya is released")],
)
async def test_press_confirms_or_releases_a_charge(action: str, charged: bool, text: str) -> None:
    async with listener_harness(spending__confirm_charge=UNKNOWN_CHARGE) as harness:
        await harness.send(message_press(action, "r1-0"))
    assert harness.use_cases.calls == [("spending.confirm_charge", "r1-0", Recipient("T1", "U0LEAD"), charged)]
    assert text in harness.slack.responses[0]["text"]


async def test_a_press_acknowledges_a_charge_above_its_reservation() -> None:
    async with listener_harness(spending__acknowledge_overspend=OVERSPENT_CHARGE) as harness:
        await harness.send(message_press("seen:1", "r1-1"))
    assert harness.use_cases.calls == [("spending.acknowledge_overspend", "r1-1", Recipient("T1", "U0LEAD"))]
    assert "This workspace can spend again." in harness.slack.responses[0]["text"]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (AlreadyResolved(), "already answered"),
        (NotLead("settle", "U1"), "Only <@U1> can confirm whether this was charged."),
    ],
)
async def test_rejected_charge_answer_says_why(error: Exception, text: str) -> None:
    async with listener_harness(spending__confirm_charge=error) as harness:
        await harness.send(message_press("charged:0", "r1-0"))
    assert text in harness.slack.responses[0]["text"]


async def test_spend_chart_is_uploaded_into_the_dm_thread() -> None:
    async with fake_slack_server() as slack:
        slack.replies["chat.postMessage"] = [{"ok": True, "channel": "D7", "ts": "5.5"}]
        slack.replies["conversations.info"] = [
            {"channel": {"name": "harbour-film", "is_member": True}},
            {"error": "channel_not_found"},
        ]
        slack.replies["users.info"] = [{"user": {"real_name": "Lena\nOrtiz"}}]
        await SlackDirectMessages(slack.clients, CATALOGUE).send_spend_report(Recipient("T1", "U1"), REPORT)
        (sent,), (shared,) = slack.calls_to("chat.postMessage"), slack.calls_to("files.completeUploadExternal")
        (updated,) = slack.calls_to("chat.update")
    assert sent["channel"] == "U1"
    assert (shared["channel_id"], shared["thread_ts"]) == ("D7", "5.5")
    assert (updated["channel"], updated["ts"]) == ("D7", "5.5")
    assert [b["alt_text"] for b in updated["blocks"] if b["type"] == "image"] == [
        "Bars of the spending in November 2026: by production 1 · harbour-film $3.00 and 2 $1.00; "
        "by model Easel Four $2.50 and Lumen Two $1.50; by person 1 · Lena Ortiz $4.00"
    ]


async def test_spend_report_is_sent_without_chart_if_uploads_are_disabled() -> None:
    async with fake_slack_server() as slack:
        slack.replies["files.getUploadURLExternal"] = [{"error": "file_uploads_disabled"}]
        await SlackDirectMessages(slack.clients, CATALOGUE).send_spend_report(Recipient("T1", "U1"), REPORT)
        assert len(slack.calls_to("chat.postMessage")) == 1
        assert slack.calls_to("chat.update") == []

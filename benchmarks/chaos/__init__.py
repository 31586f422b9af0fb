"""Counts lost, doubly paid and doubly shown results while processes are killed and connections cut at random."""

import asyncio
from pathlib import Path

from benchmarks.chaos.connection_cuts import run_connection_cuts
from benchmarks.chaos.kills import run_bot_kills, run_in_parallel, run_workspace_kills
from benchmarks.chaos.loss_report import LossReport
from benchmarks.report import Row, RunSize, Section

_NOTES = (
    "While this happens, people press, react and lock. A vote counts as acknowledged once its ack was received or its "
    "reaction is on the message, a lock once the message shows it. The bot's storage must hold each of them, and "
    "every frozen tally is counted again. A payment is silent if the usage log charges more calls for the prompt and "
    "the model of one round than the ledger records as charged or perhaps charged. The lead cancels a round if all "
    "its portraits were lost and they do not want to pay again. A round ends without a portrait if no model could be "
    "reached.",
    "What may be shown twice, and why (SECURITY.md, “What remains”): a picture in a thread, if the bot dies after "
    "Slack shared it and before the bot recorded that, and another portrait arrives before the next try; the answer "
    "to a mention, if the connection breaks after Slack accepted it and before Slack confirmed it, since an answer "
    "has no id of its own. A round's message is posted again under the same `client_msg_id`, and Slack returns the "
    "existing one: two messages of one round would be a bug.",
)


async def measure(data: Path, run_size: RunSize) -> Section:
    """Run all kinds of disruption in parallel: they count and measure no time."""
    bot_report, workspace_report, cuts_report = await asyncio.gather(
        run_in_parallel(run_bot_kills, data / "bot", run_size.pick(4, 200), run_size.pick(1, 4)),
        run_in_parallel(run_workspace_kills, data / "workspace", run_size.pick(1, 20), 1),
        run_in_parallel(run_connection_cuts, data / "cuts", run_size.pick(3, 30), run_size.pick(1, 2)),
    )
    rows = (
        *_rows(f"{bot_report.disruptions} kills (-9) of the bot", bot_report),
        *_rows(f"{workspace_report.disruptions} kills (-9) of Slack and the models", workspace_report),
        *_rows(
            f"{cuts_report.disruptions} cuts: a third sockets, a third responses of models, a third responses of Slack",
            cuts_report,
        ),
    )
    stuck = (bot_report + workspace_report + cuts_report).unfinished
    return Section("Faults", rows, (*_NOTES, *stuck), _summary_rows(bot_report, workspace_report, cuts_report))


def _rows(label: str, report: LossReport) -> tuple[Row, ...]:
    outcomes = f"{report.locked} locked, {report.cancelled} cancelled, {report.without_portrait} without a portrait"
    doubles = report.rounds_posted_twice, report.pictures_posted_twice, report.answers_posted_twice
    return (
        Row(f"{label}, during {report.rounds} rounds", outcomes),
        Row(
            f"… of {report.votes_acknowledged} votes acknowledged and {report.locked} locks: lost",
            _lost_figure(report),
            "0, 0",
        ),
        Row("… rounds stuck", str(report.stuck), "0"),
        Row(f"… of {report.calls_charged} calls charged: paid twice silently", _paid_twice_figure(report), "0"),
        Row("… recorded as perhaps charged but not charged", str(report.unneeded_reservations)),
        Row("… shown twice: rounds' messages, pictures in threads, answers", ", ".join(map(str, doubles))),
    )


def _summary_rows(*reports: LossReport) -> tuple[Row, ...]:
    bot_report, workspace_report, cuts_report = reports
    total = sum(reports, LossReport())
    label = (
        f"{bot_report.disruptions} kills of the bot, {workspace_report.disruptions} of Slack and the models, "
        f"{cuts_report.disruptions} cut connections"
    )
    lost_figure = f"{total.votes_lost} votes, {total.locks_lost} locks, {total.stuck} rounds stuck"
    return (Row(f"{label}: lost", lost_figure, "0"), Row("… paid twice silently", _paid_twice_figure(total), "0"))


def _lost_figure(report: LossReport) -> str:
    return f"{report.votes_lost}, {report.locks_lost}"


def _paid_twice_figure(report: LossReport) -> str:
    return f"{report.paid_twice} (${report.unrecorded_usd:.2f})"

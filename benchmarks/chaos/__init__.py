"""What is lost, paid twice or shown twice when processes are killed and connections are cut at random moments."""

import asyncio
from pathlib import Path

from benchmarks.chaos.connection_cuts import run_connection_cuts
from benchmarks.chaos.kills import run_bot_kills, run_in_parallel, run_workspace_kills
from benchmarks.chaos.loss_report import LossReport
from benchmarks.report import Row, RunSize, Section

_NOTES = (
    "Simulated users press, react and lock during the faults. A vote counts as promised once its ack was received or "
    "its reaction is on the message. A lock counts as promised once the message shows it. The benchmark looks for "
    "each in the bot's own storage, and counts every frozen tally again. The ledger lists calls as charged or "
    "possibly charged. A payment is silent if the usage log of the practice models has more charged calls than that, "
    "for the prompt and a model of one round. “Called off” means that the lead cancelled the round: all its portraits "
    "were lost on the way, and no user wanted to pay again. “Without a portrait” means that no model could be "
    "reached.",
    "SECURITY.md, “What remains”, says what may be shown twice and why. Pictures in a thread: the bot is killed after "
    "Slack shares them and before the bot stores that, and another portrait arrives before the next attempt. Answers "
    "to a mention: the connection breaks after Slack accepts an answer and before it says so, because an answer has "
    "no `client_msg_id`. A round's message is posted again with the same `client_msg_id`, and Slack answers with the "
    "first one. Two messages of one round would be a bug.",
)


async def measure(data: Path, run_size: RunSize) -> Section:
    """All at once: this counts and times nothing."""
    bot_report, workspace_report, cuts_report = await asyncio.gather(
        run_in_parallel(run_bot_kills, data / "bot", run_size.pick(4, 200), run_size.pick(1, 4)),
        run_in_parallel(run_workspace_kills, data / "workspace", run_size.pick(1, 20), 1),
        run_in_parallel(run_connection_cuts, data / "cuts", run_size.pick(3, 30), run_size.pick(1, 2)),
    )
    rows = (
        *_rows(f"{bot_report.disruptions} kills (-9) of the bot", bot_report),
        *_rows(f"{workspace_report.disruptions} kills (-9) of Slack and the models", workspace_report),
        *_rows(
            f"{cuts_report.disruptions} cuts: a third sockets, a third answers of models, a third answers of Slack",
            cuts_report,
        ),
    )
    stuck = (bot_report + workspace_report + cuts_report).unfinished
    return Section("Faults", rows, (*_NOTES, *stuck), _summary_rows(bot_report, workspace_report, cuts_report))


def _rows(label: str, report: LossReport) -> tuple[Row, ...]:
    outcomes = f"{report.locked} locked, {report.cancelled} called off, {report.without_portrait} without a portrait"
    doubles = report.rounds_posted_twice, report.pictures_posted_twice, report.answers_posted_twice
    return (
        Row(f"{label}, during {report.rounds} rounds", outcomes),
        Row(
            f"… of {report.votes_acknowledged} votes promised and {report.locked} locks: lost",
            _lost_figure(report),
            "0, 0",
        ),
        Row("… rounds stuck", str(report.stuck), "0"),
        Row(f"… of {report.calls_charged} calls charged: paid twice silently", _paid_twice_figure(report), "0"),
        Row("… kept as perhaps charged that were not charged", str(report.unneeded_reservations)),
        Row("… shown twice: rounds' messages, pictures in threads, answers", ", ".join(map(str, doubles))),
    )


def _summary_rows(*reports: LossReport) -> tuple[Row, ...]:
    bot_report, workspace_report, cuts_report = reports
    total = sum(reports, LossReport())
    label = f"{bot_report.disruptions} kills of the bot, {workspace_report.disruptions} of Slack and the models, {cuts_report.disruptions} cut connections"
    lost_figure = f"{total.votes_lost} votes, {total.locks_lost} locks, {total.stuck} rounds stuck"
    return (Row(f"{label}: lost", lost_figure, "0"), Row("… paid twice silently", _paid_twice_figure(total), "0"))


def _lost_figure(report: LossReport) -> str:
    return f"{report.votes_lost}, {report.locks_lost}"


def _paid_twice_figure(report: LossReport) -> str:
    return f"{report.paid_twice} (${report.unrecorded_usd:.2f})"

"""What is lost, paid twice or shown twice when processes are killed and connections are cut at random moments."""

import asyncio
from pathlib import Path

from benchmarks.cuts import cuts
from benchmarks.kills import kills, side_by_side, workspace_kills
from benchmarks.losses import Losses
from benchmarks.section import Amount, Row, Section

_NOTES = (
    "People press, react and lock while this happens. A vote is promised once its ack was received or its reaction "
    "stands on the message, a lock once the message says so; each is then looked for in the bot's own storage, and "
    "every frozen tally is counted again. A payment is silent where the practice bill charges more calls for the words "
    "and the model of one round than the ledger knows as charged or perhaps charged. A round is called off by its lead "
    "where all its portraits were lost on the way and nobody wants to pay again; it ends without a portrait where no "
    "model could be reached.",
    "What may be shown twice, and why (SECURITY.md, “What remains”): pictures in a thread, where the bot dies between "
    "Slack sharing them and its note of that, and another portrait lands before the next try; answers to a mention, "
    "where the connection breaks after Slack took one and before it said so, since an answer carries no name of its "
    "own. A round's message is posted again under the same `client_msg_id`, and Slack answers with the one it has: two "
    "of one round would be a fault.",
)


async def measure(data: Path, amount: Amount) -> Section:
    """All at once: this counts and times nothing."""
    bot, slack, cut = await asyncio.gather(
        side_by_side(kills, data / "bot", amount.of(4, 200), amount.of(1, 4)),
        side_by_side(workspace_kills, data / "workspace", amount.of(1, 20), 1),
        side_by_side(cuts, data / "cuts", amount.of(3, 30), amount.of(1, 2)),
    )
    rows = (
        *_rows(f"{bot.strikes} kills (-9) of the bot", bot),
        *_rows(f"{slack.strikes} kills (-9) of Slack and the models", slack),
        *_rows(f"{cut.strikes} cuts: a third sockets, a third answers of models, a third answers of Slack", cut),
    )
    stuck = (bot + slack + cut).unfinished
    return Section("Faults", rows, (*_NOTES, *stuck), _short(bot, slack, cut))


def _rows(what: str, found: Losses) -> tuple[Row, ...]:
    ended = f"{found.locked} locked, {found.called_off} called off, {found.without_portrait} without a portrait"
    doubles = found.rounds_posted_twice, found.pictures_posted_twice, found.answers_posted_twice
    return (
        Row(f"{what}, during {found.rounds} rounds", ended),
        Row(f"… of {found.votes_promised} votes promised and {found.locked} locks: lost", _lost(found), "0, 0"),
        Row("… rounds stuck", str(found.stuck), "0"),
        Row(f"… of {found.calls_charged} calls charged: paid twice silently", _silent(found), "0"),
        Row("… kept as perhaps charged that were not charged", str(found.cautious)),
        Row("… shown twice: rounds' messages, pictures in threads, answers", ", ".join(map(str, doubles))),
    )


def _short(*found: Losses) -> tuple[Row, ...]:
    bot, slack, cut = found
    both = sum(found, Losses())
    what = f"{bot.strikes} kills of the bot, {slack.strikes} of Slack and the models, {cut.strikes} cut connections"
    lost = f"{both.votes_lost} votes, {both.locks_lost} locks, {both.stuck} rounds stuck"
    return (Row(f"{what}: lost", lost, "0"), Row("… paid twice silently", _silent(both), "0"))


def _lost(found: Losses) -> str:
    return f"{found.votes_lost}, {found.locks_lost}"


def _silent(found: Losses) -> str:
    return f"{found.paid_twice} (${found.dollars_unknown_to_us:.2f})"

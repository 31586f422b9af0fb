"""Several bots on one PostgreSQL database and one bucket: what is lost, doubled or exceeded under disruption."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from benchmarks.chaos.loss_report import LossReport
from benchmarks.harness.replicas import ReplicaHarness
from benchmarks.replicas.disruptions import run_database_restarts, run_lock_session_cuts, run_replica_kills
from benchmarks.replicas.limits import (
    ACCOUNT_LIMIT,
    IMAGES_PER_MINUTE,
    MANY_ROUNDS,
    most_images_in_a_minute,
    most_updates_in_a_minute,
)
from benchmarks.replicas.messages import QUICK_REDRAWS, count_answers, count_doubled_files, count_wrong_messages
from benchmarks.report import Row, RunSize, Section

_REPLICAS = 3
_PAIR = 2
_NOTES = (
    "Each killed bot (-9) is replaced by one with a new `EXECUTOR_ID`, so only another bot can take its work over. A "
    "takeover is measured from the kill to the log record of the bot that took the work over; a killed bot without "
    "unfinished work needs none. Votes, locks and payments are counted as in “Faults”.",
    "The lock sessions are the database connections that hold the bots' advisory locks; all of them are ended at once "
    "while models draw. PostgreSQL is stopped as by a crash (SIGQUIT) and started again.",
    "Delayed updates: the first `chat.update` after a vote takes four to six seconds, and the lead locks meanwhile. "
    "Slow uploads: each upload takes 0.7 s longer, and the lead locks before the pictures are in the thread.",
)


async def measure(data: Path, run_size: RunSize, replicas: int = _REPLICAS) -> Section:
    """Run all parts; those that wait for a minute to pass run together."""
    kills, takeovers = await _kill_in_parallel(data, run_size.pick(4, 200), replicas, run_size.pick(1, 2))
    _print_losses("kills", kills)
    cuts = await run_lock_session_cuts(data / "cuts", run_size.pick(2, 20), replicas)
    _print_losses("lock sessions cut", cuts)
    restarts = await run_database_restarts(data / "restarts", run_size.pick(1, 5), replicas)
    _print_losses("database crashes", restarts)
    print(f"takeovers: {_takeover_figure(takeovers)}", file=sys.stderr, flush=True)
    rows = (
        *_loss_rows(f"{kills.disruptions} kills (-9) of one of {replicas} bots", kills),
        Row("… takeovers; median and longest", _takeover_figure(takeovers), "under 10 s"),
        *_loss_rows(f"{cuts.disruptions} times all lock sessions cut while models drew", cuts),
        Row("… portraits that ended as unknown", str(cuts.slots_unknown), "0"),
        *_loss_rows(f"{restarts.disruptions} crashes of PostgreSQL", restarts),
        *await _message_rows(data, run_size),
        *await _limit_rows(data, run_size, replicas),
    )
    stuck = (kills + cuts + restarts).unfinished
    return Section("Replicas", rows, (*_NOTES, *stuck), _summary_rows(replicas, kills, takeovers))


def _print_losses(name: str, losses: LossReport) -> None:
    """Print what a part found: the next one may fail."""
    print(f"{name}: {losses}", file=sys.stderr, flush=True)


async def _kill_in_parallel(data: Path, times: int, replicas: int, harnesses: int) -> tuple[LossReport, list[float]]:
    """Share the kills between several environments."""
    shares = [times // harnesses + (n < times % harnesses) for n in range(harnesses)]
    results = await asyncio.gather(
        *(run_replica_kills(data / f"kills-{n}", share, replicas, n + 1) for n, share in enumerate(shares))
    )
    takeovers = [seconds for _, found in results for seconds in found]
    return sum((losses for losses, _ in results), LossReport()), takeovers


async def _message_rows(data: Path, run_size: RunSize) -> tuple[Row, ...]:
    rounds, mentions = run_size.pick(5, 50), run_size.pick(10, 100)
    async with _open_harness(data / "messages", _PAIR, **QUICK_REDRAWS, **MANY_ROUNDS) as harness:
        wrong = await count_wrong_messages(harness, rounds)
        doubled = await count_doubled_files(harness, rounds)
        answers = await count_answers(harness, mentions)
    other = mentions - answers[1]
    print(f"messages: {wrong} wrong, {doubled} files twice, {other} other answers", file=sys.stderr, flush=True)
    return (
        Row(f"{rounds} locks after a delayed `chat.update`, {_PAIR} bots: wrong messages at rest", str(wrong), "0"),
        Row(f"{rounds} locks during slow uploads, {_PAIR} bots: files uploaded twice", str(doubled), "0"),
        Row(f"{mentions} mentions delivered twice: answered once, otherwise", f"{answers[1]}, {other}", "all, 0"),
    )


async def _limit_rows(data: Path, run_size: RunSize, replicas: int) -> tuple[Row, ...]:
    rounds, casts, kills = run_size.pick(6, 50), run_size.pick(2, 5), run_size.pick(1, 3)
    async with (
        _open_harness(data / "updates", replicas, **MANY_ROUNDS) as voting,
        _open_harness(data / "account", replicas, **ACCOUNT_LIMIT) as drawing,
    ):
        updates, (images, seconds) = await asyncio.gather(
            most_updates_in_a_minute(voting, rounds, kills), most_images_in_a_minute(drawing, casts)
        )
    return (
        Row(
            f"{rounds} rounds, {replicas} bots, {kills} of them killed: most `chat.update` in a minute",
            str(updates),
            "45",
        ),
        Row(
            f"an account's limit of {IMAGES_PER_MINUTE} images a minute, {replicas} bots: most in 60 s, seconds in all",
            f"{images}, {seconds:.0f} s",
            str(IMAGES_PER_MINUTE),
        ),
    )


@asynccontextmanager
async def _open_harness(data: Path, replicas: int, **extra: str) -> AsyncIterator[ReplicaHarness]:
    harness = ReplicaHarness(data, 1, replicas, **extra)
    await harness.open()
    try:
        yield harness
    finally:
        await harness.close()


def _loss_rows(label: str, losses: LossReport) -> tuple[Row, ...]:
    shown_twice = losses.rounds_posted_twice + losses.pictures_posted_twice + losses.answers_posted_twice
    lost = f"{losses.votes_lost}, {losses.locks_lost}"
    return (
        Row(f"{label}: rounds, stuck", f"{losses.rounds}, {losses.stuck}", "0 stuck"),
        Row(f"… of {losses.votes_acknowledged} votes acknowledged and {losses.locked} locks: lost", lost, "0, 0"),
        Row(f"… of {losses.calls_charged} calls charged: paid twice", str(losses.paid_twice), "0"),
        Row("… shown twice", str(shown_twice), "0"),
    )


def _takeover_figure(takeovers: Sequence[float]) -> str:
    if not takeovers:
        return "none needed"
    return f"{len(takeovers)}; {median(takeovers):.1f} s, {max(takeovers):.1f} s"


def _summary_rows(replicas: int, kills: LossReport, takeovers: Sequence[float]) -> tuple[Row, ...]:
    lost = (
        f"{kills.votes_lost} votes, {kills.locks_lost} locks, {kills.stuck} rounds stuck, {kills.paid_twice} paid twice"
    )
    return (
        Row(f"{kills.disruptions} kills of one of {replicas} bots on PostgreSQL and S3: lost", lost, "0"),
        Row("… takeovers; median and longest", _takeover_figure(takeovers), "under 10 s"),
    )

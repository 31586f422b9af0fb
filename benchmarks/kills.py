"""Rounds played from brief to lock while the bot, or the workspace it works in, is killed (-9) at random moments."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from benchmarks.company import Company, Story
from benchmarks.losses import Losses, losses_of
from benchmarks.theatre import CHANNELS, Theatre

_LONGEST_LIFE, _LONGEST_PEACE = 6.0, 10.0

Strike = Callable[[Theatre], Awaitable[None]]
Play = Callable[[Path, int, int], Awaitable[tuple[Losses, list[Story]]]]


async def kills(
    data: Path, times: int, seed: int = 1, longest_life: float = _LONGEST_LIFE
) -> tuple[Losses, list[Story]]:
    """Kill the bot so often while two channels cast; what was lost, and the stories to look at where it was.

    The bot lives at most `longest_life` seconds between two kills. A third channel would slow all of them down, and few
    rounds would get as far as votes.
    """
    return await struck(data, times, seed, lambda theatre: theatre.kill_bot(longest_life), CHANNELS[:2])


async def workspace_kills(data: Path, times: int, seed: int = 1) -> tuple[Losses, list[Story]]:
    """Kill Slack and the models so often, under a bot that goes on.

    One channel casts, and rounds come to their end between kills: five failures in a row, and the bot rests a model.
    """
    return await struck(data, times, seed, lambda theatre: theatre.kill_workspace(_LONGEST_PEACE), CHANNELS[:1])


async def struck(
    data: Path, times: int, seed: int, strike: Strike, channels: Sequence[str] = CHANNELS
) -> tuple[Losses, list[Story]]:
    """The channels cast until `strike` has been done so often; each round then comes to its end in peace."""
    theatre = Theatre(data, seed)
    await theatre.open()
    try:
        companies = [Company(theatre, channel) for channel in channels]
        async with asyncio.TaskGroup() as group:
            for company in companies:
                group.create_task(company.play())
            for _ in range(times):
                await asyncio.sleep(theatre.random.uniform(0.05, 0.5))
                await strike(theatre)
            theatre.over = True
        stories = [story for company in companies for story in company.stories]
        await theatre.end_bot()
        return await losses_of(theatre, stories), stories
    finally:
        await theatre.close()


async def side_by_side(play: Play, data: Path, times: int, theatres: int) -> Losses:
    """The losses of several theatres, each with its share of the strikes and a seed of its own."""
    shares = [times // theatres + (n < times % theatres) for n in range(theatres)]
    played = await asyncio.gather(*(play(data / str(n), share, n + 1) for n, share in enumerate(shares) if share))
    return sum((losses for losses, _ in played), Losses())

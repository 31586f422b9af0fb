"""What is lost, paid twice or posted twice when processes are killed at random moments."""

from pathlib import Path

from benchmarks.kills import Losses, kills
from benchmarks.section import Amount, Row, Section


async def measure(data: Path, amount: Amount) -> Section:
    losses, _ = await kills(data / "kills", amount.of(8, 200))
    return Section("Faults", _rows(losses))


def _rows(losses: Losses) -> tuple[Row, ...]:
    ended = f"{losses.locked} locked, {losses.called_off} called off by their lead"
    return (
        Row(f"{losses.kills} kills (-9) of the bot during {losses.rounds} rounds", ended),
        Row("votes lost, locks lost, rounds stuck", f"{losses.votes_lost}, {losses.locks_lost}, {losses.stuck}"),
        Row("portraits paid twice, messages posted twice", f"{losses.paid_twice}, {losses.posted_twice}"),
        Row("portraits kept as perhaps charged that were not drawn", f"{losses.differences}"),
    )

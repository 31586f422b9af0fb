"""Steps that several stories share: a small round up to its ballot, and from there to the lock."""

from tests.flow.house import DANIEL, FILM, LENA, House


async def ballot(film: House, line: str, channel: str = FILM) -> str:
    ts = await film.cast(f"{line} --each 1 --models recraft,gpt-image-2", LENA, channel)
    await film.ballot(ts, channel)
    return ts


async def to_the_lock(film: House, ts: str, name: str, channel: str = FILM) -> None:
    await film.press(DANIEL, ts, "vote:2", channel)
    await film.press(LENA, ts, "close", channel)
    await film.shows(ts, "extend", channel)
    await film.press(LENA, ts, "lock", channel)
    await film.reads(ts, f"{name} is cast", channel)

"""The clock: asks every few seconds for work that is due. It keeps nothing; truth is in the rounds' columns."""

from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.casting import Casting

_TICK_SECONDS = 5
_LOOK_SECONDS = 60  # whether a day has passed; asking the vendors may take longer than a tick
_SWEEP_HOURS = 24
_FIRST_SWEEP = timedelta(minutes=1)  # once whatever a crash left has been taken up


class Clock:
    """APScheduler with its memory store: a tick that was missed is made up for by the next one."""

    def __init__(self, casting: Casting) -> None:
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        # The first tick comes at once: deadlines that passed while the bot was off are due now.
        self._scheduler.add_job(casting.tick, "interval", seconds=_TICK_SECONDS, next_run_time=datetime.now(UTC))
        look = casting.lifecycle.look
        self._scheduler.add_job(look, "interval", seconds=_LOOK_SECONDS, next_run_time=datetime.now(UTC))
        sweep, first = casting.sweeping.sweep, datetime.now(UTC) + _FIRST_SWEEP
        self._scheduler.add_job(sweep, "interval", hours=_SWEEP_HOURS, next_run_time=first)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

"""TODO bot.ports.clock."""

from collections.abc import Callable
from datetime import datetime

Now = Callable[[], datetime]

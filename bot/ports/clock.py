"""The source of the current time."""

from collections.abc import Callable
from datetime import datetime

Now = Callable[[], datetime]

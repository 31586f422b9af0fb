"""Where the current time comes from."""

from collections.abc import Callable
from datetime import datetime

Now = Callable[[], datetime]

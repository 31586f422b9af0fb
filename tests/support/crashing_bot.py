"""The real bot, killed at a chosen point of its code."""

from tests.support.practice_environment import PracticeEnvironment

CRASH_IN_METHOD = """
import os, signal, sys
from {module} import {owner}

async def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

{owner}.{method} = die
sys.argv = ["bot", "run"]
import runpy
runpy.run_module("bot", run_name="__main__")
"""


# It dies as soon as the named method has done its work.
CRASH_AFTER_METHOD = """
import os, signal, sys
from {module} import {owner}

real = {owner}.{method}

async def then_die(*args, **kwargs):
    await real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

{owner}.{method} = then_die
sys.argv = ["bot", "run"]
import runpy
runpy.run_module("bot", run_name="__main__")
"""


async def crash_in_method(workspace: PracticeEnvironment, module: str, owner: str, method: str) -> None:
    """Replace the running bot by one that dies in the named method."""
    await workspace.replace_bot(CRASH_IN_METHOD.format(module=module, owner=owner, method=method))


async def crash_after_method(workspace: PracticeEnvironment, module: str, owner: str, method: str) -> None:
    """Replace the running bot by one that dies when the named method has come back."""
    await workspace.replace_bot(CRASH_AFTER_METHOD.format(module=module, owner=owner, method=method))

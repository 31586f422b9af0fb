"""A container's health check: asks /readyz of the bot beside it. Uses the standard library only, to start quickly.

`python -m bot.cli.healthcheck` exits with 0 if the bot is ready, else with 1 after one line for each part.
"""

import os
import sys
from http.client import HTTPConnection, HTTPException

_EVERY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104 - compared, not listened on
_TIMEOUT_SECONDS = 4.0


def check(port: int, host: str = "") -> tuple[bool, str]:
    """Return whether the bot on this port is ready, and what /readyz says."""
    connection = HTTPConnection("127.0.0.1" if host in _EVERY_ADDRESS else host, port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status == 200, answer.read(10_000).decode("utf-8", "replace").strip()
    except (OSError, HTTPException) as error:
        return False, f"The bot does not answer on port {port}: {error}."
    finally:
        connection.close()


def main() -> int:
    """Read OPS_PORT and OPS_HOST, print the answer, and return the exit status."""
    port = os.environ.get("OPS_PORT", "")
    if not port.isdecimal():
        is_ready, text = False, "OPS_PORT is not set to a port: the health check asks the bot there."
    else:
        is_ready, text = check(int(port), os.environ.get("OPS_HOST", ""))
    sys.stdout.write(f"{text}\n")
    return 0 if is_ready else 1


if __name__ == "__main__":
    raise SystemExit(main())

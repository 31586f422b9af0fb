"""An S3 server of the tests (moto), one for each test process; buckets are made by the tests."""

import atexit
import logging
from dataclasses import dataclass
from functools import cache
from itertools import count

import httpx

from tests.support.time_factor import scaled

_numbers = count(1)


@dataclass(frozen=True)
class S3Server:
    """The server's address; credentials are not checked."""

    endpoint: str

    @property
    def variables(self) -> dict[str, str]:
        """The environment with which a process reaches the server."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
        }

    def create_bucket(self, name: str = "") -> str:
        """Create a bucket and return its name."""
        name = name or f"castroom-{next(_numbers)}"
        httpx.put(f"{self.endpoint}/{name}", timeout=scaled(20)).raise_for_status()
        return name

    def delete_bucket(self, name: str) -> None:
        """Delete an empty bucket."""
        httpx.delete(f"{self.endpoint}/{name}", timeout=scaled(20)).raise_for_status()


@cache
def s3_server() -> S3Server:
    """Return this process's server, started at the first call and stopped at its end."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # else a line for each request
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    atexit.register(server.stop)
    host, port = server.get_host_and_port()
    return S3Server(f"http://{host}:{port}")

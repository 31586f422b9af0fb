"""What a monitor reads of a running bot."""

import re
from pathlib import Path

from aiohttp import ClientSession

from playground.processes import free_port
from tests.flow.house import LENA, house


async def test_a_round_is_counted_and_nobody_is_named(tmp_path: Path) -> None:
    port = free_port(8_917) or 8_918
    async with house(tmp_path, OPS_PORT=str(port)) as film, ClientSession(f"http://127.0.0.1:{port}") as monitor:
        ts = await film.cast("Maya: a fisherwoman")
        await film.ballot(ts)
        async with monitor.get("/readyz") as answer:
            assert (answer.status, await answer.text()) == (200, "database: ok\nslack: ok\n")
        async with monitor.get("/metrics") as answer:
            figures = await answer.text()
    drawn = dict(re.findall(r'castroom_portrait_seconds_count\{model="(.+?)"\} (\S+)', figures))
    assert drawn == {"recraft:recraftv4_1": "2.0", "openai:gpt-image-2": "2.0"}
    assert re.search(r'castroom_ack_seconds_count\{kind="command"\} 1\.0', figures)
    assert "castroom_redraws_total" in figures
    assert not re.search(f"Maya|fisherwoman|{LENA}", figures)

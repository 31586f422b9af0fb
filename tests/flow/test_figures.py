"""What a monitor reads of a running bot."""

import re
from pathlib import Path

from aiohttp import ClientSession

from playground.processes import free_port
from tests.flow.house import DANIEL, FILM, LENA, SPEED, house


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
    assert re.search(r'castroom_spent_dollars_total\{model="openai:gpt-image-2",source="\w+"\} 0\.\d*[1-9]', figures)
    assert re.search(r"castroom_loop_lag_seconds_count [1-9]", figures)
    assert re.search(r"castroom_socket_age_seconds [\d.]*[1-9]", figures)
    assert re.search(r'castroom_errands\{kind="slot"\} 0\.0', figures), "all have landed"
    assert re.search(r"castroom_queue 0\.0", figures)
    assert not re.search(f"Maya|fisherwoman|{LENA}", figures)


async def test_a_miss_and_what_is_still_drawn_are_counted_by_kind(tmp_path: Path) -> None:
    port = free_port(8_919) or 8_920
    async with house(tmp_path, OPS_PORT=str(port)) as film, ClientSession(f"http://127.0.0.1:{port}") as monitor:
        await film.door.post("models/recraftv4_1/faults", {"kind": "refusal", "times": 0})
        await film.door.post("models/gpt-image-2/latency", {"least": 4_000, "most": 4_000})
        ts = await film.cast("Maya: a fisherwoman")

        async def counted() -> str | None:
            async with monitor.get("/metrics") as answer:
                figures = await answer.text()
            missed = 'castroom_misses_total{kind="refused",paid="no"} 2.0' in figures
            return figures if missed and 'castroom_errands{kind="slot"} 2.0' in figures else None

        figures = await film.door.until(counted, "two misses, and two slots under way")
        assert re.search(r'castroom_errands\{kind="round"\} 1\.0', figures)
        assert re.search(r"castroom_drawing 2\.0", figures)
        await film.press(LENA, ts, "cancel")


async def test_a_socket_that_hears_nothing_is_replaced_and_what_slack_sent_meanwhile_counts(tmp_path: Path) -> None:
    port = free_port(8_921) or 8_922
    soon = {"OPS_PORT": str(port), "SOCKET_SILENCE_SECONDS": "12"}
    async with house(tmp_path, SPEED, **soon) as film, ClientSession(f"http://127.0.0.1:{port}") as monitor:
        ts = await film.cast("Maya: a fisherwoman")
        await film.ballot(ts)
        assert (await film.door.post("slack/cut", {"kind": "silent"}))["sockets"] == 1
        await film.door.react(DANIEL, FILM, ts, "one")

        async def replaced() -> bool:
            async with monitor.get("/metrics") as answer:
                return "castroom_sockets_replaced_total 1.0" in await answer.text()

        await film.door.until(replaced, "another socket", 30)
        assert '"event": "socket_replaced"' in film.log
        await film.labelled(ts, {"vote:1": "1 · 1"})
        await film.press(LENA, ts, "vote:1")
        await film.labelled(ts, {"vote:1": "1 · 2"})
        async with monitor.get("/readyz") as answer:
            assert answer.status == 200

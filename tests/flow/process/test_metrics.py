"""What a monitor reads of a running bot."""

import re
from pathlib import Path

import pytest
from aiohttp import ClientSession

from playground.processes import free_port
from tests.flow.process.test_http_mode import DEAD_PROXIES
from tests.support.practice_environment import DANIEL, FILM, LENA, practice_environment


async def test_metrics_count_a_round_without_names(tmp_path: Path) -> None:
    port = free_port(8_917) or 8_918
    async with (
        practice_environment(tmp_path, {"OPS_PORT": str(port), **DEAD_PROXIES}) as workspace,
        ClientSession(f"http://127.0.0.1:{port}") as monitor,
    ):
        ts = await workspace.cast("Maya: a fisherwoman")
        await workspace.wait_for_ballot(ts)
        async with monitor.get("/readyz") as answer:
            assert (answer.status, await answer.text()) == (200, "database: ok\nengine: ok\nportraits: ok\nslack: ok\n")
        async with monitor.get("/metrics") as answer:
            metrics = await answer.text()
    portraits = dict(re.findall(r'castroom_portrait_seconds_count\{model="(.+?)"\} (\S+)', metrics))
    assert portraits == {"recraft:recraftv4_1": "2.0", "openai:gpt-image-2": "2.0"}
    assert re.search(r'castroom_ack_seconds_count\{kind="command"\} 1\.0', metrics)
    assert "castroom_redraws_total" in metrics
    assert re.search(r'castroom_spent_dollars_total\{model="openai:gpt-image-2",source="\w+"\} 0\.\d*[1-9]', metrics)
    assert re.search(r"castroom_loop_lag_seconds_count [1-9]", metrics)
    assert re.search(r"castroom_socket_age_seconds [\d.]*[1-9]", metrics)
    assert re.search(r'castroom_jobs\{kind="slot"\} 0\.0', metrics), "all have landed"
    assert re.search(r"castroom_rate_limit_waiting 0\.0", metrics)
    assert not re.search(f"Maya|fisherwoman|{LENA}", metrics)


@pytest.mark.heavy
async def test_metrics_count_failures_and_generations_in_progress(tmp_path: Path) -> None:
    port = free_port(8_919) or 8_920
    async with (
        practice_environment(tmp_path, {"OPS_PORT": str(port)}) as workspace,
        ClientSession(f"http://127.0.0.1:{port}") as monitor,
    ):
        await workspace.control_client.post("models/recraftv4_1/faults", {"kind": "refusal", "times": 0})
        await workspace.control_client.post("models/gpt-image-2/latency", {"least": 4_000, "most": 4_000})
        ts = await workspace.cast("Maya: a fisherwoman")

        async def counted() -> str | None:
            async with monitor.get("/metrics") as answer:
                metrics = await answer.text()
            has_failures = 'castroom_slot_failures_total{kind="refused",paid="no"} 2.0' in metrics
            return metrics if has_failures and 'castroom_jobs{kind="slot"} 2.0' in metrics else None

        metrics = await workspace.control_client.wait_for(counted, "two misses, and two slots under way")
        assert re.search(r'castroom_jobs\{kind="round"\} 1\.0', metrics)
        assert re.search(r"castroom_generations_in_progress 2\.0", metrics)
        await workspace.press(LENA, ts, "cancel")


@pytest.mark.heavy
async def test_silent_socket_is_replaced_without_losing_votes(tmp_path: Path) -> None:
    port = free_port(8_921) or 8_922
    soon = {"OPS_PORT": str(port), "SOCKET_SILENCE_SECONDS": "12"}
    async with (
        practice_environment(tmp_path, soon) as workspace,
        ClientSession(f"http://127.0.0.1:{port}") as monitor,
    ):
        ts = await workspace.cast("Maya: a fisherwoman")
        await workspace.wait_for_ballot(ts)
        assert (await workspace.control_client.post("slack/cut", {"kind": "silent"}))["sockets"] == 1
        await workspace.control_client.react(DANIEL, FILM, ts, "one")

        async def replaced() -> bool:
            async with monitor.get("/metrics") as answer:
                return "castroom_sockets_replaced_total 1.0" in await answer.text()

        await workspace.control_client.wait_for(replaced, "another socket", 30)
        assert '"event": "socket_replaced"' in workspace.log
        await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
        await workspace.press(LENA, ts, "vote:1")
        await workspace.wait_for_labels(ts, {"vote:1": "1 · 2"})
        async with monitor.get("/readyz") as answer:
            assert answer.status == 200

"""The board of deploy/grafana.json with the metrics of a practice run.

Prometheus scrapes the bot and evaluates every expression of the board. The panels are drawn here at the board's own
places: it is not Grafana's drawing.
"""

import asyncio
import json
import shutil
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from playwright.async_api import expect

from playground.processes import ROOT, free_port
from playground.scenarios.board_drawing import Panel, Series, page_html
from playground.scenarios.browser import BrowserSession

_OPS_PORT = free_port(8_917) or 8_918
SETTINGS = {"OPS_PORT": str(_OPS_PORT)}
_BOARD = ROOT / "deploy" / "grafana.json"
_TOOLS = ROOT / ".tools" / "deploy" / "debian" / "usr" / "bin"
_BRIEFS = {
    "Maya": "weathered 60-year-old fisherwoman, deep crow's feet, grey plait",
    "Tomas": "harbour master, 50, wind-burnt, one eyebrow higher than the other",
    "Vera": "ferry captain, 45, short dark hair, calm",
}
_SECONDS_AFTER = 10
_WIDTH = 1400


async def play(browser: BrowserSession) -> None:
    """Three rounds, one with a refusal and an outage, are the metrics; Prometheus keeps them for the picture."""
    prometheus = shutil.which("prometheus") or shutil.which("prometheus", path=_TOOLS)
    if prometheus is None:
        print("The picture of the board needs prometheus: make deploy-tools.", file=sys.stderr)
        return
    async with AsyncExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory())
        port = free_port(9_190) or 9_191
        process = await _start(prometheus, Path(data), port)
        started = time.time()
        try:
            await _cast(browser)
            panels = await _evaluate(f"http://127.0.0.1:{port}", started)
        finally:
            process.terminate()
            await process.wait()
    await browser.page.set_viewport_size({"width": _WIDTH, "height": 900})
    # A page of its own: the workspace's page allows no inline styles.
    await browser.page.goto("about:blank")
    await browser.page.set_content(page_html(panels))
    await browser.screenshot_page("operations-board")


async def _start(prometheus: str, data: Path, port: int) -> asyncio.subprocess.Process:
    config = data / "prometheus.yml"
    target = f"127.0.0.1:{_OPS_PORT}"
    text = (
        "global: {scrape_interval: 1s}\n"
        f"scrape_configs: [{{job_name: castroom, static_configs: [{{targets: ['{target}']}}]}}]\n"
    )
    await asyncio.to_thread(config.write_text, text)
    return await asyncio.create_subprocess_exec(
        prometheus,
        f"--config.file={config}",
        f"--storage.tsdb.path={data / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def _cast(browser: BrowserSession) -> None:
    base = await browser.page.evaluate("location.origin")
    for name, brief in _BRIEFS.items():
        if name == "Tomas":
            fault = {"kind": "refusal", "times": 1}
            await browser.page.request.post(f"{base}/control/models/gpt-image-2/faults", data=fault)
        await browser.send(f"/cast {name}: {brief} --models recraft,gpt-image-2")
        message = await browser.wait_for_message(f"Casting {name}")
        await browser.press(message, "vote:1")
        await expect(message.get_by_role("button", name="Lock 1")).to_be_visible()
        await browser.press(message, "lock", "Lock")
        await browser.wait_for_message(f"{name} is cast")
    await asyncio.sleep(_SECONDS_AFTER)


async def _evaluate(prometheus: str, started: float) -> list[Panel]:
    board = json.loads(await asyncio.to_thread(_BOARD.read_text, "utf-8"))
    ended = time.time()
    panels = []
    async with ClientSession() as http:
        for panel in board["panels"]:
            series: list[Series] = []
            for target in panel.get("targets", []):
                series += await _query(http, prometheus, target, (started, ended))
            unit = panel.get("fieldConfig", {}).get("defaults", {}).get("unit", "")
            panels.append(Panel(panel["title"], panel["type"], unit, panel["gridPos"], tuple(series)))
    return panels


async def _query(
    http: ClientSession, prometheus: str, target: dict[str, Any], span: tuple[float, float]
) -> list[Series]:
    """Evaluate an expression at every second; all bots, and rates over 15 seconds."""
    expression = target["expr"].replace("$instance", ".*").replace("$__rate_interval", "15s")
    query = {"query": expression, "start": f"{span[0]}", "end": f"{span[1]}", "step": "1"}
    async with http.get(f"{prometheus}/api/v1/query_range", params=query) as response:
        answer = await response.json()
    assert answer["status"] == "success", answer
    return [
        Series(_legend(target.get("legendFormat", ""), found["metric"]), _points(found["values"], span))
        for found in answer["data"]["result"]
    ]


def _points(values: list[tuple[float, str]], span: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    """Return the time as a share of the run, and the value, without values that are no number."""
    numbers = [((at - span[0]) / (span[1] - span[0]), float(value)) for at, value in values]
    return tuple((at, value) for at, value in numbers if value == value)


def _legend(pattern: str, labels: dict[str, str]) -> str:
    if pattern in ("", "__auto"):
        return ", ".join(labels.values())
    for name, value in labels.items():
        pattern = pattern.replace("{{" + name + "}}", value)
    return pattern

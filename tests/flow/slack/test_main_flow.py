"""The main job in the practice workspace: a brief typed in the channel becomes a locked face that is recalled."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.catalogue import Size
from playground.control.client import Json, buttons_of, menu_of, pictures_of, text_of
from providers.registry import MODELS
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment
from tests.support.time_factor import time_factor

REAL_PACE = True
ROOT = Path(__file__).resolve().parents[3]
PRICES = {m.name: m.prices[Size.DRAFT] for m in MODELS}


def format_dollars(price: Decimal) -> str:
    """As it is told: rounded up to a cent."""
    return f"${price.quantize(Decimal('0.01'), ROUND_UP)}"


ROUND_PRICE = format_dollars(2 * PRICES["recraft"] + 2 * PRICES["gpt-image-2"])
REROLL_PRICE = format_dollars(max(PRICES["recraft"], PRICES["gpt-image-2"]))
FISHERWOMAN = "weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait"


@dataclass(frozen=True)
class DemoRun:
    """A demo in a process of its own: exit status, what it printed and its errors."""

    status: int
    result: Json
    errors: str


def run_demo(data: Path, **shell: str) -> DemoRun:
    # Other tests run beside it, and how fast it answers is not the question here.
    shell |= {"TEST_TIME_FACTOR": f"{4 * time_factor():g}"}
    process = subprocess.run(
        [
            sys.executable, "-m", "playground", "demo", "--headless", "--json", "--speed", "10",
            "--brief", f"Maya: {FISHERWOMAN}", "--data", str(data),
        ],
        cwd=ROOT, env={**os.environ, **shell}, capture_output=True, check=False,
    )  # fmt: skip
    return DemoRun(process.returncode, json.loads(process.stdout or b"{}"), process.stderr.decode())


@dataclass(frozen=True)
class FirstDemo:
    """A demo in a shell with keys, proxies and an ENV_FILE that all lead to `sink`, on the folder `data`."""

    run: DemoRun
    data: Path
    sink: socket.socket


@pytest.fixture(scope="module")
def first_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirstDemo]:
    folder = tmp_path_factory.mktemp("demo")
    with socket.create_server(("127.0.0.1", 0)) as sink:
        sink.setblocking(False)
        address = f"http://127.0.0.1:{sink.getsockname()[1]}"
        env_file = folder / "real.env"
        env_file.write_text(f"OPENAI_BASE_URL={address}\nOPENAI_API_KEY=sk-proj-real\n")
        shell = {
            "OPENAI_API_KEY": "sk-proj-sentinel",
            "RECRAFT_API_TOKEN": "real-recraft-sentinel",
            "GEMINI_API_KEY": "AIza-sentinel",
            "SLACK_BOT_TOKEN": "xoxb-sentinel",
            "SLACK_APP_TOKEN": "xapp-sentinel",
            "SLACK_CLIENT_ID": "1.2",
            "SLACK_CLIENT_SECRET": "sentinel",
            "OPENAI_BASE_URL": address,
            "HTTP_PROXY": address,
            "HTTPS_PROXY": address,
            "ALL_PROXY": address,
            "ENV_FILE": str(env_file),
        }
        yield FirstDemo(run_demo(folder / "data", **shell), folder / "data", sink)


def test_demo_ignores_keys_proxies_and_env_files_of_the_shell(first_demo: FirstDemo) -> None:
    assert first_demo.run.status == 0, first_demo.run.errors
    with pytest.raises(BlockingIOError):  # no connection waits
        first_demo.sink.accept()
    for path in first_demo.data.rglob("*"):
        if path.is_file():
            assert b"sentinel" not in path.read_bytes(), path


def test_headless_demo_runs_the_main_flow_and_prints_json(first_demo: FirstDemo) -> None:
    assert first_demo.run.status == 0, first_demo.run.errors
    result = first_demo.run.result
    assert [c["number"] for c in result["candidates"]] == [1, 2, 3, 4]
    assert {c["model"] for c in result["candidates"]} == {"recraft:recraftv4_1", "openai:gpt-image-2"}
    assert all(
        c["cost_usd"] > 0 and c["seconds"] > 0 and c["width"] * c["height"] > 800_000 for c in result["candidates"]
    )
    assert result["votes"] == {"1": 3, "2": 1, "3": 1, "4": 0}
    assert (result["locked"]["name"], result["locked"]["number"], result["locked"]["by"]) == ("Maya", 1, LENA)
    assert sha256(Path(result["files"]["original"]).read_bytes()).hexdigest() == result["locked"]["sha256"]
    assert Image.open(result["files"]["sheet"]).width == 1600
    assert "Maya" in result["recalled"]["text"]
    assert set(result["timings"]) == {
        "ack_ms", "first_candidate_ms", "sheet_ms", "slowest_model_ms", "upload_wait_ms", "recall_ms",
    }  # fmt: skip
    again = run_demo(first_demo.data)
    assert again.status == 0, f"yesterday's channel is there again, and a re-cast is asked for: {again.errors}"
    assert again.result["locked"]["name"] == "Maya"


async def test_round_message_shows_progress_and_price_while_drawing(workspace: PracticeEnvironment) -> None:
    await workspace.control_client.post("models/*/faults", {"kind": "latency", "times": 4, "seconds": 20})
    ts = await workspace.cast(f"Maya: {FISHERWOMAN}")
    text = text_of(await workspace.control_client.message(FILM, ts))
    assert "Casting Maya" in text
    assert f"<@{LENA}>" in text
    assert FISHERWOMAN in text
    assert ROUND_PRICE in text
    assert "0 of 4 in" in text
    await workspace.wait_for_ballot(ts)
    await workspace.control_client.post("models/*/faults", {"kind": "none"})


async def test_reactions_and_clicks_count_then_lock_then_recall(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Ines: a ferry captain, 50, wind-burnt")
    message = await workspace.wait_for_ballot(ts)
    assert len(pictures_of(message)) == 1
    assert [b for b in buttons_of(message) if b.startswith("vote:")] == ["vote:1", "vote:2", "vote:3", "vote:4"]
    await workspace.control_client.react(DANIEL, FILM, ts, "two")
    await workspace.press(MEI, ts, "vote:2")
    await workspace.press(MEI, ts, "vote:4")
    await workspace.wait_for_labels(ts, {"vote:1": "1", "vote:2": "2 · 2", "vote:4": "4 · 1"})
    await workspace.press(LENA, ts, "lock")
    record = await workspace.wait_for_text(ts, "Ines is cast")
    assert f"<@{LENA}>" in record
    assert "2 of 2" in record
    found = await workspace.run_command("ines", MEI)
    assert "candidate 2" in found


async def test_thread_shows_large_pictures_then_originals_after_the_close(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Thread: a lighthouse keeper")
    await workspace.wait_for_ballot(ts)

    async def files() -> list[Json] | None:
        found: list[Json] = [f for m in await workspace.control_client.thread(FILM, ts) for f in m.get("files", [])]
        return found if len(found) >= 5 else None

    shown = await workspace.control_client.wait_for(files, "sheet and four pictures in the thread")
    pictures = [f for f in shown if "sheet" not in f["name"]]
    sizes = {Image.open(BytesIO(await workspace.control_client.download_file(f["id"]))).size for f in pictures}
    assert len(sizes) == 1, "nothing but the picture tells one candidate from another"
    assert not any(word in json.dumps(shown).lower() for word in ("recraft", "gpt"))
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.press(LENA, ts, "close")

    async def originals() -> list[Json] | None:
        found = [f for m in await workspace.control_client.thread(FILM, ts) for f in m.get("files", [])]
        named = [f for f in found if "recraft" in f["name"] or "gpt" in f["name"]]
        return named if len(named) == 4 else None

    await workspace.control_client.wait_for(originals, "four originals, named")


async def test_no_model_is_named_before_the_close(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Blind: a customs officer")
    message = await workspace.wait_for_ballot(ts)
    everything = json.dumps([message["blocks"], message["text"]]).lower()
    assert not any(word in everything for word in ("recraft", "gpt", "openai", "banana"))


async def test_only_the_lead_can_close_lock_or_reroll(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Authority: a harbour master")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:1")
    for action in ("lock", "close", "reroll"):
        after = float((await workspace.control_client.ephemerals(DANIEL))[-1]["ts"])
        await workspace.press(DANIEL, ts, action)
        answer = await workspace.wait_for_ephemeral(DANIEL, f"<@{LENA}>", after=after)
        assert answer
    assert "vote:1" in buttons_of(await workspace.control_client.message(FILM, ts))


async def test_tie_lets_the_lead_extend_drop_or_decide(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Tie: twin sisters' aunt")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.press(MEI, ts, "vote:4")
    await workspace.wait_for_text(ts, "2 people voted")
    await workspace.press(LENA, ts, "lock")
    question = await workspace.wait_for_ephemeral(LENA, "1 and 4 are tied with 1 vote each")
    assert "run-off" in text_of(question)
    assert set(buttons_of(question)) == {"close", "more"}
    assert "vote:1" in buttons_of(await workspace.control_client.message(FILM, ts))
    await workspace.press(LENA, question["ts"], "close")
    message = await workspace.wait_for_button(ts, "extend")
    assert {"extend", "drop"} <= set(buttons_of(message))
    decide = next(e for b in message["blocks"] for e in b.get("elements", []) if e.get("action_id") == "decide")
    await workspace.decide(LENA, ts, decide["options"][2]["value"])
    text = await workspace.wait_for_text(ts, "Tie is cast")
    assert f"Decided by <@{LENA}>" in text


async def test_a_reroll_of_one_candidate_adds_the_next_number(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Again: a net mender")
    await workspace.wait_for_ballot(ts)
    await workspace.press(LENA, ts, "reroll")
    offer = await workspace.wait_for_ephemeral(LENA, REROLL_PRICE)
    choice = menu_of(offer, "reroll_one")[f"1 again · up to {REROLL_PRICE}"]
    answer = await workspace.control_client.click(LENA, FILM, offer["ts"], "reroll_one", choice)
    assert answer["ok"], answer
    message = await workspace.wait_for_button(ts, "vote:5")
    assert len(pictures_of(message)) == 1


async def test_rerolling_all_opens_a_child_round(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Child: a deckhand, 17")
    await workspace.wait_for_ballot(ts)
    before = {m["ts"] for m in await workspace.control_client.messages(FILM)}
    await workspace.press(LENA, ts, "reroll")
    offer = await workspace.wait_for_ephemeral(LENA, ROUND_PRICE)
    await workspace.press(LENA, offer["ts"], "reroll_all")

    async def child() -> str | None:
        return next(
            (str(m["ts"]) for m in await workspace.control_client.messages(FILM) if m["ts"] not in before), None
        )

    await workspace.wait_for_ballot(await workspace.control_client.wait_for(child, "the child round's message"))


async def test_second_brief_links_to_the_open_round(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Twice: a stoker")
    calls_before = await workspace.count_model_calls()
    answer = await workspace.run_command("twice: another stoker", MEI)
    assert "p" + ts.replace(".", "") in answer
    await workspace.wait_for_ballot(ts)
    assert await workspace.count_model_calls() <= calls_before + 4


async def test_recast_needs_confirmation_with_its_price(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Once: a cook")
    await workspace.wait_for_ballot(ts)
    await workspace.press(MEI, ts, "vote:1")
    await workspace.wait_for_text(ts, "1 person voted")
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_text(ts, "Once is cast")
    calls_before = await workspace.count_model_calls()
    question = await workspace.run_command("Once: a younger cook")
    assert ROUND_PRICE in question
    assert await workspace.count_model_calls() == calls_before, "nothing is spent before the yes"
    offer = await workspace.wait_for_ephemeral(LENA, "Once")
    before = {m["ts"] for m in await workspace.control_client.messages(FILM)}
    await workspace.press(LENA, offer["ts"], "recast")

    async def second() -> str | None:
        return next(
            (str(m["ts"]) for m in await workspace.control_client.messages(FILM) if m["ts"] not in before), None
        )

    await workspace.wait_for_ballot(await workspace.control_client.wait_for(second, "the second round"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "Maya9: a fisherwoman --models recraft,unknown-9",
            ["unknown-9", "nano-banana-pro", "/cast Maya9: a fisherwoman"],
        ),
        ("Maya9: a fisherwoman --each 9", ["9", "8"]),
        ("Maya9: a fisherwoman --aspect 5:7", ["5:7", "3:4"]),
        ("Maya9:", ["Nothing was started", "/cast Maya"]),
        ("Maya9: a fisherwoman --4k --models nano-banana-pro,gpt-image-2 --each 4", ["$2.00"]),
    ],
)
async def test_invalid_command_is_answered_privately_and_costs_nothing(
    workspace: PracticeEnvironment, line: str, words: list[str]
) -> None:
    calls_before, posted = await workspace.count_model_calls(), len(await workspace.control_client.messages(FILM))
    answer = await workspace.run_command(line)
    for word in words:
        assert word in answer, answer
    assert (await workspace.count_model_calls(), len(await workspace.control_client.messages(FILM))) == (
        calls_before,
        posted,
    )


async def test_help_is_short(workspace: PracticeEnvironment) -> None:
    answer = await workspace.run_command("help", MEI)
    assert "/cast" in answer
    assert len(answer.splitlines()) <= 15

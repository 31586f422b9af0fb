"""The command line: `python -m playground serve` and `check`."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from aiohttp import web

from playground.app import build
from playground.demo import DEMO_COMMAND
from playground.demo import demo as play
from playground.demo import headless as play_headless
from playground.scenarios.screenshots import take_screenshots
from playground.slack.block_kit.validator import check_document

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@cli.command()
def serve(
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8600,
    data: Annotated[Path, typer.Option(help="Where everything is kept.")] = Path("data/practice"),
    speed: Annotated[float, typer.Option(help="Divides how long the models take.")] = 1.0,
) -> None:
    """Start the practice workspace and print its address."""
    asyncio.run(_serve(port, data, speed))


@cli.command()
def demo(
    data: Annotated[Path, typer.Option(help="Where everything is kept, and found again.")] = Path(".castroom/demo"),
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8600,
    headless: Annotated[bool, typer.Option("--headless", help="Play the story without anybody.")] = False,
    brief: Annotated[str, typer.Option(help="NAME: BRIEF for --headless.")] = DEMO_COMMAND.removeprefix("/cast "),
    as_json: Annotated[bool, typer.Option("--json", help="Print what happened as one JSON object.")] = False,
    speed: Annotated[float, typer.Option(help="Divides how long the models take, headless.")] = 1.0,
) -> None:
    """Start the practice workspace and the bot, for a person on a page or headless."""
    raise typer.Exit(asyncio.run(play_headless(data, brief, as_json, speed) if headless else play(data, port)))


@cli.command()
def pictures() -> None:
    """Make the pictures of README and docs from the running product."""
    raise typer.Exit(asyncio.run(take_screenshots()))


@cli.command()
def check(
    file: Annotated[Path, typer.Argument(help="JSON of blocks, a view or a message; - reads standard input.")],
) -> None:
    """Say what Slack would refuse in a piece of Block Kit; exit status 1 if anything."""
    try:
        document = json.loads(sys.stdin.read() if str(file) == "-" else file.read_text("utf-8"))
    except ValueError as error:
        print(f"This is no JSON: {error}")
        raise typer.Exit(code=1) from error
    problems = check_document(document)
    print("\n".join(problems) or "Slack would take it.")
    raise typer.Exit(code=1 if problems else 0)


async def _serve(port: int, data: Path, speed: float) -> None:
    runner = web.AppRunner(build(data, speed=speed), access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        host, bound_port = runner.addresses[0][:2]
        print(f"The practice workspace is at http://{host}:{bound_port}/", flush=True)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    cli()

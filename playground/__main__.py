"""Command line of the practice workspace: `python -m playground COMMAND`."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from aiohttp import web

from playground import demo as demo_run
from playground.app import build
from playground.faces import MAX_DRAWN_SIDE
from playground.scenarios.screenshots import take_screenshots
from playground.slack.block_kit.validator import check_document

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@cli.command()
def serve(
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8600,
    data: Annotated[Path, typer.Option(help="Folder for all data.")] = Path("data/practice"),
    speed: Annotated[float, typer.Option(help="Divisor of the models' latency.")] = 1.0,
    drawn_side: Annotated[
        int, typer.Option(help="Pixels; larger portraits are drawn at this size and enlarged.")
    ] = MAX_DRAWN_SIDE,
) -> None:
    """Start the practice workspace and print its address."""
    asyncio.run(_serve(port, data, speed, drawn_side))


@cli.command()
def demo(
    data: Annotated[Path, typer.Option(help="Folder for all data; a later run continues with it.")] = Path(
        ".castroom/demo"
    ),
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8600,
    headless: Annotated[bool, typer.Option("--headless", help="Play the main flow without a browser.")] = False,
    brief: Annotated[str, typer.Option(help="NAME: BRIEF for --headless.")] = demo_run.DEMO_COMMAND.removeprefix(
        "/cast "
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
    speed: Annotated[float, typer.Option(help="Divisor of the models' latency, with --headless.")] = 1.0,
) -> None:
    """Start the practice workspace and the bot, for a browser or headless."""
    raise typer.Exit(
        asyncio.run(demo_run.headless(data, brief, as_json, speed) if headless else demo_run.demo(data, port))
    )


@cli.command()
def pictures() -> None:
    """Make the pictures of README and docs from the running product."""
    raise typer.Exit(asyncio.run(take_screenshots()))


@cli.command()
def check(
    file: Annotated[Path, typer.Argument(help="JSON of blocks, a view or a message; - reads standard input.")],
) -> None:
    """Print what Slack would refuse in a piece of Block Kit; exit status 1 if anything."""
    try:
        document = json.loads(sys.stdin.read() if str(file) == "-" else file.read_text("utf-8"))
    except ValueError as error:
        print(f"Not JSON: {error}")
        raise typer.Exit(code=1) from error
    problems = check_document(document)
    print("\n".join(problems) or "Slack would accept it.")
    raise typer.Exit(code=1 if problems else 0)


async def _serve(port: int, data: Path, speed: float, drawn_side: int) -> None:
    runner = web.AppRunner(build(data, speed=speed, drawn_side=drawn_side), access_log=None, shutdown_timeout=2.0)
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

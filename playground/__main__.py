"""Command line of the practice workspace: `python -m playground COMMAND`."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from aiohttp import web

from playground import demo as demo_run
from playground.app import build
from playground.data_lock import DataLock, FolderInUse
from playground.faces import MAX_DRAWN_SIDE
from playground.scenarios.screenshots import take_screenshots
from playground.slack.block_kit.validator import check_document

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


class PortTaken(Exception):
    """The port cannot be listened on."""


@cli.command()
def serve(
    port: Annotated[int, typer.Option(help="0 takes a free one.", min=0, max=65_535)] = 8600,
    data: Annotated[Path, typer.Option(help="Folder for all data.")] = Path("data/practice"),
    speed: Annotated[float, typer.Option(help="Divisor of the models' latency.", min=0.01)] = 1.0,
    drawn_side: Annotated[
        int, typer.Option(help="Pixels; larger portraits are drawn at this size and enlarged.")
    ] = MAX_DRAWN_SIDE,
) -> None:
    """Start the practice workspace and print its address."""
    try:
        asyncio.run(_serve(port, data, speed, drawn_side))
    except FolderInUse as error:
        _exit(
            f"A practice workspace already uses {data}. {_where(error.address)} Another one needs its own --data DIR."
        )
    except PortTaken:
        _exit(f"Port {port} is in use. Choose another one, or --port 0 for any free port.")
    except OSError as error:
        _exit(f"{error.filename or data} cannot be used: {error.strerror or type(error).__name__}.")


@cli.command()
def demo(
    data: Annotated[Path, typer.Option(help="Folder for all data; a later run continues with it.")] = Path(
        ".castroom/demo"
    ),
    port: Annotated[int, typer.Option(help="0 takes a free one.", min=0, max=65_535)] = 8600,
    headless: Annotated[bool, typer.Option("--headless", help="Play the main flow without a browser.")] = False,
    brief: Annotated[str, typer.Option(help="NAME: BRIEF for --headless.")] = demo_run.DEMO_COMMAND.removeprefix(
        "/cast "
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
    speed: Annotated[float, typer.Option(help="Divisor of the models' latency, with --headless.", min=0.01)] = 1.0,
) -> None:
    """Start the practice workspace and the bot, for a browser or headless."""
    asyncio.run(demo_run.headless(data, brief, as_json, speed) if headless else demo_run.demo(data, port))


@cli.command()
def season(
    rounds: Annotated[int, typer.Option(help="Rounds to play.", min=1, max=500)] = 60,
    data: Annotated[Path, typer.Option(help="Folder for all data; `demo` on it shows the result.")] = Path(
        ".castroom/season"
    ),
    seed: Annotated[int, typer.Option(help="The voters' chance; this one shows every kind of verdict.")] = 32,
    speed: Annotated[float, typer.Option(help="Divisor of the models' latency.", min=0.01)] = 50.0,
    picture: Annotated[Path | None, typer.Option(help="Folder for a screenshot of the standings.")] = None,
) -> None:
    """Play many rounds through the real bot, so that standings have something to compare."""
    asyncio.run(demo_run.season(data, rounds, seed, speed, picture))


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
    except OSError as error:
        _exit(f"{file} cannot be read: {error.strerror or type(error).__name__}.")
    except UnicodeDecodeError:
        _exit(f"{file} is not UTF-8 text.")
    except (ValueError, RecursionError) as error:
        print(f"Not JSON: {error}")
        raise typer.Exit(code=1) from error
    problems = check_document(document)
    print("\n".join(problems) or "Slack would accept it.")
    raise typer.Exit(code=1 if problems else 0)


def _exit(problem: str) -> NoReturn:
    print(problem, file=sys.stderr)
    raise typer.Exit(code=1)


def _where(address: str) -> str:
    return f"It is open at {address}." if address else "It is starting."


async def _serve(port: int, data: Path, speed: float, drawn_side: int) -> None:
    """Serve until cancelled; raises FolderInUse, PortTaken, OSError."""
    with DataLock(data).hold() as lock:
        await _serve_locked(lock, port, data, speed, drawn_side)


async def _serve_locked(lock: DataLock, port: int, data: Path, speed: float, drawn_side: int) -> None:
    runner = web.AppRunner(build(data, speed=speed, drawn_side=drawn_side), access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        except OSError as error:
            raise PortTaken(port) from error
        host, bound_port = runner.addresses[0][:2]
        lock.publish(f"http://{host}:{bound_port}/")
        print(f"The practice workspace is at http://{host}:{bound_port}/", flush=True)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    cli()

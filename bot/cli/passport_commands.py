"""`python -m bot passport ...`."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.invocation import failure, load_settings, named_key_problems, run_async

passport = typer.Typer(no_args_is_help=True, help="The casting passport: what this studio signs about a locked face.")


@passport.command("init")
def init_passport(
    name: Annotated[str, typer.Option(help="The studio's name, as readers of a passport see it")] = "A casting studio",
    key: Annotated[Path | None, typer.Option(help="A private key of your own (PEM)", dir_okay=False)] = None,
    chain: Annotated[Path | None, typer.Option(help="Its certificates, the leaf first", dir_okay=False)] = None,
    replace: Annotated[bool, typer.Option(help="Replace the key that is there by your own")] = False,
) -> None:
    """Make the key that signs passports, with a root of its own, or take a given key with its chain."""
    from bot.cli.passport import init_key

    with named_key_problems():
        typer.echo(init_key(load_settings(), name, key, chain, replace=replace))


@passport.command("rotate")
def rotate_passport() -> None:
    """Renew the signing key below the same root."""
    from bot.cli.passport import renew_key

    with named_key_problems():
        typer.echo(renew_key(load_settings()))


@passport.command("adopt")
def adopt_passport() -> None:
    """Let the bots of this database sign with the key that is configured here, although another one is recorded."""
    from bot.cli.passport import adopt_key

    with named_key_problems():
        typer.echo(run_async(adopt_key(load_settings())))


@passport.command("sign")
def sign_passports(
    again: Annotated[bool, typer.Option(help="Also sign again what another key signed")] = False,
) -> None:
    """Sign every locked face that has no passport; the bot may be running."""
    from bot.cli.passport import sign_faces

    with named_key_problems():
        signed, failures = run_async(sign_faces(load_settings(), again=again))
    for line in failures:
        typer.echo(line, err=True)
    typer.echo(f"Signed: {signed} faces.")
    raise typer.Exit(1 if failures else 0)


@passport.command("verify")
def verify_passport(
    file: Annotated[Path, typer.Argument(help="A picture, or the ZIP of a package", exists=True, dir_okay=False)],
    sidecar: Annotated[Path | None, typer.Argument(help="Its .c2pa file", exists=True, dir_okay=False)] = None,
    root: Annotated[Path | None, typer.Option(help="The studio's root certificate (PEM)", exists=True)] = None,
    print_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON")] = False,
) -> None:
    """Say who signed, what was promised, and whether a byte changed.

    Exit status: 0 signed by a known key and unchanged, 1 changed or not valid, 2 not readable, 3 unchanged but signed
    by an unknown key, 4 without a passport. Nothing is fetched from the network.
    """
    from bot.cli.passport_verify import UncheckableFile, as_json, check_files, describe, exit_status

    try:
        with named_key_problems():
            checked = run_async(check_files(load_settings(), file, sidecar, root))
    except UncheckableFile as error:
        raise failure(str(error), status=2) from error
    if print_json:
        typer.echo(as_json(checked))
    else:
        for picture in checked:
            for line in describe(picture):
                typer.echo(line)
    raise typer.Exit(exit_status(checked))

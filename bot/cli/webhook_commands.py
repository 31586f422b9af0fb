"""`python -m bot webhooks ...`."""

import json
from typing import Annotated

import typer

from bot.cli.invocation import failure, load_settings, run_async

_Endpoint = Annotated[str, typer.Option(help="An endpoint's id, as `webhooks list` prints it")]
_Json = Annotated[bool, typer.Option("--json", help="One JSON object a line")]

webhooks = typer.Typer(no_args_is_help=True, help="Webhooks: endpoints, deliveries and replays.")


@webhooks.command("list")
def list_webhooks(as_json: _Json = False) -> None:
    """List every endpoint: id, state, host, channel and events. Addresses and secrets are not printed."""
    from bot.cli.webhooks import endpoint_line, list_endpoints

    for endpoint in run_async(list_endpoints(load_settings())):
        typer.echo(json.dumps(endpoint) if as_json else endpoint_line(endpoint))


@webhooks.command()
def deliveries(
    endpoint: _Endpoint = "",
    state: Annotated[str, typer.Option(help="waiting, delivered, failed, missed or withheld")] = "",
    limit: Annotated[int, typer.Option(help="The most to list", min=1, max=10_000)] = 50,
    as_json: _Json = False,
) -> None:
    """List deliveries with their attempts, newest event first."""
    from bot.cli.webhooks import delivery_line, list_deliveries

    try:
        found = run_async(list_deliveries(load_settings(), endpoint, state, limit))
    except ValueError as error:
        states = "waiting, delivered, failed, missed, withheld"
        raise failure(f"There is no state {state}. The states: {states}.", status=2) from error
    for delivery in found:
        typer.echo(json.dumps(delivery) if as_json else delivery_line(delivery))


@webhooks.command()
def replay(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of deliveries, as `deliveries` lists them")] = None,
    endpoint: _Endpoint = "",
) -> None:
    """Send deliveries again with their webhook-id; with --endpoint everything of it that failed or was missed."""
    from bot.cli.webhooks import NothingToReplay
    from bot.cli.webhooks import replay as send_again

    if not ids and not endpoint:
        raise failure("Name deliveries, or an endpoint with --endpoint.", status=2)
    try:
        replayed = run_async(send_again(load_settings(), ids or (), endpoint))
    except NothingToReplay as error:
        raise failure("Nothing to replay: no such delivery, nothing undelivered, or the endpoint is off.") from error
    typer.echo(f"To be sent again by the running bot: {len(replayed)}.")

"""The Web API server: authorization, rate limits, faults and the call log."""

import time

from aiohttp import web

from playground.seed_data import APP_TOKEN, Install
from playground.slack.core.call_log import ApiCallRecord
from playground.slack.core.errors import SlackError
from playground.slack.core.faults import ConnectionCut, StatusError
from playground.slack.core.store import Json
from playground.slack.web_api.methods import METHODS
from playground.slack.workspace import bot_tokens
from playground.slack.workspace.api_call import ApiCall, ApiMethod
from playground.slack.workspace.arguments import Arguments, bearer_token, read_arguments
from playground.slack.workspace.workspace import Workspace

_SECRETS = frozenset({"token", "client_secret", "access_token", "refresh_token", "code"})
# Methods that the token of an organization may call without a workspace; Slack allows more of them.
_ORGANIZATION_METHODS = frozenset({"auth.test"})


async def handle_call(workspace: Workspace, request: web.Request) -> web.StreamResponse:
    """Handle a call of `/slack/api/{method}` and log it, whatever its result."""
    name = request.match_info["method"]
    started, at = time.perf_counter(), time.time()
    arguments = Arguments({})
    scopes: tuple[str, ...] = ()
    body: Json
    try:
        arguments = await read_arguments(request)
        method, install = _authorize(workspace, name, bearer_token(request, arguments), arguments.text("team_id"))
        scopes = install.scopes
        body = await _run_method(ApiCall(workspace, install, arguments), name, method)
    except SlackError as error:
        body = error.body()
    except ConnectionCut:
        return drop_connection(request)
    except StatusError as error:
        return web.Response(status=int(str(error)), text="practice fault")
    ms = round((time.perf_counter() - started) * 1000, 2)
    request_values, response_values = _without_secrets(arguments.values), _without_secrets(body)
    workspace.call_log.add(ApiCallRecord(name, request_values, body["ok"], body.get("error"), at, ms, response_values))
    return _respond(body, scopes)


def drop_connection(request: web.Request) -> web.StreamResponse:
    """Close the connection; aiohttp requires a response, but it is not sent."""
    if request.transport:
        request.transport.abort()
    return web.Response()


def _without_secrets(values: Json) -> Json:
    return {name: value for name, value in values.items() if name not in _SECRETS}


def _authorize(workspace: Workspace, name: str, token: str, team: str) -> tuple[ApiMethod, Install]:
    """Return the method and the app that may call it, and count the call."""
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    install = _install_for_token(workspace, token, method, None if name in _ORGANIZATION_METHODS else team)
    if not method.app_token and not method.tokenless:
        workspace.served_teams.add(install.team)
    if method.scopes and not set(method.scopes) & set(install.scopes):
        raise SlackError("missing_scope", needed=method.scopes[0], provided=",".join(install.scopes))
    workspace.rate_limiter.consume(name, method.rate_limit, install.team)
    return method, install


async def _run_method(call: ApiCall, name: str, method: ApiMethod) -> Json:
    missing = tuple(
        f"missing required field: {argument}" for argument in method.required if argument not in call.arguments
    )
    if missing:
        raise SlackError("invalid_arguments", missing)
    fault = await call.workspace.faults.apply_before(name)
    result = method.handler(call)
    call.workspace.faults.apply_after(fault)
    return {"ok": True, **result}


def _install_for_token(workspace: Workspace, token: str, method: ApiMethod, team: str | None) -> Install:
    """Return the token's installation; an app-level token belongs to the first one."""
    installs = workspace.installs()
    if method.tokenless:
        return installs[0]
    if not token:
        raise SlackError("not_authed")
    if method.app_token and token == APP_TOKEN:
        return installs[0]
    if token == APP_TOKEN or (method.app_token and any(install.token == token for install in installs)):
        raise SlackError("not_allowed_token_type")
    return bot_tokens.find_install(workspace, token, team)


def _respond(body: Json, scopes: tuple[str, ...]) -> web.Response:
    headers = {"X-OAuth-Scopes": ",".join(scopes)}
    if body.get("error") == "ratelimited":
        wait = {"Retry-After": str(body["retry_after"])}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers | wait)
    return web.json_response(body, headers=headers)

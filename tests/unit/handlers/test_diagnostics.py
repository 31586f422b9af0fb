"""What `doctor` reports about the Slack tokens, without opening a socket."""

from pydantic import SecretStr

from bot.settings import Settings
from handlers.slack.diagnostics import check
from handlers.slack.manifest import scopes
from tests.support.fake_slack_server import FakeSlackServer, fake_slack_server


def make_settings(slack: FakeSlackServer, **changes: object) -> Settings:
    given: dict[str, object] = {
        "slack_bot_token": SecretStr("xoxb-test"),
        "slack_app_token": SecretStr("xapp-test"),
        "slack_base_url": f"{slack.base_url}/api/",
    }
    return Settings.model_validate(given | changes)


async def test_valid_tokens_and_scopes_can_run() -> None:
    async with fake_slack_server() as slack:
        slack.scopes = ",".join(scopes())
        report = await check(make_settings(slack))
    assert report.can_run
    assert report.notes == ("Slack knows the bot as castroom in Harbour", "Socket Mode opens")
    assert [method for method, _ in slack.calls] == ["auth.test", "apps.connections.open"]


async def test_missing_scopes_are_named() -> None:
    async with fake_slack_server() as slack:
        slack.scopes = ",".join(scopes() - {"files:read", "users:read"})
        report = await check(make_settings(slack))
    assert not report.can_run
    assert report.missing_scopes == ("files:read", "users:read")
    assert any("files:read, users:read" in note for note in report.notes)


async def test_rejected_token_note_says_where_to_get_one() -> None:
    async with fake_slack_server() as slack:
        slack.scopes = ",".join(scopes())
        slack.replies["auth.test"] = [{"error": "invalid_auth"}]
        slack.replies["apps.connections.open"] = [{"error": "not_allowed_token_type"}]
        report = await check(make_settings(slack))
    assert (report.bot_token, report.app_token) == (False, False)
    assert report.notes[0].startswith("Slack turns SLACK_BOT_TOKEN down (invalid_auth): api.slack.com/apps")


async def test_tokens_that_are_not_set_are_missing() -> None:
    async with fake_slack_server() as slack:
        report = await check(make_settings(slack, slack_bot_token=None, slack_app_token=None))
    assert (report.bot_token, report.app_token, report.can_run) == (False, False, False)
    assert slack.calls == []


async def test_http_mode_needs_no_app_token() -> None:
    async with fake_slack_server() as slack:
        slack.scopes = ",".join(scopes())
        http = {"slack_app_token": None, "http_port": 8080, "slack_signing_secret": SecretStr("s")}
        report = await check(make_settings(slack, **http))
    assert report.can_run
    assert report.app_token is None


async def test_unavailable_slack_leaves_the_token_status_unknown() -> None:
    async with fake_slack_server() as slack:
        slack.replies["auth.test"] = [{"error": "internal_error"}]
        report = await check(make_settings(slack))
    assert report.bot_token is None
    assert not report.can_run


async def test_each_workspace_token_is_tested_and_named_by_position() -> None:
    two = SecretStr("xoxb-one, xoxb-two")
    async with fake_slack_server() as slack:
        slack.scopes = ",".join(scopes())
        good = await check(make_settings(slack, slack_bot_token=two))
        slack.replies["auth.test"] = [{"user": "castroom", "team": "Harbour"}, {"error": "account_inactive"}]
        bad = await check(make_settings(slack, slack_bot_token=two))
        tested_tokens = {token for method, token in slack.tokens if method == "auth.test"}
    assert tested_tokens == {"xoxb-one", "xoxb-two"}
    assert good.can_run
    assert len(good.notes) == 3
    assert not bad.can_run, "the bot would serve one workspace and be deaf in the other"
    assert any("token 1 of SLACK_BOT_TOKEN down" in n or "token 2 of SLACK_BOT_TOKEN down" in n for n in bad.notes)
    assert not any("xoxb-one" in note or "xoxb-two" in note for note in bad.notes)

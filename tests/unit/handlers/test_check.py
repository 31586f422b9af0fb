"""What `doctor` learns from Slack, without opening a socket or writing anything."""

from pydantic import SecretStr

from bot.settings import Settings
from handlers.check import check
from handlers.manifest import scopes
from tests.unit.handlers.little_slack import LittleSlack, little_slack


def settings(slack: LittleSlack, **changes: object) -> Settings:
    given: dict[str, object] = {
        "slack_bot_token": SecretStr("xoxb-test"),
        "slack_app_token": SecretStr("xapp-test"),
        "slack_base_url": f"{slack.base}/api/",
    }
    return Settings.model_validate(given | changes)


async def test_two_good_tokens_and_all_scopes_can_run() -> None:
    async with little_slack() as slack:
        slack.scopes = ",".join(scopes())
        seen = await check(settings(slack))
    assert seen.can_run
    assert seen.notes == ("Slack knows the bot as castroom in Harbour", "Socket Mode opens")
    assert [method for method, _ in slack.calls] == ["auth.test", "apps.connections.open"]


async def test_missing_scopes_are_named() -> None:
    async with little_slack() as slack:
        slack.scopes = ",".join(scopes() - {"files:read", "users:read"})
        seen = await check(settings(slack))
    assert not seen.can_run
    assert seen.missing_scopes == ("files:read", "users:read")
    assert any("files:read, users:read" in note for note in seen.notes)


async def test_a_token_that_is_turned_down_is_told_with_where_to_get_one() -> None:
    async with little_slack() as slack:
        slack.scopes = ",".join(scopes())
        slack.says["auth.test"] = [{"error": "invalid_auth"}]
        slack.says["apps.connections.open"] = [{"error": "not_allowed_token_type"}]
        seen = await check(settings(slack))
    assert (seen.bot_token, seen.app_token) == (False, False)
    assert seen.notes[0].startswith("Slack turns SLACK_BOT_TOKEN down (invalid_auth): api.slack.com/apps")


async def test_tokens_that_are_not_set_are_missing() -> None:
    async with little_slack() as slack:
        seen = await check(settings(slack, slack_bot_token=None, slack_app_token=None))
    assert (seen.bot_token, seen.app_token, seen.can_run) == (False, False, False)
    assert slack.calls == []


async def test_over_http_no_app_token_is_needed() -> None:
    async with little_slack() as slack:
        slack.scopes = ",".join(scopes())
        http = {"slack_app_token": None, "http_port": 8080, "slack_signing_secret": SecretStr("s")}
        seen = await check(settings(slack, **http))
    assert seen.can_run
    assert seen.app_token is None


async def test_a_slack_that_cannot_be_asked_is_neither_good_nor_bad() -> None:
    async with little_slack() as slack:
        slack.says["auth.test"] = [{"error": "internal_error"}]
        seen = await check(settings(slack))
    assert seen.bot_token is None
    assert not seen.can_run


async def test_each_workspaces_token_is_asked_and_named_by_its_place() -> None:
    two = SecretStr("xoxb-one, xoxb-two")
    async with little_slack() as slack:
        slack.scopes = ",".join(scopes())
        good = await check(settings(slack, slack_bot_token=two))
        slack.says["auth.test"] = [{"user": "castroom", "team": "Harbour"}, {"error": "account_inactive"}]
        bad = await check(settings(slack, slack_bot_token=two))
        asked = {token for method, token in slack.tokens if method == "auth.test"}
    assert asked == {"xoxb-one", "xoxb-two"}
    assert good.can_run
    assert len(good.notes) == 3
    assert not bad.can_run, "the bot would serve one workspace and be deaf in the other"
    assert any("token 1 of SLACK_BOT_TOKEN down" in n or "token 2 of SLACK_BOT_TOKEN down" in n for n in bad.notes)
    assert not any("xoxb-one" in note or "xoxb-two" in note for note in bad.notes)

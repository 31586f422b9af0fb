"""What people read about Content Credentials and passports."""

import json

import pytest

from bot.domain.errors import PassportUnavailable
from bot.domain.face import Credentials, CredentialsState
from bot.domain.passport import PassportStatus, Provenance
from handlers.text import passport as words
from tests.support.builders import make_face
from tests.support.listener_harness import listener_harness
from tests.support.slack_payloads import message_press


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Credentials(CredentialsState.VALID, "OpenAI"), "by OpenAI: valid"),
        (Credentials(CredentialsState.UNTRUSTED, "OpenAI"), "by OpenAI: intact, signer not trusted here"),
        (Credentials(CredentialsState.BROKEN, "OpenAI"), "by OpenAI: broken"),
        (Credentials(CredentialsState.BROKEN), "in the original: broken"),
        (Credentials(CredentialsState.NONE), "none"),
        (Credentials(CredentialsState.UNCHECKED), "not checked"),
        (Credentials(CredentialsState.VALID, "<!channel>"), "by &lt;!channel&gt;: valid"),
    ],
)
def test_credentials_are_named_with_what_they_are_worth_here(found: Credentials, said: str) -> None:
    assert words.credentials(found) == said


async def test_details_show_credentials_and_passport() -> None:
    provenance = Provenance(Credentials(CredentialsState.UNTRUSTED, "OpenAI"), PassportStatus.SIGNED)
    async with listener_harness(recall__get_face=make_face(), passports__provenance=provenance) as harness:
        await harness.send(message_press("facts", "r1"))
    text = json.dumps(harness.slack.responses[0])
    assert "*Content credentials:* by OpenAI: intact, signer not trusted here" in text
    assert "*Passport:* signed by this studio's own key; it is in the package" in text


@pytest.mark.parametrize("reason", ["off", "no_picture", "unlocked", "withdrawn", "failed"])
def test_each_reason_has_a_sentence_with_the_name(reason: str) -> None:
    text = words.unavailable(PassportUnavailable(reason, "Maya"))
    assert text.endswith(".")
    assert ("Maya" in text) == (reason != "off")

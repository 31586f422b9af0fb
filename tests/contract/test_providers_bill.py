"""Every bad day of the practice models, in every spelling: the miss, its plain words, how often asked and paid."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.catalogue import Size
from bot.errors import ModelError, Paid
from bot.imaging import examine
from playground.models.faults import KINDS
from tests.contract.practice_models.studio import Practice, open_practice
from tests.contract.vendor_cases import GEMINI, OPENAI, RECRAFT, VENDORS, Vendor, an_ask
from tests.contract.vendor_words import is_told_plainly

SECONDS = {Size.DRAFT: 20.0, Size.FOUR_K: 20.0}
IMPATIENT = {Size.DRAFT: 0.5, Size.FOUR_K: 0.5}


@dataclass(frozen=True)
class Day:
    """A fault of the practice models, the miss it must become, and whether the vendor's bill charges it."""

    fault: str
    kind: str
    paid: Paid
    spelling: str = ""
    charged: bool = False
    asked: int = 1

    def __str__(self) -> str:
        return f"{self.fault} {self.spelling}".strip()


OF_ANY = [
    Day("rate_limit", "rate_limited", "no"),
    Day("bad_key", "bad_key", "no"),
    Day("retired", "retired", "no"),
    Day("bad_request", "bad_request", "no"),
    Day("error_500", "down", "maybe"),
    Day("error_503", "down", "no", asked=3),
    Day("cut_before", "down", "maybe"),
    Day("cut_during", "down", "maybe", charged=True),
    Day("cut_after", "down", "maybe", charged=True),
    Day("hang", "timed_out", "maybe"),
    Day("redirect", "down", "no"),
    Day("html", "bad_picture", "maybe", charged=True),
    Day("html", "down", "maybe", "502", charged=True),
    Day("truncated", "bad_picture", "yes", charged=True),
    Day("broken_base64", "bad_picture", "yes", charged=True),
    Day("not_an_image", "bad_picture", "yes", charged=True),
    Day("enormous", "bad_picture", "yes", charged=True),
    Day("wrong_type", "bad_picture", "yes", "gif", charged=True),
]
OF_RECRAFT = [
    *(Day("refusal", "refused", "no", spelling) for spelling in ("400", "422")),
    *(Day("no_money", "no_money", "no", spelling) for spelling in ("400", "402")),
    Day("no_image", "bad_picture", "no"),
]
_BILLING = ("insufficient_quota", "billing_hard_limit_reached", "project_spend_limit_exceeded")
OF_OPENAI = [
    *(Day("refusal", "refused", "no", spelling) for spelling in ("input:violence,hate", "unknown", "plain")),
    # What is stopped at the output had been drawn; nobody says whether that is charged, so we do not say it is free.
    Day("refusal", "refused", "maybe", "output:sexual"),
    *(Day("no_money", "no_money", "no", code) for code in _BILLING),
    Day("no_image", "bad_picture", "maybe"),
]
_BLOCKED = ("SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY")
_REFUSED = "SAFETY PROHIBITED_CONTENT BLOCKLIST SPII RECITATION IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT IMAGE_RECITATION"
_EMPTY = ("NO_IMAGE", "IMAGE_OTHER", "OTHER", "MAX_TOKENS", "MALFORMED_RESPONSE")
OF_GEMINI = [
    *(Day("refusal", "refused", "no", f"blockReason.{reason}") for reason in _BLOCKED),
    *(Day("refusal", "refused", "no", reason) for reason in _REFUSED.split()),
    Day("refusal", "bad_key", "no", "PUP_LIMITED_DISABLED"),
    *(Day("no_image", "bad_picture", "maybe", reason) for reason in _EMPTY),
    Day("no_money", "no_money", "no"),
    Day("bad_request", "bad_request", "no", "imageConfig", asked=2),
]
ALL = [
    *((vendor, day) for vendor in VENDORS for day in OF_ANY),
    *((RECRAFT, day) for day in OF_RECRAFT),
    *((OPENAI, day) for day in OF_OPENAI),
    *((GEMINI, day) for day in OF_GEMINI),
]


@pytest.fixture
async def practice(tmp_path: Path) -> AsyncIterator[Practice]:
    async with open_practice(tmp_path) as opened:
        yield opened


async def missed(practice: Practice, vendor: Vendor, day: Day) -> ModelError:
    """Draw on such a day and look at the picture, as an audition does."""
    http = vendor.http(f"{practice.http.base_url}/{vendor.provider}", "practice-key")
    model = vendor.model(vendor.facts, http, IMPATIENT if day.fault == "hang" else SECONDS)
    try:
        with pytest.raises(ModelError) as caught:
            examine((await model.draw(an_ask())).data, vendor.facts.id)
    finally:
        await http.close()
    return caught.value


@pytest.mark.parametrize(("vendor", "day"), ALL, ids=[f"{v.provider}: {d}" for v, d in ALL])
async def test_a_bad_day_is_one_miss_in_plain_words_and_nothing_is_paid_twice_or_called_free_that_was_paid(
    practice: Practice, vendor: Vendor, day: Day
) -> None:
    await practice.fault(vendor.facts.wire_id, day.fault, times=0, spelling=day.spelling)
    error = await missed(practice, vendor, day)
    assert (error.kind, error.paid) == (day.kind, day.paid)

    is_told_plainly(error, vendor.facts)

    calls = (await practice.bill(vendor.facts.wire_id))["calls"]
    assert len(calls) == day.asked
    assert [call["charged"] for call in calls if call["charged"]] == [True] * day.charged
    assert not (day.charged and error.paid == "no")


def test_every_fault_there_is_was_played() -> None:
    """`latency`, `drip` and `none` bring a portrait."""

    for vendor in VENDORS:
        assert {day.fault for one, day in ALL if one is vendor} == set(KINDS) - {"latency", "drip", "none"}

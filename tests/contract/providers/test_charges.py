"""Every fault of the practice models in every spelling: the failure, its text, the calls and the charge."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.domain.catalogue import Size
from bot.domain.model_errors import ModelError, PaidStatus
from bot.imaging.pictures import examine, run_in_thread
from playground.models.faults import FAULT_KINDS
from tests.support.practice_models import PracticeModels, open_practice_models
from tests.support.vendor_cases import GEMINI, OPENAI, RECRAFT, VENDORS, Vendor, make_request
from tests.support.vendor_messages import assert_plain_failure_text

TIMEOUTS = {Size.DRAFT: 20.0, Size.FOUR_K: 20.0}
SHORT_TIMEOUTS = {Size.DRAFT: 0.5, Size.FOUR_K: 0.5}


@dataclass(frozen=True)
class FaultCase:
    """A fault of the practice models, the failure it must become, and whether the usage log charges it."""

    fault: str
    kind: str
    paid: PaidStatus
    spelling: str = ""
    charged: bool = False
    call_count: int = 1

    def __str__(self) -> str:
        return f"{self.fault} {self.spelling}".strip()


COMMON_CASES = [
    FaultCase("rate_limit", "rate_limited", "no"),
    FaultCase("bad_key", "authentication_failed", "no"),
    FaultCase("retired", "retired", "no"),
    FaultCase("bad_request", "invalid_request", "no"),
    FaultCase("error_500", "provider_down", "maybe"),
    FaultCase("error_503", "provider_down", "no", call_count=3),
    FaultCase("cut_before", "provider_down", "maybe"),
    FaultCase("cut_during", "provider_down", "maybe", charged=True),
    FaultCase("cut_after", "provider_down", "maybe", charged=True),
    FaultCase("hang", "timed_out", "maybe"),
    FaultCase("redirect", "provider_down", "no"),
    FaultCase("html", "invalid_image", "maybe", charged=True),
    FaultCase("html", "provider_down", "maybe", "502", charged=True),
    FaultCase("truncated", "invalid_image", "yes", charged=True),
    FaultCase("broken_base64", "invalid_image", "yes", charged=True),
    FaultCase("not_an_image", "invalid_image", "yes", charged=True),
    FaultCase("enormous", "invalid_image", "yes", charged=True),
    FaultCase("twice_gzipped", "invalid_image", "maybe", charged=True),
    FaultCase("content_filter", "refused", "no"),
    FaultCase("content_filter", "refused", "no", "contentFilter"),
    FaultCase("inner_error", "rate_limited", "no"),
    FaultCase("inner_error", "provider_down", "maybe", "502"),
    FaultCase("wrong_type", "invalid_image", "yes", "gif", charged=True),
]
RECRAFT_CASES = [
    *(FaultCase("refusal", "refused", "no", spelling) for spelling in ("400", "422")),
    *(FaultCase("no_money", "insufficient_credit", "no", spelling) for spelling in ("400", "402")),
    FaultCase("no_image", "invalid_image", "no"),
]
_BILLING = ("insufficient_quota", "billing_hard_limit_reached", "project_spend_limit_exceeded")
OPENAI_CASES = [
    *(FaultCase("refusal", "refused", "no", spelling) for spelling in ("input:violence,hate", "unknown", "plain")),
    # A picture stopped at the output was generated; OpenAI does not say whether it is charged, so neither does the bot.
    FaultCase("refusal", "refused", "maybe", "output:sexual"),
    *(FaultCase("no_money", "insufficient_credit", "no", code) for code in _BILLING),
    FaultCase("no_image", "invalid_image", "maybe"),
]
_BLOCKED = ("SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY")
_REFUSED = "SAFETY PROHIBITED_CONTENT BLOCKLIST SPII RECITATION IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT IMAGE_RECITATION"
_EMPTY = ("NO_IMAGE", "IMAGE_OTHER", "OTHER", "MAX_TOKENS", "MALFORMED_RESPONSE")
GEMINI_CASES = [
    *(FaultCase("refusal", "refused", "no", f"blockReason.{reason}") for reason in _BLOCKED),
    *(FaultCase("refusal", "refused", "no", reason) for reason in _REFUSED.split()),
    FaultCase("refusal", "authentication_failed", "no", "PUP_LIMITED_DISABLED"),
    *(FaultCase("no_image", "invalid_image", "maybe", reason) for reason in _EMPTY),
    FaultCase("no_money", "insufficient_credit", "no"),
    FaultCase("bad_request", "invalid_request", "no", "imageConfig", call_count=2),
]
ALL_CASES = [
    *((vendor, day) for vendor in VENDORS for day in COMMON_CASES),
    *((RECRAFT, day) for day in RECRAFT_CASES),
    *((OPENAI, day) for day in OPENAI_CASES),
    *((GEMINI, day) for day in GEMINI_CASES),
]


@pytest.fixture
async def practice_models(tmp_path: Path) -> AsyncIterator[PracticeModels]:
    async with open_practice_models(tmp_path) as opened:
        yield opened


async def draw_and_fail(practice_models: PracticeModels, vendor: Vendor, case: FaultCase) -> ModelError:
    """Generate under a fault and examine the picture, as an audition does."""
    http = vendor.http(f"{practice_models.http.base_url}/{vendor.provider}", "practice-key")
    model = vendor.model(vendor.spec, http, SHORT_TIMEOUTS if case.fault == "hang" else TIMEOUTS)
    try:
        with pytest.raises(ModelError) as caught:
            examine((await model.generate(make_request())).data, vendor.spec.id)
    finally:
        await http.close()
    return caught.value


@pytest.mark.parametrize(("vendor", "day"), ALL_CASES, ids=[f"{v.provider}: {d}" for v, d in ALL_CASES])
async def test_fault_is_one_failure_with_the_right_charge(
    practice_models: PracticeModels, vendor: Vendor, day: FaultCase
) -> None:
    await practice_models.set_fault(vendor.spec.wire_id, day.fault, times=0, spelling=day.spelling)
    error = await draw_and_fail(practice_models, vendor, day)
    assert (error.kind, error.paid) == (day.kind, day.paid)

    assert_plain_failure_text(error, vendor.spec)

    calls = (await practice_models.usage(vendor.spec.wire_id))["calls"]
    assert len(calls) == day.call_count
    assert [call["charged"] for call in calls if call["charged"]] == [True] * day.charged
    assert not (day.charged and error.paid == "no")


PORTRAIT_FAULTS = ("long_comment", "by_url", "absurd_amounts")


@pytest.mark.parametrize("fault", PORTRAIT_FAULTS)
@pytest.mark.parametrize("vendor", VENDORS, ids=lambda v: v.provider)
async def test_odd_answer_is_a_portrait_within_its_listed_price(
    practice_models: PracticeModels, vendor: Vendor, fault: str
) -> None:
    await practice_models.set_fault(vendor.spec.wire_id, fault, times=0)
    http = vendor.http(f"{practice_models.http.base_url}/{vendor.provider}", "practice-key")
    result = await vendor.model(vendor.spec, http, TIMEOUTS).generate(make_request())
    await http.close()
    assert (await run_in_thread(examine, result.data, vendor.spec.id)).preview
    assert result.charge.usd <= vendor.spec.prices[Size.DRAFT]
    assert (result.charge.source == "listed") is (fault == "absurd_amounts")


def test_every_practice_fault_is_covered() -> None:
    """`latency`, `drip` and `none` return a portrait."""

    for vendor in VENDORS:
        assert {case.fault for other, case in ALL_CASES if other is vendor} == set(FAULT_KINDS) - {
            "latency",
            "drip",
            "none",
            *PORTRAIT_FAULTS,
        }

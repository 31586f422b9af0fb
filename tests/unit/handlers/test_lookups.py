"""Concurrent callers share a call that begins after them; the last answer counts while Slack limits the rate."""

import asyncio

import pytest

from bot.domain.service_errors import SlackRejected, SlackUnavailable
from bot.ports.deadline import start_ack_deadline
from handlers.slack.api_errors import SlackRateLimited, TokenRejected
from handlers.slack.lookups import SlackLookup, current_request, start_membership_checks

LIMITED = SlackRateLimited("users.info: ratelimited", 30)


class FakeMethod:
    """A method of Slack whose calls are recorded and end when a test says so; it answers with their number."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.errors: list[Exception | None] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.seconds = 1_000.0

    async def fetch(self, team: str, item: str) -> int:
        self.calls.append(f"{team}/{item}")
        number = len(self.calls)
        await self.gate.wait()
        if self.errors and (error := self.errors.pop(0)):
            raise error
        return number

    def lookup(self, usable: float = 300) -> SlackLookup[int]:
        return SlackLookup(self.fetch, lambda: self.seconds, fresh_seconds=60, usable_seconds=usable)


async def test_questions_at_the_same_time_share_one_call() -> None:
    method = FakeMethod()
    lookup = method.lookup()
    answers = await asyncio.gather(*(lookup.get("T1", "U1") for _ in range(50)), lookup.get("T2", "U1"))
    assert answers == [1] * 50 + [2]
    assert method.calls == ["T1/U1", "T2/U1"]


async def test_a_running_call_does_not_answer_a_request_that_came_later() -> None:
    method = FakeMethod()
    method.gate.clear()
    lookup = method.lookup()

    async def ask() -> int:
        start_membership_checks()
        return await lookup.get("T1", "C1", since=current_request())

    first = asyncio.create_task(ask())
    while not method.calls:
        await asyncio.sleep(0)
    later = [asyncio.create_task(ask()) for _ in range(20)]
    await asyncio.sleep(0)
    method.gate.set()
    assert [await first, *(await asyncio.gather(*later))] == [1] + [2] * 20


async def test_a_request_asks_once() -> None:
    method = FakeMethod()
    lookup = method.lookup()
    start_membership_checks()
    request = current_request()
    assert [await lookup.get("T1", "C1", since=request) for _ in range(3)] == [1, 1, 1]
    start_membership_checks()
    assert await lookup.get("T1", "C1", since=current_request()) == 2


async def test_last_answer_counts_until_retry_after_has_passed() -> None:
    method = FakeMethod()
    lookup = method.lookup()
    assert await lookup.get("T1", "U1") == 1
    method.errors = [LIMITED]
    method.seconds += 61
    assert await lookup.get("T1", "U1") == 1
    method.seconds += 29
    assert await lookup.get("T1", "U1") == 1
    assert len(method.calls) == 2
    method.seconds += 1
    assert await lookup.get("T1", "U1") == 3


async def test_rate_limit_of_one_workspace_does_not_count_for_another() -> None:
    method = FakeMethod()
    lookup = method.lookup()
    for team in ("T1", "T2"):
        await lookup.get(team, "U1")
    method.errors = [LIMITED]
    method.seconds += 61
    assert [await lookup.get(team, "U1") for team in ("T1", "T2")] == [1, 4]


async def test_a_first_question_is_asked_once_and_waits_in_the_client() -> None:
    method = FakeMethod()
    method.errors = [LIMITED]
    with pytest.raises(SlackRateLimited):
        await method.lookup().get("T1", "U1")
    assert len(method.calls) == 1


async def test_a_first_question_that_refill_cannot_answer_waits_until_retry_after_has_passed() -> None:
    method = FakeMethod()
    method.errors = [SlackRateLimited("users.info: ratelimited", 0.2)]

    async def refill(team: str) -> None:
        assert team == "T1"

    lookup = SlackLookup(method.fetch, lambda: 0.0, fresh_seconds=60, usable_seconds=60, refill=refill)
    loop = asyncio.get_running_loop()
    start = loop.time()
    assert await lookup.get("T1", "U1") == 2
    assert loop.time() - start >= 0.19


async def test_first_questions_go_to_refill_without_a_call_until_retry_after_has_passed() -> None:
    method = FakeMethod()
    method.errors = [LIMITED]

    async def refill(team: str) -> None:
        lookup.store(team, f"U{len(refilled) + 1}", 7)
        refilled.append(team)

    refilled: list[str] = []
    lookup = SlackLookup(method.fetch, lambda: method.seconds, fresh_seconds=60, usable_seconds=60, refill=refill)
    assert [await lookup.get("T1", item) for item in ("U1", "U2")] == [7, 7]
    assert len(method.calls) == 1
    method.seconds += 31
    assert await lookup.get("T1", "U3") == 2


async def test_refill_answers_a_first_question_at_a_rate_limit() -> None:
    method = FakeMethod()
    method.errors = [LIMITED]

    async def refill(team: str) -> None:
        lookup.store(team, "U1", 7)

    lookup = SlackLookup(method.fetch, lambda: 0.0, fresh_seconds=60, usable_seconds=60, refill=refill)
    assert await lookup.get("T1", "U1") == 7
    assert len(method.calls) == 1


@pytest.mark.parametrize(("age", "is_used"), [(299, True), (300, False)])
async def test_last_answer_counts_for_a_limited_time_while_slack_is_silent(age: float, is_used: bool) -> None:
    method = FakeMethod()
    lookup = method.lookup(usable=300)
    await lookup.get("T1", "U1")
    method.errors = [SlackUnavailable("users.info: internal_error")]
    method.seconds += age
    if is_used:
        assert await lookup.get("T1", "U1") == 1
    else:
        with pytest.raises(SlackUnavailable):
            await lookup.get("T1", "U1")


@pytest.mark.parametrize(
    "refusal",
    [
        SlackRejected("users.info: missing_scope", "missing_scope"),
        TokenRejected("users.info: token_revoked"),
    ],
    ids=str,
)
async def test_refusal_of_slack_counts_at_once(refusal: SlackUnavailable) -> None:
    method = FakeMethod()
    lookup = method.lookup()
    await lookup.get("T1", "U1")
    method.errors = [refusal]
    method.seconds += 61
    with pytest.raises(type(refusal)):
        await lookup.get("T1", "U1")


async def test_answer_from_before_a_refusal_is_not_used_while_slack_is_silent() -> None:
    method = FakeMethod()
    lookup = method.lookup()
    await lookup.get("T1", "U1")
    method.errors = [SlackRejected("users.info: missing_scope", "missing_scope"), LIMITED]
    method.seconds += 61
    with pytest.raises(SlackRejected):
        await lookup.get("T1", "U1")
    with pytest.raises(SlackRateLimited):
        await lookup.get("T1", "U1")


@pytest.mark.parametrize("is_known", [True, False])
async def test_request_does_not_wait_longer_than_its_ack_can(is_known: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.ports.deadline._ACK_SECONDS", 0.05)
    monkeypatch.setattr("bot.ports.deadline._GRACE_SECONDS", 0.05)
    method = FakeMethod()
    lookup = method.lookup()
    if is_known:
        await lookup.get("T1", "U1")
    method.seconds += 61
    method.gate.clear()
    start_ack_deadline()
    if is_known:
        assert await lookup.get("T1", "U1") == 1
    else:
        with pytest.raises(SlackUnavailable):
            await lookup.get("T1", "U1")
    method.gate.set()
    assert await lookup.get("T1", "U1") == len(method.calls), "the late answer is kept for the next request"


async def test_failure_of_a_shared_call_reaches_all_callers_and_is_not_kept() -> None:
    method = FakeMethod()
    method.errors = [SlackUnavailable("users.info: internal_error")]
    lookup = method.lookup()
    answers = await asyncio.gather(*(lookup.get("T1", "U1") for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [SlackUnavailable] * 3
    assert await lookup.get("T1", "U1") == 2


async def test_caller_that_stops_waiting_does_not_end_the_shared_call() -> None:
    method = FakeMethod()
    method.gate.clear()
    lookup = method.lookup()
    first, second = (asyncio.create_task(lookup.get("T1", "U1")) for _ in range(2))
    while not method.calls:
        await asyncio.sleep(0)
    first.cancel()
    method.gate.set()
    assert await second == 1

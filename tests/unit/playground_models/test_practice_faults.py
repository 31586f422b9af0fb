"""Start, effect and end of faults."""

from playground.models.faults import Fault, Faults, Latency


def test_latency_is_deterministic() -> None:
    latency = Latency(1.5, 4.0)
    waits = [latency.seconds("gpt-image-2", "words", None, take) for take in range(50)]
    assert waits == [latency.seconds("gpt-image-2", "words", None, take) for take in range(50)]
    assert len(set(waits)) == 50
    assert 1.5 <= min(waits) < 2 < 3.5 < max(waits) <= 4


def test_model_fault_takes_precedence_over_the_global_one() -> None:
    faults = Faults()
    faults.set("*", Fault("hang", times=0))
    faults.set("gpt-image-2", Fault("refusal", times=1))
    applied = [faults.next_fault("gpt-image-2"), faults.next_fault("gpt-image-2"), faults.next_fault("recraftv4_1")]
    assert [fault.kind for fault in applied if fault] == ["refusal", "hang", "hang"]


def test_fault_with_zero_times_lasts_until_cleared() -> None:
    faults = Faults()
    faults.set("gpt-image-2", Fault("hang", times=0))
    assert all(faults.next_fault("gpt-image-2") for _ in range(100))
    faults.set("gpt-image-2", Fault("none"))
    assert faults.next_fault("gpt-image-2") is None


def test_global_latency_replaces_model_latencies() -> None:
    faults = Faults()
    faults.set_latency("gpt-image-2", Latency(9, 9))
    faults.set_latency("*", Latency(1, 1))
    assert faults.latency("gpt-image-2") == Latency(1, 1)
    faults.clear()
    assert faults.latency("gpt-image-2") == Latency()

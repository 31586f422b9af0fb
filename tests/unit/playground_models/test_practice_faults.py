"""How faults stand, strike and end."""

from playground.models.faults import Fault, Faults, Latency


def test_a_call_takes_as_long_as_model_words_and_take_decide() -> None:
    latency = Latency(1.5, 4.0)
    waits = [latency.seconds("gpt-image-2", "words", None, take) for take in range(50)]
    assert waits == [latency.seconds("gpt-image-2", "words", None, take) for take in range(50)]
    assert len(set(waits)) == 50
    assert 1.5 <= min(waits) < 2 < 3.5 < max(waits) <= 4


def test_a_models_own_fault_goes_before_the_one_for_all() -> None:
    faults = Faults()
    faults.set("*", Fault("hang", times=0))
    faults.set("gpt-image-2", Fault("refusal", times=1))
    struck = [faults.strike("gpt-image-2"), faults.strike("gpt-image-2"), faults.strike("recraftv4_1")]
    assert [fault.kind for fault in struck if fault] == ["refusal", "hang", "hang"]


def test_no_times_is_for_ever_until_it_is_cleared() -> None:
    faults = Faults()
    faults.set("gpt-image-2", Fault("hang", times=0))
    assert all(faults.strike("gpt-image-2") for _ in range(100))
    faults.set("gpt-image-2", Fault("none"))
    assert faults.strike("gpt-image-2") is None


def test_a_latency_for_all_replaces_those_of_single_models() -> None:
    faults = Faults()
    faults.set_latency("gpt-image-2", Latency(9, 9))
    faults.set_latency("*", Latency(1, 1))
    assert faults.latency("gpt-image-2") == Latency(1, 1)
    faults.clear()
    assert faults.latency("gpt-image-2") == Latency()

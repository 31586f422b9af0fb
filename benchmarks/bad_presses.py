"""Everything that people can send from Slack to a house: the right thing, another's, at the wrong time, or nonsense."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from benchmarks.bad_house import Ids
from benchmarks.bad_payloads import form, message_menu, paper, typing
from benchmarks.bad_values import SNIPPETS, mangled
from tests.unit.handlers import envelopes

_LINES = (
    "", "help", "list", "roster", "spend", "settings", "Maya", "Otto", "nobody", "history Maya",
    "alias Maya = the fisherwoman", "alias Maya =", "Maya: again", "Otto: again", "Noor: a diver",
    "Noor: a diver --each 2 --ballot sealed --voters @mei", "Noor: a diver --like Maya --models nano-banana",
    "Noor: a diver --like photo", "Noor: a diver --models gpt-image-2 --4k",
)  # fmt: skip
_OF_A_ROUND = (
    "open_now", "cancel", "close", "extend", "run_off", "drop", "take_over", "reroll", "reroll_all", "refine",
    "look", "paper", "full", "facts", "take", "versions", "recast_face", "lock", "share", "history", "earlier",
)  # fmt: skip
_OF_A_SLOT = (
    "vote:1", "vote:8", "choose:1", "reroll_one", "reroll_one:2", "vary", "decide", "charged:0", "not_charged:1",
    "seen:0",
)  # fmt: skip
_EMOJI = ("one", "two", "eight", "heart", "one::skin-tone-9")
_TELLING = ("cast_look", "cast_size", "cast_like", "cast_each", "cast_models")
_IN_A_HOME = ("card:1", "card_full", "card_facts", "card_take", "page:next", "everyone", "production p")


def payloads(ids: Ids) -> SearchStrategy[Any]:
    """What could be sent as it stands, though not always by whom and when it should."""
    people = st.sampled_from(("U1",) * 5 + ("U0MEI", "U2", "U3", "U9", "nobody"))
    teams = st.sampled_from(("T1",) * 6 + ("T2", "T9"))
    rounds = st.sampled_from((*ids.rounds, *ids.foreign, *ids.slots[:2]))
    slots = st.sampled_from((*ids.slots, *ids.foreign, ids.voting))
    anything = st.sampled_from((*ids.all, *SNIPPETS[:45], "2", "-1", "9" * 12))
    two = st.builds(
        "{} {}".format, rounds, st.one_of(slots, st.sampled_from(("drop", "extend 1764000000", "1", "extend x")))
    )
    three = st.builds(
        "{} {} {}".format, rounds, st.sampled_from(("0", "1", "x")), st.sampled_from(("recraft:crispUpscale", "x"))
    )
    ways = st.sampled_from(
        ("recast", "cast_with:instead", "cast_with:only", "recall:1", "history:2", "share_roster", "share")
    )
    characters = st.sampled_from((*ids.characters, ids.locked, "2"))
    pages = st.sampled_from(
        ("", '{"page":99999999999999999999}', "[]", '{"words":"\\u0000","production":"x","page":-3}')
    )
    stamps = st.sampled_from(("1764000001.000200", "1764000009.1", "99999999999.9"))

    def press(action: SearchStrategy[str], value: SearchStrategy[str]) -> SearchStrategy[Any]:
        return st.builds(_press, action, value, people, teams, stamps)

    return st.one_of(
        st.builds(_command, st.sampled_from((*_LINES, *SNIPPETS)), people, teams, st.sampled_from(("C1", "C2", "D1"))),
        press(st.sampled_from(_OF_A_ROUND), st.one_of(rounds, rounds, anything)),
        press(st.sampled_from(_OF_A_SLOT), st.one_of(slots, slots, anything)),
        press(st.sampled_from(("lock", "more", "keep_finish", "keep_original")), two),
        press(st.just("finish"), three),
        press(ways, anything),
        st.builds(_home, st.sampled_from(_IN_A_HOME), st.one_of(characters, rounds, anything), pages, teams),
        st.builds(_sought, st.sampled_from((*SNIPPETS, "may")), teams),
        st.builds(_reacted, st.sampled_from(_EMOJI), st.booleans(), people),
        st.builds(envelopes.mention, st.sampled_from(tuple(f"<@U0BOT> {line}" for line in (*_LINES, *SNIPPETS)))),
        _forms(ids, anything, rounds, teams, people),
    )  # fmt: skip


def cases(ids: Ids) -> SearchStrategy[Any]:
    """Two of three with something wrong in them."""
    good = payloads(ids)
    return st.one_of(good, mangled(good, *ids.all), mangled(good, *ids.all))


def _forms(
    ids: Ids, anything: SearchStrategy[str], rounds: SearchStrategy[str], teams: SearchStrategy[str],
    people: SearchStrategy[str],
) -> SearchStrategy[Any]:  # fmt: skip
    kept = st.one_of(st.just(ids.form_wish), st.just(ids.form_wish), anything)
    words = st.sampled_from((*SNIPPETS, "older"))
    kinds = st.sampled_from(("refine", "form_recast", "settings", "recast_face", "photo", "paper", "form", "nobody's"))
    carried = st.one_of(
        anything,
        st.builds("C1 {}".format, st.just(ids.digest)),
        st.builds(
            "{} {} {}".format, rounds, st.sampled_from(("1", "x")), st.sampled_from(("0.10", "none", "NaN", "1e9"))
        ),
    )
    fields = st.sampled_from(
        ("brief", "reason", "how", "name", "style", "per_round", "quorum", "for", "production", "keepers")
    )
    return st.one_of(
        st.builds(form, kept, teams, people),
        st.builds(paper, st.just(ids.sealed) | rounds, st.sampled_from(ids.papers), st.sampled_from(ids.slots)),
        st.builds(lambda kind, own, field, value, team: envelopes.submission(kind, own, team=team, **{field: value}),
                  kinds, carried, fields, words, teams),
        st.builds(envelopes.attached, text=words, team=teams),
        st.builds(typing, st.sampled_from(("cast_name", "cast_face", "cast_x")), words, kept, teams, people),
        st.builds(message_menu, words, teams, people),
        st.builds(_touched, st.sampled_from(_TELLING), kept, teams),
        st.builds(lambda which, own, value: envelopes.picked(which, own, **{which: [value]}),
                  st.sampled_from(("look_at", "version_left", "version_right")), rounds, anything),
    )  # fmt: skip


def _command(line: str, person: str, team: str, channel: str) -> Any:
    return envelopes.command(line, channel, person, team)


def _press(action: str, value: str, person: str, team: str, stamp: str) -> Any:
    return envelopes.press(action, value, person=person, team=team, action_ts=stamp)


def _home(action: str, value: str, kept: str, team: str) -> Any:
    return _by_lead(envelopes.touch(action, value, kept=kept, team=team))


def _sought(words: str, team: str) -> Any:
    return envelopes.touch("search", words, kind="plain_text_input", team=team)


def _reacted(name: str, added: bool, person: str) -> Any:
    return envelopes.reaction(name, added=added, person=person)


def _touched(action: str, kept: str, team: str) -> Any:
    """A choice in the form, which brings the whole form along."""
    filled = form(kept, team)
    body = _by_lead(envelopes.touch(action, "skin", kept=kept, kind="static_select", team=team, view="modal"))
    return {**body, "view": {**body["view"], "state": filled["view"]["state"]}}


def _by_lead(body: Any) -> Any:
    return {**body, "user": {**body["user"], "id": "U1"}}

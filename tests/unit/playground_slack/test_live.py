"""Changes on their way to the pages."""

from aiohttp import web

from playground.slack.live import Live, Watcher


def test_a_page_that_does_not_keep_up_is_told_to_fetch_again() -> None:
    live = Live()
    slow = Watcher("U1", web.WebSocketResponse())
    live.watch(slow)
    for number in range(1001):
        live.publish({"kind": "message", "ts": str(number)}, readers={"U1"})
    change = slow.changes.get_nowait()
    assert slow.changes.empty()
    assert (change["what"], change["version"]) == ([{"kind": "everything"}], live.version)


def test_changes_reach_their_readers_and_who_watches_everything() -> None:
    live = Live()
    hers, his, all_ = (Watcher(person, web.WebSocketResponse()) for person in ("U1", "U2", None))
    for watcher in (hers, his, all_):
        live.watch(watcher)
    live.publish({"kind": "message"}, readers={"U1"})
    assert [watcher.changes.qsize() for watcher in (hers, his, all_)] == [1, 0, 1]

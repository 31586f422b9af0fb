"""Live updates of the pages."""

from aiohttp import web

from playground.slack.core.live_updates import LiveUpdates, Watcher


def test_slow_watcher_is_told_to_reload_everything() -> None:
    live = LiveUpdates()
    slow = Watcher("U1", web.WebSocketResponse())
    live.add_watcher(slow)
    for number in range(1001):
        live.publish({"kind": "message", "ts": str(number)}, readers={"U1"})
    change = slow.changes.get_nowait()
    assert slow.changes.empty()
    assert (change["what"], change["version"]) == ([{"kind": "everything"}], live.version)


def test_changes_reach_their_readers_and_global_watchers() -> None:
    live = LiveUpdates()
    hers, his, all_ = (Watcher(person, web.WebSocketResponse()) for person in ("U1", "U2", None))
    for watcher in (hers, his, all_):
        live.add_watcher(watcher)
    live.publish({"kind": "message"}, readers={"U1"})
    assert [watcher.changes.qsize() for watcher in (hers, his, all_)] == [1, 0, 1]

"""Pipeline targets in Slack: chosen in the settings, listed under the record, reported with a form."""

from playground.control.client import text_of
from tests.flow.slack.test_production_settings import open_settings, submit_settings
from tests.support.practice_environment import DANIEL, FERRY, FILM, LENA, PracticeEnvironment
from tests.support.steps import lock_after_one_vote, start_ballot


async def test_a_report_stands_in_the_record_with_its_reporter(workspace: PracticeEnvironment) -> None:
    ts = await start_ballot(workspace, "Maya: a fisherwoman")
    await lock_after_one_vote(workspace, ts, "Maya")
    assert "Pipeline targets" not in text_of(await workspace.control_client.message(FILM, ts))
    view = await open_settings(workspace)
    saved = await submit_settings(workspace, LENA, view, targets=["Runway", "Kling"], other_targets="In-house <comp>")
    assert saved["ok"], saved
    text = text_of(await workspace.wait_for_ephemeral(LENA, "Saved:"))
    assert "the pipeline targets to Runway, Kling, In-house &lt;comp&gt;" in text
    await workspace.wait_for_text(ts, "Not tried: Runway, Kling, In-house &lt;comp&gt;")

    form = await workspace.open_modal(DANIEL, ts, "targets", "Castroom checks nothing itself")
    values = {"target": "Runway", "target_state": "needs_approval", "external_id": "two words"}
    answer = await workspace.control_client.submit(DANIEL, form["id"], values)
    assert answer["errors"] == {
        "external_id": "An id or address without blanks: letters, digits and . _ ~ : / ? # - only."
    }
    assert (await workspace.control_client.submit(DANIEL, form["id"], values | {"external_id": "asset://17"}))["ok"]
    text = await workspace.wait_for_text(ts, "Runway: needs approval")
    assert f"Runway: needs approval · `asset://17` · <@{DANIEL}>, " in text
    assert "Not tried: Kling, In-house &lt;comp&gt;" in text
    history = await workspace.run_command("history Maya", LENA)
    assert f"Runway reported as needs approval by <@{DANIEL}>" in history


async def test_invalid_targets_are_reported_at_their_field(workspace: PracticeEnvironment) -> None:
    view = await open_settings(workspace, channel=FERRY)
    answer = await submit_settings(workspace, LENA, view, other_targets="x" * 41)
    assert answer["errors"] == {"other_targets": "A name has up to 40 characters, not 41."}

"""The cast as a PDF in a direct message."""

from playground.control.client import text_of
from tests.support.practice_environment import FILM, LENA, MEI, PracticeEnvironment

LENA_DM = "D0LENAORTIZ"


async def test_pdf_of_the_cast_is_sent_to_the_user_who_asks(workspace: PracticeEnvironment) -> None:
    answer = await workspace.run_command("share roster --review")
    assert "No one is cast" in answer
    ts = await workspace.cast("Wren: a fisherwoman")
    await workspace.wait_for_ballot(ts)
    await workspace.press(MEI, ts, "vote:1")
    await workspace.wait_for_text(ts, "1 person voted")
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_text(ts, "Wren is cast")
    await workspace.control_client.command(LENA, FILM, "share roster --review --watermark Client cut")
    await workspace.wait_for_ephemeral(LENA, "I sent you the cast as a PDF")

    async def sent() -> str | None:
        texts = [text_of(m) for m in await workspace.control_client.messages(LENA_DM)]
        return next((text for text in texts if "1 character, one a page" in text), None)

    await workspace.control_client.wait_for(sent, "the message with the PDF")

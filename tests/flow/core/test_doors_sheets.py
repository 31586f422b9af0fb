"""Character sheets over the REST door: the JSON of what is what, and each view's own bytes."""

from hashlib import sha256
from pathlib import Path

from bot.domain.character_sheet import Angle, Expression, View
from tests.support.character_sheet_harness import draw, harness_with_face, start
from tests.support.doors import open_doors

PROFILE, SMILE = View(Angle.PROFILE), View(Angle.FRONT, Expression.SMILE)


async def test_sheet_lists_its_views_and_each_is_sent_as_its_model_made_it(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (team, round_id), open_doors(team) as doors:
        token = await doors.make_token()
        without = await doors.get(f"/v1/faces/{round_id}/sheet", token)
        assert (without.status_code, without.json()["detail"]) == (404, "This face has no character sheet.")
        await draw(team, await start(team, round_id, PROFILE, SMILE))
        sheet = (await doors.get(f"/v1/faces/{round_id}/sheet", token)).json()
        assert {view["view"] for view in sheet["views"]} == {PROFILE.key, SMILE.key}
        for view in sheet["views"]:
            picture = await doors.get(view["url"], token)
            assert sha256(picture.content).hexdigest() == view["sha256"]
            assert picture.headers["etag"] == f'"{view["sha256"]}"'
        absent = await doors.get(f"/v1/faces/{round_id}/sheet/front", token)
        assert absent.status_code == 404

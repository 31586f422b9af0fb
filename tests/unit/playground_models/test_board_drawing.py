"""The drawing of a board's panels."""

from playground.scenarios.board_drawing import Panel, Series, page_html

PLACE = {"x": 0, "y": 1, "w": 12, "h": 8}


def test_every_panel_shows_its_series_or_says_that_there_is_no_data() -> None:
    spent = Series("<recraft>", ((0.0, 0.0), (1.0, 0.14)))
    html = page_html(
        [
            Panel("Money", "row", "", {"x": 0, "y": 0, "w": 24, "h": 1}, ()),
            Panel("Spent", "timeseries", "currencyUSD", PLACE, (spent,)),
            Panel("Free disk", "stat", "bytes", PLACE, (Series("", ((1.0, 3 * 1024**3),)),)),
            Panel("Jobs", "timeseries", "short", PLACE, (Series("slot", ()),)),
        ]
    )
    assert all(title in html for title in ("Money", "Spent", "Free disk", "Jobs"))
    assert "&lt;recraft&gt;" in html
    assert "$0.14" in html
    assert "3 GiB" in html
    assert html.count("<polyline") == 1
    assert "No data in this run" in html


def test_a_line_begins_and_ends_where_its_values_are() -> None:
    html = page_html([Panel("Spent", "timeseries", "s", PLACE, (Series("one", ((0.0, 0.0), (0.5, 2.0), (1.0, 1.0))),))])
    points = [point.split(",") for point in html.split("polyline points='")[1].split("'")[0].split()]
    heights = [float(y) for _, y in points]
    assert heights[1] < heights[2] < heights[0], "the highest value is drawn highest"
    assert [float(x) for x, _ in points] == sorted(float(x) for x, _ in points)

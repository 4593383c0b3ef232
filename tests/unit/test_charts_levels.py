"""The chart of levels: a bar a level, its own share on what was settled below it."""

from pages.charts.levels import Step, ladder
from pages.i18n import words

STEPS = [Step("网格", 6_026, 0.547, 0.547), Step("村", 3_100, 0.2814, 0.8284), Step("乡", 1_891, 0.1716, 1.0)]


def test_each_level_begins_where_the_one_below_it_ends():
    drawn = ladder(STEPS, words("zh")).to_dict()
    values = drawn["layer"][0]["data"]["values"] if "data" in drawn["layer"][0] else drawn["data"]["values"]
    assert [(row["name"], round(row["before"], 4), row["within"], row["words"]) for row in values] == [
        ("网格", 0.0, 0.547, "6,026 · 54.70%"), ("村", 0.547, 0.8284, "3,100 · 28.14%"),
        ("乡", 0.8284, 1.0, "1,891 · 17.16%"),
    ]  # fmt: skip


def test_the_levels_stand_in_the_site_s_order_and_not_by_name():
    drawn = ladder(STEPS, words("en")).to_dict()
    assert [layer["encoding"]["y"]["sort"] for layer in drawn["layer"]] == [["网格", "村", "乡"]] * 3

from pages.charts.analyses import Bar, missed, subjects
from pages.i18n import words

BARS = [Bar("供水", 67, 29), Bar("矛盾纠纷", 1_069, 1_073)]


def test_subjects_stand_in_the_order_given_with_a_mark_for_the_period_before():
    drawn = subjects(BARS, words("zh")).to_dict()
    assert [layer["mark"]["type"] for layer in drawn["layer"]] == ["bar", "tick", "text"]
    assert drawn["layer"][0]["encoding"]["y"]["sort"] == ["供水", "矛盾纠纷"]
    values = next(iter(drawn["datasets"].values())) if "datasets" in drawn else drawn["data"]["values"]
    assert values == [
        {"name": "供水", "now": 67, "before": 29, "words": "67"},
        {"name": "矛盾纠纷", "now": 1_069, "before": 1_073, "words": "1,069"},
    ]


def test_what_was_missed_has_no_mark_for_it_is_not_compared():
    drawn = missed([Bar("乡", 26), Bar("网格", 14)], words("en")).to_dict()
    assert [layer["mark"]["type"] for layer in drawn["layer"]] == ["bar", "text"]

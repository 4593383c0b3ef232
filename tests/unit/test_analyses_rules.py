"""The rules behind suggestions: each fires beyond its threshold, at it never, and never of too few cases."""

import pytest

from models.profiles import Profile
from pages.i18n import words
from pages.papers import rules as told
from services import sites
from services.analyses import RULES, Finding

CODES = [rule.code for rule in RULES]
PROFILES = ("dawangzhuang", "meizhou")


def profile(key: str) -> Profile:
    return sites.load(key)


def found(rule, value, whole):
    return Finding(rule, value, None, whole, {"of": ("grid", "grid"), "department": ("乡民政办", "Welfare office")})


def test_each_rule_has_a_name_of_its_own():
    assert len(set(CODES)) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=CODES)
def test_a_rule_fires_beyond_its_threshold_and_neither_at_it_nor_of_too_few_cases(rule):
    step = -0.001 if rule.below else 0.001
    beyond = rule.threshold + step
    assert found(rule, beyond, rule.fewest).fires
    assert not found(rule, rule.threshold, rule.fewest).fires
    assert not found(rule, rule.threshold - step, rule.fewest).fires
    assert not found(rule, beyond, rule.fewest - 1).fires
    assert not found(rule, None, rule.fewest).fires


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("key", PROFILES)
@pytest.mark.parametrize("rule", RULES, ids=CODES)
def test_each_rule_says_what_it_is_and_what_it_asks_for_in_both_languages(rule, key, language):
    t, site = words(language), profile(key)
    lines = [
        told.rule_words(t, rule),
        told.advice(t, site, found(rule, 0.5, 100)),
        told.named(t, found(rule, 0.5, 100)),
    ]
    assert [line for line in lines if not line or "{" in line] == []
    limit = t.percent(rule.threshold, 0) if rule.is_share else t.number(rule.threshold)
    assert limit in lines[0]


def test_the_outcome_of_a_rule_is_one_of_four():
    t, rule = words("en"), RULES[0]
    values = [(0.5, 10), (0.95, 10), (0.5, 9), (None, 0)]
    assert [told.outcome(t, found(rule, value, whole)) for value, whole in values] == [
        "asks for something", "asks for nothing", "too few cases", "no data",
    ]  # fmt: skip

"""The table of a ranking as real text: tiers, rank intervals as bars, estimates beside raw rates and their counts."""

from collections.abc import Sequence
from html import escape

from pages.charts.spark import spark
from pages.i18n import Words
from pages.papers.cells import levels_words, tier_words
from pages.ui.cases import anchor, filter_of
from pages.ui.frame import User
from pages.ui.rankings.cases import pair
from pages.ui.rankings.choosing import DEPARTMENTS, Table, level_name
from pages.ui.rankings.moving import advice
from pages.ui.style import IN_TIME, LATE, SUSPENDED
from services.fairness import Tier
from services.rankings import RankRow, Sort
from services.rates import Scope

SHAPES = {Tier.FRONT: "●", Tier.MIDDLE: "▮", Tier.BEHIND: "■", Tier.FEW: "○", Tier.NONE: "○"}
COLOURS = {Tier.FRONT: IN_TIME, Tier.MIDDLE: SUSPENDED, Tier.BEHIND: LATE}
COLUMNS = 7


def table_of(user: User, table: Table, rows: Sequence[RankRow], all_rows: Sequence[RankRow]) -> str:
    """The table as HTML: a group for each tier, the pooled total, and those not ranked apart."""
    t, last = user.t, _last(all_rows)
    bar = f"<span>{escape(t('rank 1'))}</span><span>{escape(t('ranks, 90%'))}</span><span>{last or ''}</span>"
    heads = [("", escape(level_name(user, table.level).capitalize())), ("ranks", f"<div>{bar}</div>")]
    trend = t("12 months") if any(row.trend for row in rows) else t("Change in points")
    words = [("n", t("Estimate")), ("n", t("Raw")), ("n", counts_title(t, table.sort)), ("s", trend)]
    heads += [(kind, escape(word)) for kind, word in [*words, ("why", t("What would move it"))]]
    titles = "".join(f'<th class="{kind}">{word}</th>' for kind, word in heads)
    body = "".join(
        _group(user, table, tier, sum(row.tier is tier for row in all_rows))
        + "".join(_line(user, table, row, last) for row in rows if row.tier is tier)
        for tier in Tier
        if any(row.tier is tier for row in rows)
    )
    head = f"<thead><tr>{titles}</tr></thead>"
    return f'<table class="sg-table sg-rank">{head}<tbody>{body}{_total(user, table)}</tbody></table>'


def cards_of(user: User, table: Table, rows: Sequence[RankRow], all_rows: Sequence[RankRow]) -> str:
    """The same on a phone: name and estimate, beneath them the bar, the counts and what would move it."""
    t, last, lines = user.t, _last(all_rows), []
    of = f"{escape(t('Estimate'))}<br>{escape(counts_title(t, table.sort))}"
    titles = f"<tr><th>{escape(level_name(user, table.level).capitalize())}</th><th class=n>{of}</th></tr>"
    for tier in Tier:
        inside = [row for row in rows if row.tier is tier]
        if inside:
            lines.append(_group(user, table, tier, sum(row.tier is tier for row in all_rows), columns=2))
        for row in inside:
            bar = _bar(t, row, last) or "<br>"
            lines.append(
                f"<tr class={tier}><td>{_named(t, table, row)}{bar}<span class=m>{advice(user, table, row)}</span></td>"
                f"<td class='n value'>{escape(t.percent(row.standing.estimate))}<br>"
                f"<span class=m>{pair(user, table, row, row.code)}</span></td></tr>"
            )
    body = f"<thead><tr>{titles}</tr></thead><tbody>{''.join(lines)}{_total_card(user, table)}</tbody>"
    return f'<table class="sg-table sg-rank phone">{body}</table>'


def counts_title(t: Words, sort: Sort) -> str:
    """What the counts are, good / all."""
    return {
        Sort.ON_TIME: t("In time / due"), Sort.SETTLEMENT: t("Settled / received"),
        Sort.RESPONSE: t("Contacted / reached"), Sort.RESOLUTION: t("Solved / reached"),
        Sort.SATISFACTION: t("Satisfied + basically / reached"), Sort.COMPOSITE: t("Reached"),
    }[sort]  # fmt: skip


def _last(rows: Sequence[RankRow]) -> int:
    """How many are ranked: the end of the scale."""
    return sum(row.rank is not None for row in rows)


def _group(user: User, table: Table, tier: Tier, number: int, columns: int = COLUMNS) -> str:
    t, pooled = user.t, user.t.percent(table.pooled.rate)
    notes = {
        Tier.FRONT: t("the whole interval above all together, {rate}", rate=pooled),
        Tier.MIDDLE: t("cannot be told from all together, {rate}", rate=pooled),
        Tier.BEHIND: t("the whole interval below all together, {rate}", rate=pooled),
        Tier.FEW: t("shown, not ranked"), Tier.NONE: t("not ranked: no data, which is not 0"),
    }  # fmt: skip
    words = level_name(user, table.level)
    if number != 1:
        words = t("departments") if table.level == DEPARTMENTS else levels_words(t, user.profile, table.level)
    said = t("{tier}: {n} {units}", tier=tier_words(t, tier).capitalize(), n=t.number(number), units=words)
    kind = " apart" if tier in (Tier.FEW, Tier.NONE) else ""
    return (
        f'<tr class="tier {tier}{kind}"><td colspan={columns}><i>{SHAPES[tier]}</i> <b>{escape(said)}</b> '
        f"<span>{escape(notes[tier])}</span></td></tr>"
    )


def _line(user: User, table: Table, row: RankRow, last: int) -> str:
    t = user.t
    colour = COLOURS.get(row.tier, SUSPENDED)
    line = spark(row.trend, t("12 months"), width=104, low=_low(table), high=1.0, colour=colour, base=table.pooled.rate)
    estimate = "–" if row.standing.estimate is None else t.percent(row.standing.estimate)
    bar = _bar(t, row, last) or f"<span class=m>{escape(_unranked(t, row))}</span>"
    return (
        f"<tr class={row.tier}><td class=w>{_named(t, table, row)}</td><td class=ranks>{bar}</td>"
        f"<td class='n value'>{escape(estimate)}</td><td class='n m'>{escape(t.percent(row.rate))}</td>"
        f"<td class=n>{pair(user, table, row, row.code)}</td>"
        f"<td class=s><div>{line if row.trend else ''}{_change(t, row)}</div></td>"
        f"<td class='why m'>{advice(user, table, row)}</td></tr>"
    )


def _low(table: Table) -> float:
    """Where a spark begins: well below all together, so that the differences show."""
    return max(0.0, (table.pooled.rate or 0.0) - 0.5)


def _unranked(t: Words, row: RankRow) -> str:
    return t("no case in these days") if row.tier is Tier.NONE else t.n("{n} case", "{n} cases", row.cases)


def _named(t: Words, table: Table, row: RankRow) -> str:
    """The unit's name, which opens it beside the best of its kind; and that it is on the watch-list."""
    if row.unit_id is None:
        return escape(table.name(t, row))
    wanted = filter_of(row.code, beside="best", period=table.period.key, sort=table.sort.value)
    mark = table.marks.get(row.unit_id)
    listed = f" <small>{anchor('◆ ' + t('Watch-list'), 'watch', {'id': mark.reference})}</small>" if mark else ""
    return anchor(table.name(t, row), "rankings", wanted) + listed


def _bar(t: Words, row: RankRow, last: int) -> str:
    """The rank interval with the median rank marked; each rank has an equal part of the width."""
    ranks = row.standing.ranks
    if ranks is None or not last:
        return ""
    left, wide = (ranks.low - 1) / last, (ranks.high - ranks.low + 1) / last
    words = t("ranks {low} to {high}, the middle {median}", low=ranks.low, high=ranks.high, median=ranks.median)
    return (
        f'<div class=bar title="{escape(words)}"><i style="left:{left:.2%};width:{wide:.2%}"></i>'
        f'<u style="left:{(ranks.median - 0.5) / last:.2%}"></u></div>'
    )


def _change(t: Words, row: RankRow) -> str:
    """By how many points of a hundred the raw rate changed against the period before."""
    if row.change is None:
        return ""
    sign = "+" if row.change > 0 else "−" if row.change < 0 else "±"
    words = t("against the period before, in points")
    return f'<small title="{escape(words)}">{sign}{abs(row.change) * 100:.1f}</small>'


def _total(user: User, table: Table) -> str:
    t, total = user.t, table.pooled
    scope = t.term(Scope(table.scope))
    return (
        f"<tr class=total><td>{escape(t('All together'))}</td><td class=m>{escape(scope)}</td><td></td>"
        f"<td class=n>{escape(t.percent(total.rate))}</td><td class=n>{pair(user, table, total, table.all_code)}</td>"
        f"<td></td><td class='why m'>{escape(_total_note(t, table))}</td></tr>"
    )


def _total_card(user: User, table: Table) -> str:
    t, total = user.t, table.pooled
    return (
        f"<tr class=total><td>{escape(t('All together'))}<br><span class=m>{escape(_total_note(t, table))}</span></td>"
        f"<td class='n value'>{escape(t.percent(total.rate))}<br>"
        f"<span class=m>{pair(user, table, total, table.all_code)}</span></td></tr>"
    )


def _total_note(t: Words, table: Table) -> str:
    if table.elsewhere > 0:
        return t("counts added up; {n} more stand at none of these", n=t.number(table.elsewhere))
    return t("counts added up, not the mean of rates")

"""The states that other systems write, in Chinese and English, as ours. What is not here must be mapped by hand."""

from collections.abc import Mapping

from models.demands import State
from services.imports.fields import heading_key

_WORDS: dict[State, str] = {
    State.DRAFT: "草稿",
    State.REPORTED: "已上报 上报 submitted received",
    State.SELF_HANDLED: "自处置 已自处置 自行处置 就地解决",
    State.PENDING_TRIAGE: "待受理 未受理 新建 新 待审核 待分派 new unassigned",
    State.REGISTERED: "已立案 已受理 受理 立案 待派遣 open opened acknowledged accepted registered pending reopened",
    State.DISPATCHED: "已派遣 已派单 派遣 待签收 已转办 转办 assigned dispatched referred transferred",
    State.HANDLING: "处置中 办理中 处理中 在办 未办结 进行中 inprogress inprocess started working active processing",
    State.SUSPENDED: "挂账 已挂账 挂起 延期办理 suspended onhold deferred",
    State.ESCALATED: "升级 已升级 escalated",
    State.PENDING_VERIFY: "待核查 待核实 已处置 resolved fixed",
    State.PENDING_CALLBACK: "待回访 已反馈 已答复",
    State.CLOSED: "已办结 办结 已结案 结案 已完成 完成 已办理 已解决 已关闭 已回复 "
    "closed completed complete done finished solved",
    State.ARCHIVED: "已归档 归档 archived",
    State.REJECTED: "不予受理 已驳回 驳回 不受理 rejected declined refused",
    State.VOID: "作废 已作废 已撤销 撤销 void cancelled canceled withdrawn invalid",
    State.MERGED: "已合并 合并 重复 重复件 duplicate merged",
}

_KNOWN = {heading_key(word): state for state, words in _WORDS.items() for word in (state.value, *words.split())}


def state_of(written: str, own: Mapping[str, str]) -> State | None:
    """Our state for a word of the file; the mapping's own table comes first; None where it is not known.

    A bracket refines: whatever is a duplicate was merged into another one; "Closed (Transferred)" is closed here.
    """
    if written in own:
        return State(own[written])
    whole = "".join(letter for letter in written.casefold() if letter.isalnum())
    if "duplicate" in whole or "重复" in whole:
        return State.MERGED
    if whole in _KNOWN:
        return _KNOWN[whole]
    return _KNOWN.get(heading_key(written))

"""What each kind of file may hold: its canonical columns, what each means, and the headings by which it is known."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a file brings."""

    UNITS = "units"
    OUTLINES = "outlines"
    PEOPLE = "people"
    HOUSEHOLDS = "households"
    DEMANDS = "demands"


@dataclass(frozen=True, slots=True)
class Field:
    """One canonical column. `extra` fields can be mapped but do not stand in the template.

    `synonyms` are headings under which it is known elsewhere, the surest first, as `heading_key` writes them.
    """

    name: str
    zh: str
    en: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    extra: bool = False


def heading_key(heading: str) -> str:
    """A heading as compared: small letters, without spaces, underlines, brackets and their content."""
    cut = re.split("[(（]", heading, maxsplit=1)[0] or heading
    return "".join(letter for letter in cut.casefold() if letter.isalnum())


def _field(name: str, zh: str, en: str, synonyms: str = "", *, required: bool = False, extra: bool = False) -> Field:
    known = (name, *synonyms.split())
    return Field(name, zh, en, tuple(dict.fromkeys(heading_key(word) for word in known)), required, extra)


DEMANDS = (
    _field(
        "external_id",
        "原系统编号；同一编号只入库一次",
        "number in the other system; the same number is stored once",
        "留言编号 工单编号 事件编号 诉求编号 案件编号 编号 流水号 SRRecordID ServiceRequestNum ServiceRequestNumber "
        "unique_key case_id ticket_id request_id number id",
    ),
    _field(
        "title",
        "标题；没有时取正文第一句",
        "title; the first sentence of the text where missing",
        "留言主题 工单标题 标题 主题 诉求标题 事件标题 SRType subject summary request_type",
    ),
    _field(
        "text",
        "正文：诉求内容",
        "text: what is asked for",
        "留言详情 主要内容 诉求内容 工单内容 事件描述 问题描述 内容 正文 详情 description details body content",
    ),
    _field(
        "category",
        "类别：名称或代码；可写“一级->二级->三级”",
        "category: name or code; may be written as a path with ->",
        "三级分类 二级分类 一级分类 问题分类 问题类别 诉求类别 事件类别 分类 类别 SRType type topic",
    ),
    _field(
        "unit_code",
        "地点：行政区划代码，或村、社区、网格名称",
        "place: official code, or the name of a village, community or grid",
        "区划代码 单位代码 网格编码 村社区 村居 社区 所属社区 所属网格 村 网格 被反映街乡镇 街乡镇 乡镇街道 乡镇 "
        "Neighborhood village community ward",
    ),
    _field(
        "reported_at",
        "上报时间",
        "time reported",
        "留言时间 上报时间 受理时间 来电时间 创建时间 登记时间 诉求时间 立案时间 发生时间 时间 日期 "
        "CreatedDate created opened reported requested_datetime date",
        required=True,
    ),
    _field(
        "due_at",
        "办理时限；没有时按站点时限计算",
        "deadline; computed by the site's limits where missing and still open",
        "办理时限 截止时间 到期时间 应办结时间 时限 DueDate due deadline sla_target",
    ),
    _field(
        "state",
        "状态：待受理、处置中、已办结……",
        "state: new, in progress, closed ...",
        "工单状态 办理状态 事件状态 状态 SRStatus status",
    ),
    _field(
        "settled_at",
        "办结时间",
        "time settled",
        "办结时间 结案时间 完成时间 办结日期 CloseDate closed closed_date resolved",
    ),
    _field(
        "department",
        "承办部门：名称或代码",
        "department: name or code",
        "承办单位 主办单位 承办部门 责任单位 处理部门 部门 Agency agency_name organisation organization",
    ),
    _field("reporter", "诉求人姓名", "who reported", "来电人 留言用户 诉求人 上报人 反映人 联系人 姓名 caller name"),
    _field("phone", "联系电话", "phone", "联系电话 来电号码 手机号码 手机号 手机 电话 telephone mobile"),
    _field("longitude", "经度（度，WGS 84）", "longitude in degrees (WGS 84)", "经度 lng lon long"),
    _field("latitude", "纬度（度，WGS 84）", "latitude in degrees (WGS 84)", "纬度 lat"),
    _field(
        "status_at",
        "状态时间；已办结而无办结时间时使用",
        "time of the state; used where a settled row has no time settled",
        "状态时间 更新时间 StatusDate status_date updated last_updated",
        extra=True,
    ),
    _field("place", "详细地址", "address", "点位 详细地址 事发地址 地址 地点 address location", extra=True),
    _field(
        "outcome", "办理结果", "what was done", "办理结果 处理结果 回复内容 答复意见 outcome resolution", extra=True
    ),
)

UNITS = (
    _field("code", "代码（文本）", "code (as text)", "代码 区划代码 统计代码 编码 adcode unit_code id", required=True),
    _field("name", "名称", "name", "名称 单位名称 区划名称", required=True),
    _field(
        "level",
        "层级：province city county township village natural_village grid unit，或省市县乡村等",
        "level: province, city, county, township, village, natural_village, grid, unit",
        "层级 级别 类型 type",
        required=True,
    ),
    _field(
        "parent_code",
        "上级代码；最上一级留空",
        "code of the unit above; empty for the top",
        "上级代码 上级编码 父级代码 parent parent_id",
    ),
    _field(
        "name_en",
        "英文名称；没有时由拼音生成",
        "name in Latin letters; made from pinyin where missing",
        "英文名称 英文名 拼音",
    ),
    _field("population", "人口（人）", "people", "人口 人口数 常住人口"),
    _field("area_km2", "面积（平方千米）", "area in square kilometres", "面积 area"),
    _field("longitude", "经度（度，WGS 84）", "longitude in degrees (WGS 84)", "经度 lng lon"),
    _field("latitude", "纬度（度，WGS 84）", "latitude in degrees (WGS 84)", "纬度 lat"),
)

OUTLINES = (
    _field("code", "单位代码", "code of the unit", "adcode 代码 区划代码 unit_code id"),
    _field("name", "单位名称；没有代码时使用", "name of the unit; used where there is no code", "名称 单位名称"),
    _field("geometry", "边界（GeoJSON）", "outline (GeoJSON)", "边界", required=True),
    _field(
        "crs_note",
        "坐标系说明；含 GCJ-02 时换算为 WGS 84",
        "coordinate system; GCJ-02 is converted to WGS 84",
        "crs 坐标系",
        extra=True,
    ),
)

PEOPLE = (
    _field("external_id", "人员编号", "number of the person", "人员编号 编号 工号 person_id id"),
    _field("name", "姓名", "name", "姓名 人员姓名 网格员姓名", required=True),
    _field("phone", "联系电话", "phone", "联系电话 手机号码 手机号 手机 电话 telephone mobile"),
    _field(
        "unit_code",
        "任职单位：代码或名称",
        "unit of the post: code or name",
        "单位代码 区划代码 所属网格 所属村 单位 网格 村 unit",
        required=True,
    ),
    _field(
        "role",
        "职务：书记、村支书、督导员、包村干部、网格员、党员",
        "post: leader, chief, supervisor, cadre, grid_member, party_member",
        "职务 角色 岗位 post",
        required=True,
    ),
    _field(
        "starts_on",
        "任职日期；没有时为导入当日",
        "first day of the post; the day of the import where missing",
        "任职日期 开始日期 任职时间 from",
    ),
    _field("ends_on", "离任日期（不再任职的第一天）", "first day the post no longer holds", "离任日期 结束日期 to"),
    _field("party_member", "是否党员：是、否", "party member: yes or no", "是否党员 党员"),
)

HOUSEHOLDS = (
    _field("external_id", "户编号", "number of the household", "户编号 户号 编号 household_id id"),
    _field(
        "unit_code",
        "所属网格：代码或名称",
        "unit it belongs to: code or name",
        "单位代码 区划代码 网格编码 所属网格 网格 村 unit",
        required=True,
    ),
    _field("head", "户主姓名", "head of the household", "户主 户主姓名 姓名 name"),
    _field("phone", "联系电话", "phone", "联系电话 手机号码 手机号 手机 电话 telephone mobile"),
    _field("address", "地址", "address", "住址 家庭住址 详细地址 门牌号"),
    _field("people_count", "人数", "number of people", "人数 家庭人口 人口数 人口 people size"),
    _field("longitude", "经度（度，WGS 84）", "longitude in degrees (WGS 84)", "经度 lng lon"),
    _field("latitude", "纬度（度，WGS 84）", "latitude in degrees (WGS 84)", "纬度 lat"),
)

FIELDS: dict[Kind, tuple[Field, ...]] = {
    Kind.UNITS: UNITS,
    Kind.OUTLINES: OUTLINES,
    Kind.PEOPLE: PEOPLE,
    Kind.HOUSEHOLDS: HOUSEHOLDS,
    Kind.DEMANDS: DEMANDS,
}


def field_names(kind: Kind) -> tuple[str, ...]:
    """The canonical columns of a kind, in the template's order, then what can be mapped besides."""
    return tuple(field.name for field in FIELDS[kind])

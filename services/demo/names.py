"""Invented names and numbers: common surnames with common given-name characters, and phones that ring nowhere."""

from random import Random

from pypinyin import lazy_pinyin

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "霍栗"
)
GIVEN = (
    "建国明华军平海涛文志强玉兰秀英桂芳红霞春梅丽娟永福德顺长江金山广林小燕爱云凤莲振兴保全世杰新民庆丰学"
    "良东升立新俊峰国栋艳荣淑珍素琴改花翠萍雪松根生铁柱留成满仓喜来继先守信中原培安自力"
)
HAMLETS = (
    "老庄", "前街", "后街", "东庄", "西庄", "南岗", "北岗", "桥头", "河湾", "新庄", "东寨", "西寨",
    "前营", "后营", "小庄", "堤口",
)  # fmt: skip
OFFICE_SUFFIXES = ("村民委员会", "社区居民委员会", "社区居委会", "村委会", "居委会")


def person(random: Random, stem: str = "") -> str:
    """An invented name. `stem` is a village's name: where it begins with a surname, half of its people have it."""
    own = stem[:1] if stem[:1] in SURNAMES else ""
    family = own if own and random.random() < 0.5 else random.choice(SURNAMES[: random.choice((12, 40, len(SURNAMES)))])
    return family + "".join(random.sample(GIVEN, 1 if random.random() < 0.18 else 2))


def phone(random: Random) -> str:
    """A number of a made-up range: 13X 0000 xxxx."""
    return f"13{random.choice('56789')}0000{random.randrange(10_000):04d}"


def stem(official: str) -> str:
    """A village's bare name: 大王庄村民委员会 and 宫下村委会 become 大王庄 and 宫下."""
    for suffix in OFFICE_SUFFIXES:
        if official.endswith(suffix):
            return official.removesuffix(suffix)
    return official.removesuffix("村")


def latin(chinese: str) -> str:
    """A place's name in Latin letters: 霍坡 becomes Huopo."""
    return "".join(lazy_pinyin(chinese)).capitalize()

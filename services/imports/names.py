"""Names of units in Latin letters, made from pinyin: 霍坡村 is Huopo Village."""

from functools import lru_cache

from pypinyin import lazy_pinyin

KINDS = (
    ("街道办事处", "Subdistrict"), ("行政村", "Village"), ("自然村", "Natural Village"), ("村民小组", "Group"),
    ("街道", "Subdistrict"), ("社区", "Community"), ("网格", "Grid"), ("自治县", "Autonomous County"),
    ("自治州", "Autonomous Prefecture"), ("自治区", "Autonomous Region"), ("村", "Village"), ("镇", "Town"),
    ("乡", "Township"), ("县", "County"), ("区", "District"), ("市", "City"), ("省", "Province"),
)  # fmt: skip


@lru_cache(maxsize=65_536)
def in_latin(name: str) -> str:
    """The name in Latin letters, its kind as an English word. A name without Chinese characters stays as it is."""
    if name.isascii():
        return name
    for ending, word in KINDS:
        base = name.removesuffix(ending)
        if base and base != name:
            return f"{_spelled(base)} {word}"
    return _spelled(name)


def _spelled(name: str) -> str:
    return "".join(lazy_pinyin(name)).capitalize()

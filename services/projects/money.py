"""Money: fen (1/100 yuan) as integers, read from what people type. Pure."""

import re
from decimal import Decimal

from services.errors import BadInput

MOST_FEN = 10**15
"""Ten million million yuan: more is a slip of the finger, and still fits a BIGINT summed a thousand times."""
_YUAN = re.compile(r"[0-9]{1,14}(\.[0-9]{1,2})?")


def fen(given: str) -> int:
    """Yuan as typed (3,215,000.50) in fen. Raises BadInput("money_wrong") for anything but a sum of 0 or more.

    Full-width digits, separators and the yuan sign are understood; more than two decimals are not rounded but refused.
    """
    plain = given.translate(_WIDE).strip().replace(",", "").replace(" ", "").removeprefix("¥").removesuffix("元")
    if not _YUAN.fullmatch(plain):
        raise BadInput("money_wrong", given=given[:40])
    return checked(int(Decimal(plain) * 100))


def checked(amount: int, *, least: int = 0) -> int:
    """The amount in fen, if it is an integer from `least` to MOST_FEN. Raises BadInput("money_wrong")."""
    if type(amount) is not int or not least <= amount <= MOST_FEN:
        raise BadInput("money_wrong", given=str(amount)[:40])
    return amount


_WIDE = str.maketrans("０１２３４５６７８９．，￥", "0123456789.,¥")

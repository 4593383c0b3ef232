"""Anybody's text in Markdown stays text."""

import pytest

from pages.ui.status import JOINER, plain


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("http://evil.example", rf"http\:{JOINER}//evil\.example"),
        ("www.evil.example", rf"www{JOINER}\.evil\.example"),
        ("a@evil.example", rf"a@{JOINER}evil\.example"),
        (":material/home:", rf"\:{JOINER}material/home\:"),
        (":smile:", rf"\:{JOINER}smile\:"),
        ("![x](y)", r"\!\[x\]\(y\)"),
        ("12:30", r"12\:30"),
        ("村西头：路灯不亮", "村西头：路灯不亮"),
    ],
)
def test_no_address_icon_or_picture_comes_of_anybodys_text(written, shown):
    assert plain(written) == shown

"""Words and formats in both languages. Pure: nothing here knows a screen.

English stands in the code as the message id; zh_CN/ holds the Chinese. A test checks that nothing is missing.
"""

from pages.i18n.words import LANGUAGES, Words, language_of, words

__all__ = ["LANGUAGES", "Words", "language_of", "words"]

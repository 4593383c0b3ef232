"""What somebody typed, as it is kept."""

from services.errors import BadInput


def line(given: str | None, longest: int, missing: str | None = None) -> str:
    """What was typed, trimmed, control signs taken out. Raises BadInput: `missing` where it is empty, or text_long."""
    text = "".join(sign for sign in given or "" if sign == "\n" or sign.isprintable()).strip()
    if missing is not None and not text:
        raise BadInput(missing)
    if len(text) > longest:
        raise BadInput("text_long", longest=longest)
    return text

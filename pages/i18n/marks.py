"""Marking a message for the catalogs where it is only named, to be translated later."""


def N_(message: str) -> str:  # noqa: N802  the usual name for a message that is only marked here
    """The message itself."""
    return message

"""The watch-list on the screen: the published rules, who is proposed and who is on it, one unit's sheet."""

from pages.ui.watch import forms, listing, opened, rules

__all__ = ["forms", "listing", "opened", "rules"]

"""The furniture of the projects' screen, and what other screens show of projects."""

from pages.ui.projects.panels import answering, late_panel

__all__ = ["answering", "late_panel"]

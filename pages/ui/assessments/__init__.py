"""Assessments on the screen: results with their parts and lists, answering, honours and income beside."""

from pages.ui.assessments import answering, beside, choosing, results

__all__ = ["answering", "beside", "choosing", "results"]

"""What a person reads about a run: the report page with its figures, and the model card."""

from lenet.report.html_page import Drawn, page, report_files
from lenet.report.model_card import card

__all__ = ["Drawn", "card", "page", "report_files"]

from . import by_speaker, calibration, card, figures, page, templates, write

__all__ = ["by_speaker", "calibration", "card", "figures", "page", "templates", "write"]

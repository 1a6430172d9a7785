from . import calibration, figures, write

__all__ = ["calibration", "figures", "write"]

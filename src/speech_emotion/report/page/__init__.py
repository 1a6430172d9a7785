"""The report as one page that people open and listen to: plots/report.html."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

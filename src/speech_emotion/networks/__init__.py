"""Network architectures, one module each, chosen by the name in `train_cnn.model`.

A module holds `Settings`, the network's group in params.yaml, and `embed`, which leads from windows of features to the
activations that the classes are told apart by. What follows is common to all (`models.classifier`).
"""

import pkgutil

import lazy_loader

# Whatever modules there are: a new network is a new module, and no line here.
__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, [module.name for module in pkgutil.iter_modules(__path__)])

"""Network architectures, one module each, chosen by the name in `train_cnn.model`.

A module holds `Settings`, the network's group in params.yaml, and `embed`, which leads from windows of features to the
activations that the classes are told apart by. What follows is common to all (`models.classifier`).
"""

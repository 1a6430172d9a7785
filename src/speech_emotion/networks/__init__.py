"""Network architectures, one per module, chosen by the name in `train_cnn.model`."""

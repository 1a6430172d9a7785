"""Pre-trained speech encoders, read from a local folder or file: what the feature `encoder` is made with."""

"""Any readable audio file as mono float32 samples."""

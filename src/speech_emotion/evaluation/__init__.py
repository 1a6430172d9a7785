"""From trained models to numbers: predictions on test parts, metrics, intervals."""

"""Speech emotion recognition: corpora, features, models and evaluation that a reviewer can trust."""

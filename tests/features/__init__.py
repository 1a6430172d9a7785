"""Tests of `speech_emotion.features`."""

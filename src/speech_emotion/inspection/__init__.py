"""Pictures of single clips."""

"""The protocols, the guard and the label schemes."""

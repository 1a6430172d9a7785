"""Pictures of single clips: which ones, what there is to see of them, as a PNG or as an interactive page."""

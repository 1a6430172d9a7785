"""What a reader looks at: figures and the data behind them."""

"""What every stage uses: errors for people, files written whole, the console."""

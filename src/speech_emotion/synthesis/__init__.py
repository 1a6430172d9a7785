"""The embedded corpus: acted speech rendered offline by a speech synthesiser. It is synthetic, and called so."""

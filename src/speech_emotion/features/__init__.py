"""Audio to feature frames, in one process: what decides a number, and nothing else.

`compute` turns samples into a matrix. Each feature is a module that ends with a `FEATURE`; `registry` finds them. They
share `framing`, `spectrum`, `analysis` and `mel`; `preparation` and `views` come before them.
"""

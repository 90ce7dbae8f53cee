"""Two runs side by side: aligned step by step, and compared.

`align` finds the longest common subsequence, `pairs` applies it level by level, `compare` says how the two
sides of a pair differ, `median` does the same against several runs, `reader` asks the store.
"""

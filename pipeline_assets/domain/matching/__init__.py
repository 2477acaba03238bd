"""Goods of two companies that are probably one, or comparable. Pure functions; nothing is applied.

From a SKU's facts (`goods`) to the nearest of another company (`candidates`), to numbers that speak
for and against a pair (`features`), to a probability by the shipped model (`model`, unless a rule
excludes the pair: `vetoes`), to suggestions, one to one (`suggestions`). `comparable` relates goods
of different brands. `pairs` says what a caller keeps, so that a later run looks only at what
changed.
"""

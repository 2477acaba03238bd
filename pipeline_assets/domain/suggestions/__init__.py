"""Which pairs of SKUs are offered to people, and what becomes of them; pure functions.

`found` is what is offered: what `matching` suggests across companies, and variants within one.
`plan` compares it with what was offered before and with decisions. `memory` is what matching keeps
between runs.
"""

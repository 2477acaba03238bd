"""Asset checks: each is declared once, next to what it does; `all_checks` lists them.

A check only reads. It says in one sentence what is wrong and what to do, and names the worst
offenders.
"""

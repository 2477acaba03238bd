"""Whole pages for people, made of plain data: one HTML file that needs nothing else.

Templates escape every text: those from files are shown as they are written, signs that are not seen
spelled out.
"""

"""The reference of the documentation, as Markdown that is made from the code for each build."""

"""The rules about inbox files: what their record comes to, who has died, who is halted."""

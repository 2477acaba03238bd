"""The rules about inbox files: what their record shows, which runs died, which files are halted."""

"""The exercises of the course: one module a page, with its right answers and its known mistakes."""

"""What the book states as equations: one module a page, each equation with its certificate."""

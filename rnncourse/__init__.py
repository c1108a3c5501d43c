"""Why recurrent networks forget: the code behind the book."""

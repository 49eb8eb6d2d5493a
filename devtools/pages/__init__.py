"""The generated reference pages: one module each, with a function that returns the page."""

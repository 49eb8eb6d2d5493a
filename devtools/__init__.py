"""Programs for those who work on ownplug: the generated reference pages, and the figures."""

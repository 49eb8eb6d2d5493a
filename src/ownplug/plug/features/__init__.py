"""One file for each thing that a plug can do; they do not know each other.

Each names its namespaces, asks through a `Link`, and gives values of `ownplug.core.state` or its own. Every
call may raise what `Link.request` raises, and `Malformed` where the plug says something unreadable.
"""

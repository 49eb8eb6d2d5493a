"""Values in, values out: the languages of the plug and what is known about it.

Nothing here waits, reads a clock, opens anything, draws chance or logs. Time arrives as an argument, chance
as a callable, and what was noticed is returned: all of it is tested without a socket or a sleep.
"""

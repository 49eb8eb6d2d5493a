"""What hangs on the plug's chip: relay, meter, light, clock.

Each is physics or memory only: time is an argument, chance a callable. They do not know each other; the
firmware wires them together, as the board does in a real plug.
"""

"""The firmware of a virtual plug: pure machines that know neither sockets nor the time of day.

`Firmware.update(now_s, inputs)` returns what is to be done in the world outside (effects) and when it wants to
be called again. Time is an argument and chance a callable, so that a run can be repeated and an hour can pass in
a millisecond. The plug decodes what it is told by its own readers (`fields`), not by the client's payload types:
else the two could only be wrong together.
"""

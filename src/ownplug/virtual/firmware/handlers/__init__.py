"""One function for each request that the plug answers, grouped as the namespaces are.

A handler gets the device and the payload, changes the one by the other and returns the payload of the reply, or
None to drop the connection. `Malformed` drops it, too; `DeviceError` becomes an ERROR.
"""

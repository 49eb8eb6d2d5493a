"""Moves bytes and requests, and knows no meaning: TCP, TLS, HTTP, MQTT packets, certificates.

Rooms above import the file they need (`from ownplug.transport.tcp import open_tcp`), and this file imports
nothing, so that nobody loads an HTTP library to open a socket. An error that leaves this room is an ownplug
error with a sentence; what the library or the system said stays attached as its cause.
"""

"""Remote control of Firefox: messages are a length in decimal, a colon, and JSON."""

import json
import socket

LENGTH_DIGITS_MAX = 9


class Marionette:
    """A session with the browser itself, not with a page. There can be one at a time."""

    def __init__(self, port, seconds):
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self.answers = self.connection.makefile("rb")
        self._receive()  # who it is
        self._call("WebDriver:NewSession", capabilities={})
        self._call("Marionette:SetContext", value="chrome")

    def run(self, script):
        """What a script returns that may do what the browser may."""
        return self._call("WebDriver:ExecuteScript", script=script, args=[])["value"]

    def close(self):
        self.answers.close()
        self.connection.close()

    def _call(self, name, **parameters):
        message = json.dumps([0, 1, name, parameters]).encode()
        self.connection.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._receive()
        assert error is None, "%s: %r" % (name, error)
        return result

    def _receive(self):
        length = b""
        while not length.endswith(b":"):
            piece = self.answers.read(1)
            assert piece and len(length) <= LENGTH_DIGITS_MAX, "no message: %r" % length
            length += piece
        return json.loads(self.answers.read(int(length[:-1])))

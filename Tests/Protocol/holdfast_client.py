"""A small client of the Holdfast protocol, written from Protocol/Specification.md alone.

It shows that the specification suffices, and serves as a model for clients in other languages. One thread; each wait
reads frames until what is waited for has come. Section numbers are those of the specification.
"""

import collections
import math
import socket
import ssl
import struct
import time

HELLO, WELCOME, CALL, REPLY, ITEM, END, CREDIT, CANCEL, PING, PONG, AUTH, DRAIN, FAIL = range(1, 14)
RESERVED = 0x70
MORE = 0x80

# Section 2 and 5.
FRAME_BODY = 16_384
ITEM_COST = 64
# Section 3.2.
MINIMUM = {"streams": 32, "message_bytes": 65_536, "stream_credit": 65_536, "connection_credit": 262_144}
LARGEST = 1 << 30
# What this client accepts.
OWN = {"streams": 32, "message_bytes": 4 << 20, "stream_credit": 262_144, "connection_credit": 1 << 20}


class SessionEnded(Exception):
    """The connection has ended: by the server's FAIL, or by its mistake, or by a break (code None)."""

    def __init__(self, code, message, last_stream=0):
        super().__init__(f"{message} (code {code})")
        self.code = code
        self.last_stream = last_stream


class CallFailed(Exception):
    """A REPLY with a status other than 0, and its Failure."""

    def __init__(self, status, failure):
        super().__init__(f"status {status}: {failure.message}")
        self.status = status
        self.failure = failure


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def read_varint(body, offset):
    number = 0
    for index in range(10):
        if offset + index >= len(body):
            raise SessionEnded(1, "a varint ends early")
        byte = body[offset + index]
        number |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return number & 0xFFFF_FFFF_FFFF_FFFF, offset + index + 1
    raise SessionEnded(1, "a varint of more than ten bytes")


class Window:
    """Credit in one direction or both, of the connection or of a stream (section 5)."""

    def __init__(self, outgoing, incoming):
        self.outgoing = outgoing
        self.size = incoming
        self.taken = 0

    def consumed(self, cost):
        """How much is to be granted now."""
        self.taken += cost
        if self.taken * 2 < self.size:
            return 0
        granted, self.taken = self.taken, 0
        return granted


class Call:
    """One call, from its CALL to its REPLY."""

    def __init__(self, connection, stream, has_items):
        self.connection = connection
        self.stream = stream
        self.window = Window(connection.server["stream_credit"], OWN["stream_credit"])
        self.may_send = has_items
        self.items = collections.deque()
        self.parts = bytearray()
        self.part_type = None
        self.status = None
        self.metadata = b""
        self.message = b""

    def send(self, message):
        """Sends an item when there is credit for it."""
        assert self.may_send
        self.connection.wait(lambda: self.ended or (self.window.outgoing > 0 and self.connection.window.outgoing > 0))
        if self.ended:
            return False
        cost = len(message) + ITEM_COST * max(1, math.ceil(len(message) / FRAME_BODY))
        self.window.outgoing -= cost
        self.connection.window.outgoing -= cost
        self.connection.send_pieces(ITEM, self.stream, message)
        return True

    def finish(self):
        """Says that no more items come."""
        if self.may_send and not self.ended:
            self.may_send = False
            self.connection.send(END, self.stream)

    def cancel(self):
        if not self.ended:
            self.may_send = False
            self.connection.send(CANCEL, self.stream)

    @property
    def ended(self):
        return self.status is not None

    def next_item(self):
        """The next item of the reply; None when the call has ended and all have been taken."""
        self.connection.wait(lambda: self.items or self.ended)
        if not self.items:
            return None
        message = self.items.popleft()
        self.connection.grant(self, len(message) + ITEM_COST)
        return message

    def reply(self):
        """Waits for the REPLY. The reply's message, or CallFailed."""
        self.connection.wait(lambda: self.ended)
        if self.status != 0:
            raise CallFailed(self.status, self.connection.messages["Failure"].FromString(self.message))
        return self.message


class Connection:
    """One connection. `messages` has the classes of the package holdfast.session by their names."""

    def __init__(self, host, port, authority, token, messages, agent="python/1", call_early=None, timeout=120.0):
        self.messages = messages
        self.calls = {}
        self.last_stream = 0
        self.server = dict(MINIMUM)
        self.window = Window(MINIMUM["connection_credit"], OWN["connection_credit"])
        self.welcome = None
        self.drain = None
        self.goodbye = None
        self.authenticated = []
        self.pongs = []
        self.buffer = bytearray()

        # Section 1.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.set_alpn_protocols(["holdfast/1"])
        context.load_verify_locations(cafile=authority)
        plain = socket.create_connection((host, port), timeout=timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(plain, server_hostname=host)
        if self.socket.selected_alpn_protocol() != "holdfast/1":
            raise SessionEnded(None, "the server does not speak holdfast/1")

        # Section 3.1: the first calls may leave with the hello.
        hello = messages["Hello"](minor=0, agent=agent, limits=messages["SessionLimits"](**OWN), token=token)
        try:
            self.send(HELLO, 0, hello.SerializeToString(deterministic=True))
            self.send(RESERVED, 0)
            if call_early:
                call_early(self)
            self.wait(lambda: self.welcome)
        except BaseException:
            self.socket.close()
            raise

    # Sending

    def send(self, type, stream, body=b"", more=False):
        head = struct.pack("<II", len(body) | (type | (MORE if more else 0)) << 24, stream)
        self.socket.sendall(head + body)

    def send_pieces(self, type, stream, body):
        """Section 4.4; one message at a time, so that no more than one is ever unfinished."""
        start = 0
        while len(body) - start > FRAME_BODY:
            self.send(type, stream, body[start : start + FRAME_BODY], more=True)
            start += FRAME_BODY
        self.send(type, stream, body[start:])

    def open(self, method, request=b"", has_items=False, timeout_ms=0, metadata=None):
        """Opens a call (section 4.1)."""
        if self.drain or self.goodbye:
            raise SessionEnded(None, "the server stops")
        if len(request) > self.server["message_bytes"]:
            raise ValueError(f"a request of {len(request)} bytes")
        self.wait(lambda: len(self.calls) < self.server["streams"])
        self.last_stream += 1
        call = Call(self, self.last_stream, has_items)
        self.calls[call.stream] = call
        entries = self.messages["Metadata"](entries=metadata or {}).SerializeToString(deterministic=True)
        head = varint(method) + varint(1 if has_items else 0) + varint(timeout_ms) + varint(len(entries)) + entries
        self.send_pieces(CALL, call.stream, head + request)
        return call

    def grant(self, call, cost):
        """The consumer has taken what `cost` stands for."""
        granted = self.window.consumed(cost)
        if granted:
            self.send(CREDIT, 0, varint(granted))
        if call and not call.ended:
            granted = call.window.consumed(cost)
            if granted:
                self.send(CREDIT, call.stream, varint(granted))

    def authenticate(self, token):
        """Section 3.3. The server's answer."""
        count = len(self.authenticated)
        self.send(AUTH, 0, self.messages["Authenticate"](token=token).SerializeToString())
        self.wait(lambda: len(self.authenticated) > count)
        return self.authenticated[-1]

    def ping(self, data):
        self.send(PING, 0, data)
        self.wait(lambda: data in self.pongs)

    def close(self):
        try:
            self.send(FAIL, 0, self.messages["Goodbye"](code=0).SerializeToString())
        except OSError:
            pass
        self.socket.close()

    # Receiving

    def wait(self, condition):
        while not condition():
            self.receive()

    def receive(self):
        """Takes one frame."""
        if self.goodbye:
            raise SessionEnded(self.goodbye.code, self.goodbye.message, self.goodbye.last_stream)
        head = self.read(8)
        word, stream = struct.unpack("<II", head)
        length, type, more = word & 0xFF_FFFF, word >> 24 & 0x7F, bool(word >> 31)
        if length > FRAME_BODY:
            raise SessionEnded(2, f"a frame of {length} bytes")
        self.take(type, more, stream, self.read(length))

    def read(self, count):
        while len(self.buffer) < count:
            part = self.socket.recv(65_536)
            if not part:
                raise SessionEnded(None, "the server closed the connection")
            self.buffer += part
        found = bytes(self.buffer[:count])
        del self.buffer[:count]
        return found

    def take(self, type, more, stream, body):
        if type in (REPLY, ITEM):
            self.take_message(type, more, stream, body)
        elif type == CREDIT:
            credit, end = read_varint(body, 0)
            if end != len(body):
                raise SessionEnded(1, "CREDIT goes on after its end")
            if stream == 0:
                self.window.outgoing += credit
            elif stream in self.calls:
                self.calls[stream].window.outgoing += credit
        elif type == PING:
            self.send(PONG, 0, body)
        elif type == PONG:
            self.pongs.append(body)
        elif type == WELCOME:
            self.welcome = self.messages["Welcome"].FromString(body)
            self.accept(self.welcome.limits)
        elif type == AUTH:
            self.authenticated.append(self.messages["Authenticate"].FromString(body))
        elif type == DRAIN:
            self.drain = self.messages["Drain"].FromString(body)
            for number in [number for number in self.calls if number > self.drain.last_stream]:
                failure = self.messages["Failure"](message="the server stops", not_begun=True)
                self.end(self.calls.pop(number), 14, b"", failure.SerializeToString())
        elif type == FAIL:
            self.goodbye = self.messages["Goodbye"].FromString(body)
        elif type in (HELLO, CALL, END, CANCEL):
            raise SessionEnded(1, f"frame {type} from a server")
        # Anything else is skipped (section 2).

    def accept(self, limits):
        """Section 3.2: what the server accepts beyond the minimum is granted with the welcome."""
        before = self.server
        self.server = {name: min(max(getattr(limits, name), least), LARGEST) for name, least in MINIMUM.items()}
        self.window.outgoing += self.server["connection_credit"] - before["connection_credit"]
        for call in self.calls.values():
            call.window.outgoing += self.server["stream_credit"] - before["stream_credit"]

    def take_message(self, type, more, stream, body):
        call = self.calls.get(stream)
        if call is None:
            if stream == 0 or stream > self.last_stream:
                raise SessionEnded(1, f"a frame on stream {stream}, which was never opened")
            if type == ITEM:
                self.grant(None, len(body) + ITEM_COST)
            return
        if type == REPLY and call.part_type == ITEM:
            # A failing reply takes the place of the rest of an item.
            self.grant(None, len(call.parts) + ITEM_COST)
            call.parts, call.part_type = bytearray(), None
        elif call.part_type == ITEM:
            # A further piece: its fixed cost is given back at once.
            self.grant(call, ITEM_COST)
        call.parts += body
        if more:
            call.part_type = type
            return
        message, call.parts, call.part_type = bytes(call.parts), bytearray(), None
        if type == ITEM:
            call.items.append(message)
            return
        del self.calls[stream]
        status, offset = read_varint(message, 0)
        size, offset = read_varint(message, offset)
        self.end(call, status, message[offset : offset + size], message[offset + size :])

    def end(self, call, status, metadata, message):
        call.status, call.metadata, call.message = status, metadata, message
        call.may_send = False

    # Calls of one request

    def unary(self, method, request, timeout_ms=0, metadata=None):
        """One request, one reply; sends CANCEL when the time is over (section 4.6)."""
        call = self.open(method, request, timeout_ms=timeout_ms, metadata=metadata)
        if timeout_ms:
            limit = time.monotonic() + timeout_ms / 1000 + 1
            self.wait(lambda: call.ended or time.monotonic() > limit)
            if not call.ended:
                call.cancel()
        return call.reply()

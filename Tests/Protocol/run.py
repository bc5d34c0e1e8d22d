"""Talks to a real hub in every way that the specification describes, and says what differs.

    run.py ADDRESS DATA_DIRECTORY DESCRIPTOR_SET [SERVER_PROCESS_ID]

With a process id, ends by telling the server to stop, to see the drain.
"""

import json
import os
import random
import signal
import struct
import sys
import unittest

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from holdfast_client import END, CallFailed, Connection, SessionEnded, read_varint, varint

PERSISTENCE, ADMINISTRATION, DIAGNOSTICS = 1, 2, 3


def method(service, call):
    return service * 1024 + call


PUT, GET, DELETE, WATCH = (method(PERSISTENCE, call) for call in (1, 2, 3, 8))
UPLOAD, DOWNLOAD = method(PERSISTENCE, 9), method(PERSISTENCE, 10)
CREATE_TOKEN = method(ADMINISTRATION, 2)
ECHO, STREAM, SINK, RELAY = (method(DIAGNOSTICS, call) for call in (1, 2, 3, 4))


def load(path):
    """The message classes of a descriptor set, by package and name."""
    files = descriptor_pb2.FileDescriptorSet.FromString(open(path, "rb").read())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    classes = {}
    for file in files.file:
        for message in file.message_type:
            name = f"{file.package}.{message.name}"
            classes.setdefault(file.package, {})[message.name] = message_factory.GetMessageClass(
                pool.FindMessageTypeByName(name)
            )
    return classes


ADDRESS, DATA, DESCRIPTORS = sys.argv[1:4]
SERVER = int(sys.argv[4]) if len(sys.argv) > 4 else None
HOST, PORT = ADDRESS.rsplit(":", 1)
CLASSES = load(DESCRIPTORS)
SESSION, VALUES, HUB = CLASSES["holdfast.session"], CLASSES["holdfast.persistence"], CLASSES["holdfast.hub"]
TOKEN = open(os.path.join(DATA, "admin.token")).read().strip()
SPACE = "python"


def connect(token=TOKEN, **options):
    return Connection(HOST, int(PORT), os.path.join(DATA, "tls", "ca.pem"), token, SESSION, **options)


class ProtocolTests(unittest.TestCase):
    def setUp(self):
        self.connection = connect()

    def tearDown(self):
        self.connection.close()

    def call(self, method, request, reply, **options):
        return reply.FromString(self.connection.unary(method, request.SerializeToString(), **options))

    def put(self, key, content, **options):
        return self.call(PUT, VALUES["PutRequest"](space=SPACE, key=key, content=content), VALUES["PutReply"], **options)

    def get(self, key):
        return self.call(GET, VALUES["GetRequest"](space=SPACE, key=key), VALUES["GetReply"])

    def test_the_welcome_says_who_the_server_is_and_what_it_takes(self):
        welcome = self.connection.welcome
        self.assertTrue(welcome.agent.startswith("holdfast/"))
        self.assertTrue(welcome.principal)
        self.assertGreaterEqual(welcome.limits.streams, 32)
        self.assertGreaterEqual(welcome.limits.message_bytes, 65_536)

    def test_calls_may_leave_with_the_hello(self):
        early = []
        payload = HUB["Payload"](content=b"early").SerializeToString()
        connection = connect(call_early=lambda connection: early.append(connection.open(ECHO, payload)))
        self.assertEqual(early[0].reply(), payload)
        connection.close()

    def test_a_wrong_token_is_refused_and_nothing_is_processed(self):
        with self.assertRaises(SessionEnded) as ended:
            connect(token="wrong")
        self.assertEqual(ended.exception.code, 5)
        self.assertEqual(ended.exception.last_stream, 0)

    def test_a_value_that_was_put_is_there(self):
        version = self.put("greeting", "grüße".encode()).version
        value = self.get("greeting").value
        self.assertEqual((value.content, value.version), ("grüße".encode(), version))
        self.assertFalse(self.get("no such key").HasField("value"))

    def test_an_error_that_is_declared_has_its_own_message(self):
        self.put("conflict", b"1")
        request = VALUES["PutRequest"](space=SPACE, key="conflict", content=b"2", expected=0)
        with self.assertRaises(CallFailed) as failed:
            self.call(PUT, request, VALUES["PutReply"])
        failure = failed.exception.failure
        self.assertEqual((failure.package, failure.number), ("holdfast.persistence", 1))
        conflict = VALUES["Conflict"].FromString(failure.payload)
        self.assertEqual(conflict.key, "conflict")
        self.assertGreater(conflict.actual, 0)

    def test_a_mutation_with_a_key_happens_once(self):
        key = {"idempotency-key": os.urandom(16)}
        first = self.put("once", b"1", metadata=key).version
        self.put("once", b"2")
        self.assertEqual(self.put("once", b"1", metadata=key).version, first)
        self.assertEqual(self.get("once").value.content, b"2")

    def test_a_large_value_travels_in_pieces_both_ways(self):
        content = random.Random(1).randbytes(700_001)
        self.put("large", content)
        self.assertEqual(self.get("large").value.content, content)

    def test_a_large_request_does_not_hold_up_a_small_one(self):
        large = HUB["Payload"](content=bytes(1_000_000)).SerializeToString()
        small = HUB["Payload"](content=b"small").SerializeToString()
        first = self.connection.open(ECHO, large)
        second = self.connection.open(ECHO, small)
        self.assertEqual(second.reply(), small)
        self.assertEqual(first.reply(), large)

    def test_a_value_larger_than_a_message_goes_up_and_comes_down_as_items(self):
        content = random.Random(2).randbytes(6_000_000)
        upload = self.connection.open(UPLOAD, has_items=True)
        first = VALUES["Piece"](put=VALUES["PutRequest"](space=SPACE, key="huge"))
        upload.send(first.SerializeToString())
        for start in range(0, len(content), 100_000):
            upload.send(VALUES["Piece"](content=content[start : start + 100_000]).SerializeToString())
        upload.finish()
        VALUES["PutReply"].FromString(upload.reply())
        download = self.connection.open(DOWNLOAD, VALUES["GetRequest"](space=SPACE, key="huge").SerializeToString())
        found = bytearray()
        while (item := download.next_item()) is not None:
            found += VALUES["DownloadPiece"].FromString(item).content
        self.assertEqual(download.status, 0)
        self.assertEqual(bytes(found), content)

    def test_a_watch_tells_each_change_and_goes_on_where_it_was_left(self):
        request = VALUES["WatchRequest"](space=SPACE, prefix="watched/")
        watch = self.connection.open(WATCH, request.SerializeToString())
        caught_up = VALUES["Change"].FromString(watch.next_item())
        self.assertEqual(caught_up.kind, 4)
        for number in range(3):
            self.put(f"watched/{number}", str(number).encode())
        changes = [VALUES["Change"].FromString(watch.next_item()) for _ in range(3)]
        self.assertEqual([change.key for change in changes], [f"watched/{number}" for number in range(3)])
        watch.cancel()
        with self.assertRaises(CallFailed) as failed:
            watch.reply()
        self.assertEqual(failed.exception.status, 1)
        again = VALUES["WatchRequest"](space=SPACE, prefix="watched/", cursor=changes[0].cursor)
        watch = self.connection.open(WATCH, again.SerializeToString())
        self.assertEqual(VALUES["Change"].FromString(watch.next_item()).key, "watched/1")
        watch.cancel()

    def test_a_stream_of_many_items_comes_whole_and_in_bounded_portions(self):
        request = HUB["StreamRequest"](items=30_000, size=100)
        stream = self.connection.open(STREAM, request.SerializeToString())
        self.connection.ping(b"12345678")
        # Nothing has been taken: no more has come than the credit that this client gave.
        self.assertLessEqual(sum(len(item) + 64 for item in stream.items), 262_144 + 200)
        count = 0
        while stream.next_item() is not None:
            count += 1
        self.assertEqual((count, stream.status), (30_000, 0))

    def test_items_go_both_ways_at_once_until_the_client_has_no_more(self):
        relay = self.connection.open(RELAY, has_items=True)
        for number in range(50):
            payload = HUB["Payload"](content=bytes([number]) * number * 1000).SerializeToString()
            self.assertTrue(relay.send(payload))
            self.assertEqual(relay.next_item(), payload)
        relay.finish()
        self.assertIsNone(relay.next_item())
        self.assertEqual(relay.status, 0)

    def test_many_cancelled_calls_take_no_credit_away(self):
        for _ in range(60):
            stream = self.connection.open(STREAM, HUB["StreamRequest"](items=1000, size=1000).SerializeToString())
            stream.next_item()
            stream.cancel()
            while stream.next_item() is not None:
                pass
            self.assertTrue(stream.ended)
        upload = self.connection.open(SINK, has_items=True)
        for _ in range(80):
            upload.send(HUB["Payload"](content=bytes(60_000)).SerializeToString())
        upload.finish()
        self.assertEqual(HUB["SinkReply"].FromString(upload.reply()).items, 80)

    def test_a_deadline_ends_the_call_at_the_server(self):
        relay = self.connection.open(RELAY, has_items=True, timeout_ms=50)
        with self.assertRaises(CallFailed) as failed:
            relay.reply()
        self.assertEqual(failed.exception.status, 4)

    def test_a_call_that_does_not_exist_is_told_so(self):
        with self.assertRaises(CallFailed) as failed:
            self.connection.unary(method(999, 1), b"")
        self.assertEqual(failed.exception.status, 12)
        self.assertTrue(failed.exception.failure.not_begun)

    def test_a_new_token_is_accepted_while_the_connection_lives(self):
        scope = HUB["TokenScope"](spaces=[SPACE], write=True)
        made = self.call(CREATE_TOKEN, HUB["CreateTokenRequest"](name="p", scope=scope), HUB["CreateTokenReply"])
        self.assertEqual(self.connection.authenticate(made.token).status, 0)
        self.assertEqual(self.connection.authenticate("wrong").status, 16)
        self.put("still here", b"yes")

    def test_frames_that_nobody_knows_are_skipped(self):
        self.connection.send(0x7F, 12345, b"anything", more=True)
        self.connection.send(50, 0)
        self.connection.ping(b"abcdefgh")

    def test_a_violation_is_answered_by_its_code(self):
        self.connection.send(END, 77)
        with self.assertRaises(SessionEnded) as ended:
            self.connection.wait(lambda: False)
        self.assertEqual(ended.exception.code, 1)


class VectorTests(unittest.TestCase):
    """The good frames of Protocol/Vectors/frames.jsonl."""

    MESSAGES = {"HELLO": "Hello", "WELCOME": "Welcome", "AUTH": "Authenticate", "DRAIN": "Drain", "FAIL": "Goodbye"}
    TEXTS = {"AUTH": "message", "DRAIN": "reason", "FAIL": "message"}

    def test_every_good_frame_reads_and_writes_as_its_vector_says(self):
        path = os.path.join(os.path.dirname(__file__), "../../Protocol/Vectors/frames.jsonl")
        vectors = [json.loads(line) for line in open(path, encoding="utf-8")]
        for vector in (vector for vector in vectors if "error" not in vector):
            with self.subTest(vector["name"]):
                data = bytes.fromhex(vector["hex"])
                word, stream = struct.unpack("<II", data[:8])
                self.assertEqual((stream, bool(word >> 31)), (vector["stream"], vector["more"]))
                self.assertEqual(word & 0xFF_FFFF, len(data) - 8)
                self.check(vector["type"], data[8:], vector["fields"])

    def check(self, type, body, fields):
        if type in self.MESSAGES:
            message = SESSION[self.MESSAGES[type]].FromString(body)
            self.assertEqual(message.SerializeToString(deterministic=True), body)
            for name, value in fields.items():
                if name == "limits":
                    self.assertEqual({limit: getattr(message.limits, limit) for limit in value}, value)
                elif name.endswith("_ms"):
                    self.assertEqual(getattr(message, name.removesuffix("_ms")).ToMilliseconds(), value)
                else:
                    self.assertEqual(getattr(message, self.TEXTS[type] if name == "text" else name), value)
        elif type in ("CALL", "REPLY"):
            names = ["method", "flags", "time_left"] if type == "CALL" else ["status"]
            offset, written = 0, b""
            for name in names:
                number, offset = read_varint(body, offset)
                self.assertEqual(number, fields[name])
                written += varint(number)
            size, offset = read_varint(body, offset)
            metadata = SESSION["Metadata"].FromString(body[offset : offset + size])
            self.assertEqual({name: value.hex() for name, value in metadata.entries.items()}, fields["metadata"])
            encoded = metadata.SerializeToString(deterministic=True)
            rest = body[offset + size :]
            self.assertEqual(written + varint(len(encoded)) + encoded + rest, body)
            if "failure" in fields:
                failure = SESSION["Failure"].FromString(rest)
                self.assertEqual(failure.SerializeToString(deterministic=True), rest)
                expected = fields["failure"]
                found = (failure.message, failure.package, failure.number, failure.payload.hex(), failure.not_begun)
                self.assertEqual(found, tuple(expected[name] for name in ("message", "package", "number", "payload", "not_begun")))
            else:
                self.assertEqual(rest.hex(), fields["message"])
        elif type == "CREDIT":
            self.assertEqual(read_varint(body, 0), (fields["credit"], len(body)))
        else:
            self.assertEqual(body.hex(), fields.get("message", fields.get("data", "")))


class ZDrainTests(unittest.TestCase):
    """Comes last: it stops the server."""

    @unittest.skipUnless(SERVER, "no server process was named")
    def test_a_server_that_stops_says_so_and_lets_calls_end(self):
        connection = connect()
        relay = connection.open(RELAY, has_items=True)
        payload = HUB["Payload"](content=b"before").SerializeToString()
        relay.send(payload)
        self.assertEqual(relay.next_item(), payload)
        os.kill(SERVER, signal.SIGTERM)
        connection.wait(lambda: connection.drain and connection.drain.last_stream == relay.stream)
        with self.assertRaises(SessionEnded):
            connection.open(ECHO, payload)
        relay.send(payload)
        self.assertEqual(relay.next_item(), payload)
        relay.finish()
        self.assertEqual(relay.reply(), b"")
        connection.wait(lambda: connection.goodbye)
        self.assertEqual(connection.goodbye.code, 0)
        connection.close()


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=2)

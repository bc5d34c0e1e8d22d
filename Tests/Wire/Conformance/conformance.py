"""Google's protobuf, for the Swift tests to compare the codec with.

    conformance.py DESCRIPTOR_SET generate SEED COUNT    prints random messages
    conformance.py DESCRIPTOR_SET echo                   decodes and encodes the messages of the standard input
    conformance.py DESCRIPTOR_SET compare                tells whether two encodings on the standard input mean the same
    conformance.py DESCRIPTOR_SET vectors FILE           checks Protocol/Vectors/messages.jsonl, and exits with 1 if not

A message is a line: its name in the package `conformance`, a space, its bytes in hexadecimal ("-" for none). `echo`
answers "refused" for what is no message; `compare` takes two encodings in a line and answers "same", "different",
"both refused" or "left refused" and "right refused".
"""

import json
import os
import random
import struct
import sys

if sys.argv[2:3] != ["compare"]:
    # Protobuf leaves the order of a map's entries open. The implementation in Python writes them in ascending order of
    # their keys, as we do; the one in C writes them in descending order. Meanings are compared by the one in C.
    os.environ["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"] = "python"

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor as Field
from google.protobuf.message import DecodeError

WIRE_TYPES = ["Plain", "Optionals", "Defaults", "Lists", "Sets", "Maps", "Choice", "Tree", "Everything"]

# Message fields without `?`: an empty message there is the same as none.
PLAIN_MESSAGES = {
    "conformance.Plain.moment",
    "conformance.Plain.span",
    "conformance.Tree.choice",
    "conformance.Everything.plain",
    "conformance.Everything.defaults",
    "conformance.Everything.lists",
    "conformance.Everything.sets",
    "conformance.Everything.maps",
}


def load(path):
    """The classes of the messages, by their names in the package."""
    with open(path, "rb") as file:
        files = descriptor_pb2.FileDescriptorSet.FromString(file.read())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName("conformance." + name)) for name in WIRE_TYPES
    }


def to_hex(data):
    return data.hex() or "-"


def from_hex(text):
    return b"" if text == "-" else bytes.fromhex(text)


def encode(message):
    return message.SerializeToString(deterministic=True)


# MARK: Random messages


class Generator:
    """Random messages that are canonical: a zero stands only where presence is explicit, sets ascend."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def integer(self, bits, signed):
        """Numbers of every length, and the ends of the range often."""
        low = -(1 << bits - 1) if signed else 0
        high = (1 << bits - 1 if signed else 1 << bits) - 1
        if self.random.random() < 0.15:
            return self.random.choice([low, high, 0, 1, -1 if signed else high])
        value = self.random.getrandbits(self.random.randint(1, bits))
        if signed and self.random.random() < 0.5:
            value = -value
        return max(low, min(high, value))

    def text(self):
        alphabet = self.random.choice(["abcdefghijklmnop -", "äöüß€漢字", "a\u0000😀\U0010ffff\ud7ff\ue000"])
        length = self.random.choice([0, 1, 7, 8, 9, 15, 16, 17, self.random.randint(0, 300)])
        return "".join(self.random.choice(alphabet) for _ in range(length))

    def content(self):
        return self.random.randbytes(self.random.choice([0, 1, 16, self.random.randint(0, 200)]))

    def number(self, single):
        kind = self.random.random()
        if kind < 0.2:
            return self.random.choice([0.0, -0.0, float("inf"), float("-inf"), float("nan"), 1.5, 5e-324])
        if single:
            value = struct.unpack("<f", self.random.randbytes(4))[0]
        else:
            value = struct.unpack("<d", self.random.randbytes(8))[0]
        # A random NaN would be a signalling one, which Python does not keep.
        return 0.25 if value != value else value

    def scalar(self, field):
        kind = field.type
        if field.name == "identity":
            return self.random.randbytes(15) + b"\x01"
        if kind == Field.TYPE_BOOL:
            return self.random.random() < 0.5
        if kind in (Field.TYPE_INT32, Field.TYPE_SINT32, Field.TYPE_SFIXED32):
            return self.integer(32, True)
        if kind in (Field.TYPE_INT64, Field.TYPE_SINT64, Field.TYPE_SFIXED64):
            return self.integer(64, True)
        if kind in (Field.TYPE_UINT32, Field.TYPE_FIXED32):
            return self.integer(32, False)
        if kind in (Field.TYPE_UINT64, Field.TYPE_FIXED64):
            return self.integer(64, False)
        if kind == Field.TYPE_ENUM:
            return self.random.choice([0, 1, 2, 300, 7, -1, 2**31 - 1, -(2**31)])
        if kind == Field.TYPE_FLOAT:
            return self.number(single=True)
        if kind == Field.TYPE_DOUBLE:
            return self.number(single=False)
        if kind == Field.TYPE_STRING:
            return self.text()
        return self.content()

    def fill(self, message, depth):
        name = message.DESCRIPTOR.full_name
        if name == "google.protobuf.Timestamp":
            message.seconds = self.random.choice([0, 1, -62135596800, 253402300799, self.random.randint(-(10**10), 10**10)])
            message.nanos = self.random.choice([0, 1, 999999999])
            return
        if name == "google.protobuf.Duration":
            sign = self.random.choice([1, -1])
            message.seconds = sign * self.random.choice([0, 1, 315576000000, self.random.randint(0, 10**10)])
            message.nanos = sign * self.random.choice([0, 1, 999999999])
            return
        density = self.random.choice([0.2, 0.6, 1.0])
        if message.DESCRIPTOR.oneofs:
            fields = [self.random.choice(message.DESCRIPTOR.fields)]
        else:
            fields = message.DESCRIPTOR.fields
        for field in fields:
            if self.random.random() < density:
                self.field(message, field, depth)

    def field(self, message, field, depth):
        count = self.random.choice([0, 1, 2, 3, self.random.randint(0, 40)])
        is_message = field.type == Field.TYPE_MESSAGE
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            key, value = field.message_type.fields_by_name["key"], field.message_type.fields_by_name["value"]
            target = getattr(message, field.name)
            for _ in range(count):
                if value.type == Field.TYPE_MESSAGE:
                    if depth > 0:
                        self.fill(target[self.scalar(key)], depth - 1)
                    continue
                # The one map of UUIDs.
                wants_identity = field.name == "sfixed64" and value.type == Field.TYPE_BYTES
                target[self.scalar(key)] = self.random.randbytes(16) if wants_identity else self.scalar(value)
        elif field.is_repeated:
            target = getattr(message, field.name)
            if is_message:
                for _ in range(count if depth > 0 else 0):
                    self.fill(target.add(), depth - 1)
            else:
                values = [self.scalar(field) for _ in range(count)]
                if message.DESCRIPTOR.name == "Sets":
                    # Python orders text by code points, which is the order of its UTF-8.
                    values = sorted(set(values))
                target.extend(values)
        elif is_message:
            if depth > 0:
                inner = getattr(message, field.name)
                self.fill(inner, depth - 1)
                if inner.ByteSize() > 0 or field.full_name not in PLAIN_MESSAGES:
                    inner.SetInParent()
                else:
                    message.ClearField(field.name)
        else:
            setattr(message, field.name, self.scalar(field))


def generate(classes, seed, count):
    generator = Generator(seed)
    for _ in range(count):
        name = generator.random.choice(WIRE_TYPES)
        message = classes[name]()
        generator.fill(message, depth=2)
        print(name, to_hex(encode(message)))


# MARK: Comparing


def parse(classes, name, data):
    """The message, or None where it is refused."""
    try:
        return classes[name].FromString(data)
    except (DecodeError, UnicodeDecodeError):
        return None


def echo(classes):
    for line in sys.stdin:
        name, data = line.split()
        message = parse(classes, name, from_hex(data))
        print("refused" if message is None else to_hex(encode(message)))


def normalise(message):
    """Takes away what has two forms with one meaning."""
    for field, value in message.ListFields():
        if field.type == Field.TYPE_BYTES and field.name == "identity":
            # No bytes at all stand for the UUID of zeros.
            if field.is_repeated:
                values = [item or bytes(16) for item in value]
                del value[:]
                value.extend(values)
            elif value in (b"", bytes(16)):
                if message.DESCRIPTOR.name == "Plain":
                    message.ClearField(field.name)
                else:
                    setattr(message, field.name, bytes(16))
        elif field.type != Field.TYPE_MESSAGE:
            continue
        elif field.message_type.GetOptions().map_entry:
            if field.message_type.fields_by_name["value"].type == Field.TYPE_MESSAGE:
                for key in value:
                    normalise(value[key])
        elif field.is_repeated:
            for item in value:
                normalise(item)
        else:
            normalise(value)
            if value.ByteSize() == 0 and field.full_name in PLAIN_MESSAGES:
                message.ClearField(field.name)
    if message.DESCRIPTOR.full_name == "google.protobuf.Duration":
        nanoseconds = message.seconds * 10**9 + message.nanos
        seconds = abs(nanoseconds) // 10**9 * (1 if nanoseconds >= 0 else -1)
        message.Clear()
        message.seconds = seconds
        message.nanos = nanoseconds - seconds * 10**9
    elif message.DESCRIPTOR.full_name == "google.protobuf.Timestamp":
        # Fields that a timestamp does not have are dropped.
        message.DiscardUnknownFields()
    return message


def compare(classes):
    for line in sys.stdin:
        name, left, right = line.split()
        left = parse(classes, name, from_hex(left))
        right = None if right == "refused" else parse(classes, name, from_hex(right))
        if left is None or right is None:
            both = left is None and right is None
            print("both refused" if both else "left refused" if left is None else "right refused")
        else:
            print("same" if encode(normalise(left)) == encode(normalise(right)) else "different")


# MARK: Vectors


def vectors(classes, path):
    failures = 0
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    for vector in lines:
        name = vector["message"].removeprefix("conformance.")
        message = parse(classes, name, bytes.fromhex(vector["bytes"]))
        if "refused" in vector:
            # Some things only we refuse.
            fine = message is None or vector.get("protobuf") == "accepts"
        else:
            expected = json_format.ParseDict(vector["value"], classes[name]())
            canonical = vector.get("canonical", vector["bytes"])
            fine = message is not None
            if "unknown" in vector:
                message = fine and classes[name].FromString(bytes.fromhex(vector["bytes"]))
                if message:
                    message.DiscardUnknownFields()
                canonical = None
            if fine:
                written = encode(message).hex()
                fine = written == encode(expected).hex() and canonical in (None, written)
        if not fine:
            failures += 1
            print(f"{vector['name']}: protobuf reads or writes it otherwise")
    print(f"{len(lines)} vectors, {failures} failures")
    return failures


def main():
    classes = load(sys.argv[1])
    mode = sys.argv[2]
    if mode == "generate":
        generate(classes, int(sys.argv[3]), int(sys.argv[4]))
    elif mode == "echo":
        echo(classes)
    elif mode == "compare":
        compare(classes)
    elif mode == "vectors":
        sys.exit(1 if vectors(classes, sys.argv[3]) else 0)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()

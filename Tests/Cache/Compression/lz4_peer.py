"""Compresses and decompresses with the reference implementation of LZ4, for the tests of our own.

Reads lines of standard input and answers each on standard output, bytes in hexadecimal, "-" for none:
    compress BYTES          the block
    decompress COUNT BYTES  the bytes, or "refused"
"""

import sys

import lz4.block


def read(text):
    return b"" if text == "-" else bytes.fromhex(text)


def answer(words):
    if words[0] == "compress":
        return lz4.block.compress(read(words[1]), store_size=False)
    return lz4.block.decompress(read(words[2]), uncompressed_size=int(words[1]))


for line in sys.stdin:
    try:
        print(answer(line.split()).hex() or "-")
    except lz4.block.LZ4BlockError:
        print("refused")

"""A client process that waits in a call until it is killed: ``python front_caller.py PORT``."""

from __future__ import annotations

import sys

import grpc
from front_probe import NAME
from google.protobuf.wrappers_pb2 import DoubleValue

if __name__ == "__main__":
    channel = grpc.insecure_channel(f"127.0.0.1:{sys.argv[1]}")
    channel.unary_unary(f"/{NAME}/Sleep", DoubleValue.SerializeToString, bytes)(DoubleValue(value=20), timeout=30)

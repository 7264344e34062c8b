#!/usr/bin/env bash
# Regenerates src/shoplib/hipstershop_pb2* from protos/. Needs the Python package grpcio-tools.
# PYTHON chooses the interpreter (default: python3).
set -euo pipefail
cd "$(dirname "$0")/.."

out=src/shoplib
"${PYTHON:-python3}" -m grpc_tools.protoc --proto_path=protos \
  --python_out="$out" --pyi_out="$out" --grpc_python_out="$out" protos/hipstershop.proto
# protoc writes top-level imports, and no types; the stubs live in a package that is type-checked.
sed -i -e 's/^import hipstershop_pb2 as/from shoplib import hipstershop_pb2 as/' "$out/hipstershop_pb2_grpc.py"
sed -i -e '1i # mypy: ignore-errors' "$out/hipstershop_pb2_grpc.py" "$out/hipstershop_pb2.pyi"

#!/usr/bin/env bash
# Builds an image of every service, and pushes them if PUSH=1.
#   REPO_PREFIX=registry.example.com/shop TAG=v1 hack/make-docker-images.sh [service ...]
set -euo pipefail
cd "$(dirname "$0")/.."

: "${REPO_PREFIX:?set it to the registry and folder of the images, e.g. registry.example.com/shop}"
: "${TAG:?set it to the tag of the images, e.g. v1}"

services=("$@")
if [ ${#services[@]} -eq 0 ]; then
  for main in src/*/main.py; do
    services+=("$(basename "$(dirname "$main")")")
  done
fi

for service in "${services[@]}"; do
  if [ ! -f "src/$service/main.py" ]; then
    echo "src/$service/main.py: no such service" >&2
    exit 1
  fi
  image="$REPO_PREFIX/$service:$TAG"
  echo "building $image"
  docker build --build-arg "SERVICE=$service" --tag "$image" .
  if [ "${PUSH:-0}" = 1 ]; then
    docker push "$image"
  fi
done

#!/bin/sh
# Builds the Gitea that test/forge/gitea.test.ts runs against, from its Go module: ten minutes on two cores.
#
#     test/forge/gitea.sh /tmp/gitea && CDKVM_TEST_GITEA=/tmp/gitea npx vitest run test/forge/gitea.test.ts
#
# `go install` refuses a module with replacements, so a module of our own repeats its requirements. Later versions call
# themselves gitea.dev in their go.mod, and cannot be required under this name.
set -eu
module=code.gitea.io/gitea
version=v1.26.0
mkdir -p "$1/build"
cd "$1/build"
source=$(go mod download -json "$module@$version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
{ echo "module wrapper"; grep -v '^module ' "$source/go.mod"; } >go.mod
cp "$source/go.sum" go.sum
chmod u+w go.sum
printf 'package main\n\nfunc main() {}\n' >main.go
go mod edit -require "$module@$version"
GOFLAGS=-mod=mod go build -tags 'sqlite sqlite_unlock_notify' -o ../gitea "$module"
ln -sfn "$source" ../source

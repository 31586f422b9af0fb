#!/bin/sh
# Makes the release archive of the current commit, for `make release`.
# Usage: deploy/release.sh FOLDER SBOM
# Writes castroom-VERSION.tar.gz with the committed files, the commit's hash in bot/commit.txt and the SBOM; the SBOM
# beside it; and SHA256SUMS. The same commit and SBOM give the same bytes.
set -eu

folder=$1
sbom=$2
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml | head -n 1)
name=castroom-$version

if [ -n "$(git status --porcelain --untracked-files=no)" ]; then
    echo "The work tree has changes: commit them first. An archive holds committed files only." >&2
    exit 1
fi
mkdir -p "$folder"
cp "$sbom" "$folder/$name.cdx.json"
# git gives every entry the commit's time, and gzip -n leaves its own out.
git archive --format=tar --prefix="$name/" --add-file="$folder/$name.cdx.json" HEAD | gzip -n -9 > "$folder/$name.tar.gz"
cd "$folder"
sha256sum "$name.tar.gz" "$name.cdx.json" > SHA256SUMS
echo "$folder: $name.tar.gz, $name.cdx.json, SHA256SUMS (commit $(git -C "$OLDPWD" rev-parse --short=12 HEAD))"

#!/bin/sh
# Programs newer than this Debian's, out of its development suite and by its own mirror, for tests that
# hold rules and routing to Prometheus 3 too. Fetched once, into build/newer/; where that cannot be done it
# is said, and those tests are skipped.
set -eu
into=$1
[ ! -x "$into/bin/promtool" ] || exit 0
command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || { echo "newer: no apt-get here" >&2; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir -p lists/partial archives/partial root "$into/bin"
chmod -R a+rx "$work"

# The first address that this machine has packages of Debian from, in either form of the lists.
uri=$(apt-get indextargets --format '$(SITE)|$(REPO_URI)|$(ORIGIN)|$(COMPONENT)' 2>/dev/null |
    awk -F'|' '$3 == "Debian" && $4 == "main" && $2 !~ /security/ {print $2; exit}')
[ -n "$uri" ] || { echo "newer: no mirror of Debian is known here" >&2; exit 0; }
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keys] $uri sid main" >sources.list
apt() {
    apt-get -qq -oDir::Etc::sourcelist="$work/sources.list" -oDir::Etc::sourceparts=- \
        -oDir::State::lists="$work/lists" -oDir::Cache="$work" -oDir::Cache::archives="$work/archives" \
        -oAPT::Sandbox::User= -oAPT::Get::List-Cleanup=0 -oAcquire::Languages=none "$@"
}
if ! apt update >log 2>&1; then
    echo "newer: the lists of packages cannot be had: $(tail -1 log)" >&2
    exit 0
fi
for package in promtool prometheus prometheus-alertmanager; do
    apt download "$package" >log 2>&1 || { echo "newer: no package $package: $(tail -1 log)" >&2; continue; }
    dpkg-deb -x "$package"_*.deb root
done
for program in promtool prometheus amtool; do
    [ ! -x "root/usr/bin/$program" ] || cp "root/usr/bin/$program" "$into/bin/$program"
done
[ ! -x root/usr/bin/prometheus-alertmanager ] || cp root/usr/bin/prometheus-alertmanager "$into/bin/"
for program in promtool prometheus amtool prometheus-alertmanager; do
    [ ! -x "$into/bin/$program" ] || "$into/bin/$program" --version 2>&1 | head -1 >&2
done

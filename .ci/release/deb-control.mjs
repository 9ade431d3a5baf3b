/** What dpkg is told of the package: deb-control(5), and what it runs. */

const MAINTAINER = nameMaintainer(process.env);
/** Debian 12 has units there; from Debian 13 on it is the same folder. */
export const UNIT_FOLDER = 'lib/systemd/system';
/** Of what V8 compiled, for the next start. */
export const CACHE = 'var/cache/ambassador';
const STATE = '/var/lib/private/ambassador';
/** What `ambassador service install` writes. */
const WRITTEN_UNIT = 'ambassador.service';
const UNIT_PATH = `/etc/systemd/system/${WRITTEN_UNIT}`;
/** It may run another ambassador than that of the package. */
const IF_WRITTEN = `if grep -qs '^ExecStart=.*/usr/lib/ambassador/' ${UNIT_PATH}; then`;
/** Of each user whose systemd runs. Debian's own tool would start what its user has stopped, and asks not what it runs. */
const RESTART_FOR_USERS = `for user in $(systemctl --no-legend --quiet list-units 'user@*' | sed -n 's/.*user@\\([0-9]*\\)[.]service.*/\\1/p'); do
      as="--user --machine $user@"
      if systemctl $as show --property=ExecStart ${WRITTEN_UNIT} 2>/dev/null | grep -q /usr/lib/ambassador/; then
        systemctl $as --quiet try-restart ${WRITTEN_UNIT} || true
      fi
    done`;

/** `size` in KiB. Debian 13 has a `nodejs` that is new enough; that of Debian 12 is 18. */
export function describePackage(version, size) {
  return `Package: ambassador
Version: ${version}
Architecture: all
Maintainer: ${MAINTAINER}
Installed-Size: ${size}
Depends: nodejs (>= 20.19)
Suggests: avahi-daemon, bash-completion, haproxy
Section: net
Priority: optional
Description: services on a LAN find each other and connect
 Announces services of this machine by mDNS and DNS-SD, and carries
 connections to those of others on localhost: discovery, health, load
 balancing, failover and, with a mesh key, mutual TLS, with no registry, no
 master and no addresses to write down.
`;
}

export function describeChanges(version, epoch) {
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  return `ambassador (${version}) unstable; urgency=medium\n\n  * See CHANGELOG.md.gz.\n\n -- ${MAINTAINER}  ${date}\n`;
}

export function describeCopyright(licence) {
  return `ambassador\n\n${licence.trim()}\n\nParts of the program were written by others: third-party.txt.gz, beside this file, has their licences.\n`;
}

/**
 * Nothing starts by itself: what it would run stands in a file that its user writes. What runs goes on with what is new: the units of the
 * package, and those that `ambassador service install` has written for it, the machine's and users'.
 */
export function describeScripts(units) {
  const names = units.join(' ');
  return {
    postinst: script(`if [ "$1" = configure ]; then ambassador --help >/dev/null || true; fi
if [ "$1" = configure ] && [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null || true
  if [ -n "$2" ]; then
    deb-systemd-invoke try-restart ${names} >/dev/null || true
    ${IF_WRITTEN} deb-systemd-invoke try-restart ${WRITTEN_UNIT} >/dev/null || true; fi
    ${RESTART_FOR_USERS}
  fi
fi`),
    prerm: script(`rm -rf /${CACHE}/*
if [ "$1" = remove ]; then
  units="${names}"
  ${IF_WRITTEN} units="$units ${WRITTEN_UNIT}"; fi
  if [ -d /run/systemd/system ]; then deb-systemd-invoke stop $units >/dev/null || true; fi
  if command -v systemctl >/dev/null; then systemctl --system --quiet disable $units 2>/dev/null || true; fi
fi`),
    postrm: script(`if [ "$1" = purge ]; then
  ${IF_WRITTEN} rm -f ${UNIT_PATH}; fi
  # A mesh key there is its owner's.
  if [ ! -e ${STATE}/mesh.key ]; then
    rm -rf ${STATE}
    if [ -L /var/lib/ambassador ]; then rm -f /var/lib/ambassador; fi
  fi
fi
if [ "$1" = remove ] || [ "$1" = purge ]; then rm -rf /run/ambassador /${CACHE}; fi
if [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null || true
  if [ "$1" = purge ]; then systemctl --system reset-failed ${names} ${WRITTEN_UNIT} >/dev/null 2>&1 || true; fi
fi`),
  };
}

function script(body) {
  return `#!/bin/sh\nset -e\n${body}\n`;
}

/** Whoever publishes the package says his address, as to Debian's own tools; without it the package has one that nobody answers. */
function nameMaintainer({ DEBEMAIL: address, DEBFULLNAME: name = 'The ambassador authors' }) {
  if (!address) return `${name} <maintainers@ambassador.invalid>`;
  if (/^[^\s<>@]+@[^\s<>@]+$/.test(address) && !/[\n<>]/.test(name)) return `${name} <${address}>`;
  throw new Error(
    `DEBEMAIL "${address}" is no address, or DEBFULLNAME "${name}" no name; write DEBEMAIL=ann@example.com`,
  );
}

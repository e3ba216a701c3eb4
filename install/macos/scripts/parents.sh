# shellcheck shell=sh
# Sourced by preinstall and postinstall.

fail() { # TEXT
	echo "bottle: $*" >&2
	exit 1
}

# roots_alone FOLDER: it is a folder, no link, that root alone may change: by owner, mode and access control list.
roots_alone() {
	[ -n "$(find "$1" -prune -type d -user 0 ! -perm -020 ! -perm -002)" ] || return 1
	# -e lists the entries of an access control list, one a line, below the folder's own line. /bin/ls: Apple's.
	acl=$(/bin/ls -lde "$1") || return 1
	! printf '%s\n' "$acl" | grep -Eq '^ *[0-9]+: .* allow .*(write|append|delete|add_|chown)'
}

# parents FOLDER: every folder from / down to FOLDER is root's alone, as far as it exists; the Installer makes the rest.
# A helper with a setuid bit below another one could be exchanged by whoever may write there.
parents() {
	at='' rest=${1#/}
	roots_alone / || fail "/ is not a folder that root alone may change: nothing is installed below it"
	while [ -n "$rest" ]; do
		at=$at/${rest%%/*}
		case $rest in */*) rest=${rest#*/} ;; *) rest='' ;; esac
		[ -e "$at" ] || [ -h "$at" ] || return 0
		roots_alone "$at" || {
			/bin/ls -lde "$at" >&2 || true
			fail "$at is not a folder that root alone may change, so the helper below it could be exchanged;" \
				"nothing was changed. See to it: chown root:wheel $at; chmod go-w $at; chmod -N $at"
		}
	done
}

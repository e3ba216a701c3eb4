#!/bin/sh
# osquery's pack: its SQL on tables of the columns that osquery's specs have, empty, filled as on a host that is as it should be, and
# with one thing wrong at a time. Where osquery finds files by a pattern, a stand-in does as it does (observe/osquery-files).
. "$(dirname "$0")/tap.sh"
data=$top/tests/tree/observe
pack=$top/install/observe/osquery/bottle.conf

is "the pack is JSON, each query with an interval and what it is for" "$(jq '[.queries[] |
	select((.interval | type) != "number" or .description == "" or .value == "" or (.query | endswith(";") | not))] |
	length' "$pack")" 0
awk -F '\t' '!/^#/ { columns[$1] = columns[$1] sep[$1] $2 " " $3; sep[$1] = ", " }
	END { for (table in columns) print "CREATE TABLE " table " (" columns[table] ");" }' \
	"$data/osquery.columns" >"$work/tables.sql"
sqlite3 "$work/db" <"$work/tables.sql"
query() { # NAME: its rows
	jq -r --arg name "$1" '.queries[$name].query' "$pack" | sqlite3 "$work/db" 2>&1
}
for name in $(jq -r '.queries | keys[]' "$pack"); do
	is "$name asks for columns that are there" "$(query "$name")" ""
done

netd=/usr/libexec/bottle/bottle-netd
sqlite3 "$work/db" <<SQL
INSERT INTO file (path, filename, mode, uid, gid, type, symlink) VALUES
	('/usr', 'usr', '0755', 0, 0, 'directory', 0), ('/usr/libexec', 'libexec', '0755', 0, 0, 'directory', 0),
	('/usr/libexec/bottle', 'bottle', '0755', 0, 0, 'directory', 0),
	('$netd', 'bottle-netd', '4750', 0, 99, 'regular', 0);
INSERT INTO hash VALUES ('$netd', 'abc');
INSERT INTO groups VALUES (99, 'docker');
INSERT INTO users VALUES (1000, 'alice');
INSERT INTO user_groups VALUES (1000, 99);
INSERT INTO interface_addresses VALUES ('lo', '127.0.0.1', '255.0.0.0'), ('lo:16', '127.0.0.16', '255.255.255.255'),
	('eth0', '127.0.0.160', '255.255.255.255');
INSERT INTO processes (pid, name, path, cmdline, uid, euid, parent) VALUES
	(1, 'init', '/sbin/init', 'init', 0, 0, 0), (50, 'docker-proxy', '/usr/bin/docker-proxy', 'docker-proxy', 0, 0, 1),
	(60, 'bottle', '/usr/bin/bottle', '/usr/bin/bottle supervise web', 1000, 1000, 1),
	(61, 'smolvm', '/opt/smolvm', '/opt/smolvm _boot-vm /home/alice/boot-config.json', 1000, 1000, 1),
	(70, 'sshd', '/usr/sbin/sshd', 'sshd', 0, 0, 1);
INSERT INTO process_namespaces VALUES (1, 'net1'), (50, 'net1');
INSERT INTO listening_ports VALUES (50, 32768, 6, '127.0.0.16', 'net1'), (60, 10213, 6, '127.0.0.16', 'net1'),
	(70, 22, 6, '0.0.0.0', 'net1'), (99, 80, 6, '0.0.0.0', 'net2');
SQL
for name in helper_drift helper_parents helper_processes helper_elsewhere pool_foreign pool_strangers \
	unsupervised smolvm_processes; do
	is "$name finds nothing on a host as it should be" "$(query $name)" ""
done
is "the helper" "$(query helper_file)" "$netd|4750|0|99|docker|||abc"
is "who may run it" "$(query helper_group)" "$netd|docker|alice|1000"
is "the pool's addresses" "$(query pool_addresses)" "lo:16|127.0.0.16|255.255.255.255"
is "listeners there" "$(query pool_listeners | wc -l)" 2
is "services on every address, of this host alone" "$(query wildcard_listeners)" "0.0.0.0|22|6|sshd|/usr/sbin/sshd|0"
is "a machine, its supervisor" "$(query machines | cut -d '|' -f 1) $(query supervisors | cut -d '|' -f 1)" "61 60"

wrong() { # NAME PATTERN SQL: after SQL the query's first row is as PATTERN
	cp "$work/db" "$work/good"
	sqlite3 "$work/db" "$3"
	like "$1: $3" "$(query "$1" | head -n 1)" "$2"
	mv "$work/good" "$work/db"
}
wrong helper_drift '.*\|4755\|.*' "UPDATE file SET mode = '4755' WHERE path = '$netd'"
wrong helper_drift '.*\|0750\|.*' "UPDATE file SET mode = '0750' WHERE path = '$netd'"
wrong helper_drift '.*\|1000\|.*' "UPDATE file SET uid = 1000 WHERE path = '$netd'"
wrong helper_drift '.*\|directory\|0' "UPDATE file SET type = 'directory' WHERE path = '$netd'"
wrong helper_drift '.*\|4750\|0\|.*\|regular\|1' "UPDATE file SET symlink = 1 WHERE path = '$netd'"
wrong helper_parents '/usr/libexec\|.*' "UPDATE file SET mode = '2775' WHERE path = '/usr/libexec'"
wrong helper_parents '/usr/libexec\|.*' "UPDATE file SET mode = '0757' WHERE path = '/usr/libexec'"
wrong helper_parents '/usr\|.*' "UPDATE file SET uid = 5 WHERE path = '/usr'"
wrong helper_parents '/usr/libexec\|0755\|0\|directory\|1' "UPDATE file SET symlink = 1 WHERE path = '/usr/libexec'"
running="80, 'bottle-netd', '$netd', 0, 0, 60"
wrong helper_processes '80\|.*\|bottle\|1000\|' \
	"INSERT INTO processes (pid, name, path, uid, euid, parent) VALUES ($running)"
wrong helper_elsewhere '80\|.*' "INSERT INTO processes (pid, name, path) VALUES (80, 'bottle-netd', '/tmp/bottle-netd')"
wrong pool_foreign 'lo\|127.*' "UPDATE interface_addresses SET interface = 'lo' WHERE address = '127.0.0.16'"
wrong pool_foreign 'lo:16\|127.*' "UPDATE interface_addresses SET mask = '255.0.0.0' WHERE address = '127.0.0.16'"
wrong pool_strangers '127.0.0.31\|22\|.*' "INSERT INTO listening_ports VALUES (70, 22, 6, '127.0.0.31', 'net1')"
wrong pool_strangers '127.0.0.31\|22\|.*' "INSERT INTO listening_ports VALUES (71, 22, 6, '127.0.0.31', 'net1')"
for named in "'docker-proxy', '/home/alice/docker-proxy', 0" "'bottle', '/tmp/bottle', 1000" \
	"'dockerd', '/usr/bin/dockerd', 1000" "'bottle', NULL, 1000"; do
	sql="INSERT INTO listening_ports VALUES (71, 22, 6, '127.0.0.31', 'net1')"
	wrong pool_strangers '127.0.0.31\|22\|.*' "INSERT INTO processes (pid, name, path, uid) VALUES (71, $named); $sql"
done
for place in /usr/sbin/dockerd /usr/libexec/docker/docker-proxy; do
	sqlite3 "$work/db" "UPDATE processes SET path = '$place' WHERE pid = 50"
	is "an engine in $place is none" "$(query pool_strangers)" ""
done
is "a helper that is held is read from whole samples, not from differences" \
	"$(jq '.queries.helper_processes.snapshot' "$pack") $(query helper_processes | wc -l)" "true 0"
wrong unsupervised '1000\|1\|0' "DELETE FROM processes WHERE pid = 60"
wrong smolvm_processes '81\|.*' "INSERT INTO processes (pid, name, cmdline) VALUES (81, 'smolvm', 'smolvm serve')"

# helper_copies, on real files below $work/root.
root=$work/root
walk() { # QUERY NAME: its rows
	jq -r --arg name "$1" '.queries[$name].query' "$pack" | "$data/osquery-files" "$root" "$work/tables.sql" 2>&1
}
copies() { # the names in them
	walk helper_copies | cut -d '|' -f 1,2 | tr '\n' ' '
}
put() { # FILE [MODE]
	mkdir -p "$root$(dirname "$1")"
	echo >"$root$1"
	chmod "${2:-4755}" "$root$1"
}
put "$netd" 4750
put /usr/local/libexec/bottle/bottle-netd 4750
put /opt/tool/bottle-netd 0755
put /opt/tool/sudo
put /usr/share/doc/bottle-netd/copyright 0644
is "no copies on a host as it should be" "$(copies)" ""
put /opt/tool/bottle-netd 2755
put /tmp/my-bottle-netd
is "copies in what is walked" "$(copies)" "/opt/tool/bottle-netd|2755 /tmp/my-bottle-netd|4755 "
(cd "$root" && rm -r opt tmp)
put /usr/libexec/bottle/.bottle-netd.new
put /usr/local/old/libexec/bottle/bottle-netd
put /home/a/libexec/bottle/.bottle-netd.new
put /snap/libexec/bottle/bottle-netd 6755
is "in folders libexec/bottle also dot names and places that are not walked, each once" "$(copies)" \
	"/home/a/libexec/bottle/.bottle-netd.new|4755 /snap/libexec/bottle/bottle-netd|6755 $(
	)/usr/libexec/bottle/.bottle-netd.new|4755 /usr/local/old/libexec/bottle/bottle-netd|4755 "
(cd "$root" && rm -r home snap usr/local/old usr/libexec/bottle/.bottle-netd.new)
put /home/a/.bottle-netd
put /home/a/.cache/bottle-netd
is "(elsewhere dot names are not found, as the query's text says)" "$(copies)" ""
put /usr/lib/one/two/three/bottle-netd
is "a copy far below" "$(copies)" "/usr/lib/one/two/three/bottle-netd|4755 "
ln -s ../lib "$root/usr/share/link"
is "(is not found beside a link to a folder above it, as the text says too)" "$(copies)" ""
mv "$root$netd" "$root/usr/elsewhere"
ln -s ../../elsewhere "$root$netd"
like "a link in the helper's place, with its target's mode and type" "$(walk helper_drift | grep -F "$netd|4750")" \
	"$netd\|4750\|.*\|regular\|1"
done_testing

#!/bin/sh
# Settings as a command sees them: which file decides, who may say what, and where a place comes from that no file
# names. The administrator's file is laid over /etc for one command at a time.
. "$(dirname "$0")/lib.sh"

engine_start a
home=$(home_of 1)
mkdir -p "$home/.config/bottle"
user_config() { # TEXT
	printf '%s\n' "$1" >"$home/.config/bottle/config.yaml"
	chown -R "$(uid 1):$(uid 1)" "$home/.config"
}
no_user_config() {
	rm -f "$home/.config/bottle/config.yaml"
}
of() { # KEY FIELD: from the JSON of the last command
	jq -r --arg key "$1" ".settings[] | select(.key == \$key).$2" "$work/out"
}

# What applies without any file.
try 1 "$bottle" config show --json
is "$status" 0 "config show: success"
is "$(cat "$work/err")" "" "and nothing on stderr"
is "$(jq -r .schema "$work/out")" bottle.config/1 "its schema"
is "$(jq -c '.settings | map(keys) | unique' "$work/out")" '[["key","locked","origin","value"]]' "every row has the same keys"
is "$(jq -r '[.settings[].key] | join(" ")' "$work/out")" \
	"pool.first pool.last subnet_block engine smolvm alias wildcard registry_image" "every setting is there"
is "$(jq -r '.files.admin' "$work/out")" /etc/bottle/config.yaml "the administrator's file"
is "$(jq -r '.files.user' "$work/out")" "$home/.config/bottle/config.yaml" "the user's"
is "$(of wildcard value) $(of wildcard origin) $(of wildcard locked)" "warn built-in false" "a built-in value"
is "$(of pool.first origin) $(of pool.first locked)" "built-in true" "the pool is never a user's to move"
is "$(of registry_image value)" null "what is not set is null"
is "$(of engine value) $(of engine origin)" "$work/a.sock DOCKER_HOST" "the engine that a launch would find, and how"
is "$(of smolvm value) $(of smolvm origin)" "$work/bin/smolvm PATH" "so for smolvm"
cp "$work/out" "$work/plain"
ENGINE=none try 1 "$bottle" config show
is "$status" 0 "an engine that is not there does not matter"
SEARCH=/nowhere try 1 "$bottle" config show --json
is "$status $(of smolvm value)" "0 null" "nor does a smolvm that is not there"
[ ! -e "$home/.local/state/bottle" ]
ok $? "nothing is written"

# One file above the other.
user_config "wildcard: refuse
engine: $work/a.sock"
try 1 "$bottle" config show --json
is "$(of wildcard value) $(of wildcard origin)" "refuse $home/.config/bottle/config.yaml:1" "a user's value, by file and line"
is "$(of engine origin)" "$home/.config/bottle/config.yaml:2" "the setting goes before DOCKER_HOST"
try 1 "$bottle" config show --json --engine /tmp/other.sock
is "$(of engine value) $(of engine origin)" "/tmp/other.sock --engine" "the flag goes before the setting"
admin_config below 'alias: never
wildcard: warn'
ETC=below try 1 "$bottle" config show --json
is "$(of alias value) $(of alias origin)" "never /etc/bottle/config.yaml:1" "an administrator's value"
is "$(of wildcard value) $(of wildcard origin)" "refuse $home/.config/bottle/config.yaml:1" "the user's goes before it"
try 1 "$bottle" config show
is "$(head -n 1 "$work/out" | tr -s ' ')" "KEY VALUE" "for people: two columns"
like "$work/out" '^wildcard +refuse$' "with the values"
try 1 "$bottle" config show --origin
is "$(head -n 1 "$work/out" | tr -s ' ')" "KEY VALUE ORIGIN LOCKED" "--origin: four"
like "$work/out" "^wildcard +refuse +$home/.config/bottle/config.yaml:1 +no\$" "and where a value comes from"
like "$work/out" '^pool.first +16 +built-in +yes$' "and what is locked"

# Locks.
admin_config lock 'pool: {first: 20}
wildcard: refuse
lock:
- alias
- wildcard'
no_user_config
ETC=lock try 1 "$bottle" config show --json
is "$(of wildcard value) $(of wildcard origin) $(of wildcard locked)" "refuse /etc/bottle/config.yaml:2 true" "a locked value"
is "$(of alias value) $(of alias locked)" "auto true" "a built-in value can be locked too"
is "$(of pool.first value) $(of pool.first origin)" "20 /etc/bottle/config.yaml:1" "the administrator moves the pool"
for text in 'wildcard: warn' 'wildcard: refuse'; do
	user_config "# mine
$text"
	# launch refuses as the others do, and with the code of its own.
	for command in "config show" ps "launch web --image agent"; do
		# shellcheck disable=SC2086 # a list of words
		ETC=lock try 1 "$bottle" $command
		is "$status" 78 "$text, locked: bottle $command exits 78"
		like "$work/err" "$home/.config/bottle/config.yaml:2: wildcard: locked by /etc/bottle/config.yaml:5" \
			"$text, locked: bottle $command names both places"
		is "$(cat "$work/out")" "" "$text, locked: bottle $command prints nothing else"
	done
done
user_config 'pool: {first: 30}'
try 1 "$bottle" config show
is "$status" 78 "a user's pool: 78"
user_config 'lock: [wildcard]'
try 1 "$bottle" config show
is "$status" 78 "a user's lock: 78"
user_config 'wildcrad: warn'
try 1 "$bottle" config show
is "$status" 78 "an unknown key: 78"
like "$work/err" 'config.yaml:1' "with its line"
no_user_config
admin_config typo 'lock: [wildcrad]'
ETC=typo try 1 "$bottle" config show
is "$status" 78 "a lock of an unknown key: 78"

done_testing

#!/bin/sh
# An agent that can write a Dockerfile, or what it copies, decides nothing (T4).
# shellcheck disable=SC2086 # lists of words
. "$(dirname "$0")/lib.sh"

engine_start a
cp "$here/terminal" "$work/bin/terminal"
project=$work/project
dockerfile=$project/Dockerfile
home=$(home_of 1)
cache=$home/.cache/bot-bottle/smolmachines

# As the agent does, which has the project mounted.
write() { # FILE TEXT [MODE]
	printf '%b' "$2" >"$work/new"
	chown "$(uid 1):$(uid 1)" "$work/new"
	chmod "${3:-644}" "$work/new"
	mv "$work/new" "$project/$1"
}
fresh() {
	rm -rf "$project"
	as_owner "$project/src"
	write Dockerfile 'FROM agent\nCOPY . /c\n'
	write .dockerignore 'node_modules\n*.log\n'
	write src/run.sh '#!/bin/sh\necho good\n' 755
	write src/data 'data\n'
	as_owner "$project/node_modules"
	write node_modules/x 'x\n'
	as 1 ln -s ../src/data "$project/src/link"
}
as_owner() { # FOLDER
	mkdir -p "$1"
	chown -R "$(uid 1):$(uid 1)" "$project"
}
up="launch web --bundle-image bundle --memory 512 --cpus 1 --dockerfile $dockerfile"
refused() { # CODE NAME
	is "$status" "$1" "$2: exit $1"
	is "$(leftovers 1 a)" "" "$2: nothing is there"
	is "$(images)" "" "$2: nothing was built"
	is "$(find "$cache" -name '.making-*' 2>/dev/null)" "" "$2: nothing is left in the cache"
}
images() {
	engine_docker a images --format '{{.Repository}}' | grep bottle-agent
}
# What the image has below /c.
built() { # FORMAT of find
	id=$(engine_docker a create "$(images)" /x)
	rm -rf "$work/image"
	mkdir "$work/image"
	engine_docker a export "$id" | tar -C "$work/image" -x c
	engine_docker a rm "$id" >/dev/null
	(cd "$work/image/c" && find . -mindepth 1 -printf "$1" | sort)
}
forget() {
	[ -z "$(images)" ] || engine_docker a rmi -f "$(images)" >/dev/null
}
# launched NAME: as a launch does, with no VM after it.
launched() {
	try 1 "$bottle" pack build "$project"
	is "$status" 0 "$1: builds"
	sed 's/^/# /' "$work/err"
	is "$(find "$cache" -name '.making-*')" "" "$1: no copy is left"
}

# Never approved.
fresh
try 1 "$bottle" $up
refused 77 "never approved"
like "$work/err" "^bottle: launch: agent.dockerfile: $dockerfile is not trusted with what it builds from" "it is named"
like "$work/err" ": bottle trust --dockerfile $dockerfile\$" "with what to type"
like "$work/err" '^  left +nothing' "and that nothing was started"
[ ! -e "$home/smolvm.calls" ]
ok $? "nobody was asked for anything"
write bottle.yaml "version: 1\nname: web\nagent: {dockerfile: ./Dockerfile}\nbundle: {image: bundle}\n"
trust_yaml 1 "$project/bottle.yaml"
AT=$project try 1 "$bottle" launch --dry-run
refused 77 "an approved bottle.yaml that names it"
rm "$project/bottle.yaml"

# Approved.
line=$(sed -n 's/.*: bottle trust /trust /p' "$work/err")
try 1 "$bottle" $line
is "$status" 0 "the line that was printed works"
like "$work/out" "^$dockerfile is trusted with what it builds from: sha256 [0-9a-f]{64}\$" "and says what is trusted"
launched "approved"
is "$(built '%y %m %P\n' | tr '\n' ' ')" \
	"d 755 src f 644 .dockerignore f 644 Dockerfile f 644 src/data f 755 src/run.sh l 777 src/link " \
	"docker had what was approved, kinds and modes"
forget
try 1 "$bottle" $up
is "$status" 0 "it launches a bottle"
as 1 "$bottle" stop web >/dev/null
forget
write node_modules/x 'other\n'
write x.log 'other\n'
launched "what .dockerignore leaves out has changed"
forget

# The attacks. "what changed" is the line of the error that names it.
while IFS='|' read -r code name command pattern; do
	fresh
	trust_yaml 1 "$dockerfile"
	as 1 sh -c "cd '$project' && $command" || exit 99
	try 1 "$bottle" $up
	refused "$code" "$name"
	like "$work/err" "$pattern" "$name: it is named"
done <<'END'
77|a copied script|echo evil >>src/run.sh|differs +changed +src/run.sh \(content\)
77|one that is exchanged|echo evil >x; mv x src/run.sh|differs +changed +src/run.sh
77|a new file|echo evil >src/new|differs +new +src/new$
77|a file that goes|rm src/data|differs +gone +src/data$
77|an exec bit|chmod +x src/data|differs +changed +src/data \(mode 0755, was 0644\)
77|a setuid bit|chmod 4755 src/run.sh|differs +changed +src/run.sh \(mode 4755, was 0755\)
77|the Dockerfile|echo RUN evil >>Dockerfile|differs +changed +Dockerfile \(content\)
77|.dockerignore|echo '!node_modules' >>.dockerignore| +new +node_modules/x$
77|.dockerignore in no way that counts|echo '# x' >>.dockerignore|differs +changed +.dockerignore \(content\)
77|.dockerignore that goes|rm .dockerignore|differs +gone +.dockerignore$
77|rules for this Dockerfile alone|echo src >Dockerfile.dockerignore|differs +new +Dockerfile.dockerignore
77|a link that leads elsewhere in it|ln -sfn ../Dockerfile src/link|differs +changed +src/link \(content\)
77|a file that becomes a link|ln -sf data src/run.sh|differs +changed +src/run.sh \(another kind of file\)
77|a name that a terminal acts on|touch "$(printf 'src/\302\233m')"|differs +new +src/.xc2.x9bm$
65|a link out|ln -s ../../home-1/.ssh src/keys|src/keys: a symbolic link that leads out of the folder
65|an absolute link|ln -s /etc/passwd src/keys|src/keys: a symbolic link that leads out of the folder
65|a pipe|mkfifo src/pipe|src/pipe: a device, socket or pipe
65|a name with a newline|touch "src/$(printf 'a\nb')"|there is a control character in this name
65|more than may be hashed|truncate -s 1100M src/large|too large at src/large: allowed are 100000 files and 1024 MiB
65|a Dockerfile that became a link to a folder|rm Dockerfile; ln -s src Dockerfile|agent.dockerfile:
END

# Another Dockerfile beside it is another approval, and a link to one is that one.
fresh
trust_yaml 1 "$dockerfile"
as 1 "$bottle" trust --revoke "$dockerfile" >/dev/null
try 1 "$bottle" $up
refused 77 "revoked"
as_owner "$project/other"
write other/data 'FROM agent\n'
try 1 "$bottle" trust --dockerfile "$project/other/data"
is "$status" 0 "a Dockerfile of any name is approved with --dockerfile"
try 1 "$bottle" trust "$project/other/data"
try 1 "$bottle" trust --list
is "$(grep -cE '^20[^ ]+ +(tree|file) +[0-9a-f]{64} +'"$project/other/data"'$' "$work/out")" 2 "--list has both kinds"
try 1 "$bottle" trust --list --json
is "$(jq -c "[.trusted[] | select(.path == \"$project/other/data\") | .kind]" "$work/out")" '["file","tree"]' \
	"--list --json says which"
try 1 "$bottle" trust --revoke "$project/other/data"
try 1 "$bottle" trust --list --json
is "$(jq -c "[.trusted[] | select(.path == \"$project/other/data\")]" "$work/out")" '[]' "--revoke takes both back"
for each in "--dockerfile --list" "--dockerfile --revoke $dockerfile"; do
	try 1 "$bottle" trust $each
	is "$status" 64 "bottle trust $each: usage"
done

# The swap: what is hashed is what is built, whatever the folder holds by the time docker reads.
fresh
trust_yaml 1 "$dockerfile"
cat >"$work/bin/docker" <<END
#!/bin/sh
# Stands for an agent that is quick: everything in the project changes between our look and docker's.
case " \$* " in *" build "*)
	echo evil >"$project/src/run.sh"
	echo evil >"$project/src/new"
	rm "$project/src/data"
	echo 'RUN evil' >>"$project/Dockerfile"
	: >"$project/.dockerignore" ;;
esac
exec /usr/bin/docker "\$@"
END
chmod 755 "$work/bin/docker"
launched "the folder changes when docker is started"
rm "$work/bin/docker"
like "$project/src/run.sh" evil "(it has changed)"
is "$(built '%P\n' | tr '\n' ' ')" ".dockerignore Dockerfile src src/data src/link src/run.sh " "docker had what was approved"
like "$work/image/c/src/run.sh" 'echo good' "with the bytes that were approved"
try 1 "$bottle" $up --dry-run
is "$status" 77 "the next launch is refused"
forget

# On a terminal.
answer() { # ANSWER...
	try 1 terminal "$@" "$bottle" $up --dry-run
	tr -d '\r' <"$work/out" >"$work/screen"
}
fresh
as 1 "$bottle" trust --revoke "$dockerfile" >/dev/null
write "src/$(printf '\302\233m')" x
answer 'n\n'
refused 77 "the answer n"
like "$work/screen" "^$dockerfile, with what it builds from, was never trusted; all of it:\$" "all is listed"
like "$work/screen" '^  new +src/run.sh$' "name by name"
like "$work/screen" '^  new +src/\\xc2\\x9bm$' "escaped"
unlike "$work/screen" 'node_modules' "without what is left out"
like "$work/screen" '^7 files new, 0 changed, 0 gone; sha256 [0-9a-f]{64}$' "with how many, and the hash"
is "$(tr -d '\r\n\t -~' <"$work/out" | wc -c)" 0 "in plain text"
try 1 terminal 'y\n' "$bottle" $up --dry-run --json
refused 77 "--json never asks"
hook later "echo evil >$project/src/run.sh"
answer --meanwhile "$work/later" 'y\n'
refused 77 "a file that changes while the question stands, and the answer y"
like "$work/screen" 'differs +changed +src/run.sh' "it is named"
fresh
answer 'y\n'
is "$status" 0 "the answer y builds"
launched "and is recorded"
write src/run.sh 'evil\n' 755
answer 'n\n'
like "$work/screen" "^$dockerfile, with what it builds from, is not what you trusted:\$" "a change is shown as one"
like "$work/screen" '^  changed +src/run.sh \(content\)$' "with what it is"
like "$work/screen" '^0 files new, 1 changed, 0 gone' "and no more"
forget

# What root alone can have written needs no approval; one open door, and it does.
admin_config own ''
mkdir -p "$work/etc-own/build/sub"
printf 'FROM agent\nCOPY . /c\n' >"$work/etc-own/build/Dockerfile"
echo data >"$work/etc-own/build/sub/data"
owned="launch web --bundle-image bundle --dockerfile /etc/build/Dockerfile --dry-run"
ETC=own try 1 "$bottle" $owned
is "$status" 0 "a folder of root's needs no approval"
forget
while read -r mode what; do
	was=$(stat -c %a "$work/etc-own/$what")
	chmod "$mode" "$work/etc-own/$what"
	ETC=own try 1 "$bottle" $owned
	refused 77 "it does with mode $mode of /etc/$what"
	chmod "$was" "$work/etc-own/$what"
done <<'END'
666 build/Dockerfile
666 build/sub/data
777 build/sub
775 build
END
chown "$(uid 1)" "$work/etc-own/build/sub/data"
ETC=own try 1 "$bottle" $owned
refused 77 "and with a file of the user's in it"

# A launch that is killed while it copies leaves a copy, and gc takes it.
fresh
truncate -s 300M "$project/src/large"
chmod 555 "$project/src"
as 1 "$bottle" trust "$dockerfile" >/dev/null
as 1 "$bottle" $up >"$work/out" 2>"$work/err" &
wait_for 60 sh -c "ls '$cache'/.making-*/context/src/large"
kill -KILL "$(launcher 1)"
wait $!
is "$(find "$cache" -maxdepth 1 -name '.making-*' | wc -l)" 1 "killed while it copies: a part is there"
as 1 "$bottle" gc -f >"$work/out" 2>&1
is "$(find "$cache" -maxdepth 1 -name '.making-*' | wc -l)" 0 "gc removes it"
is "$(leftovers 1 a)" "" "nothing is left"

# The same rules, to docker and to us: docker builds from the original, and what it was sent is what the approval lists.
# More may be listed, where docker understands more than we do; never less.
listed() { # the paths of the approval of $dockerfile
	sed 1d "$(grep -l "\"path\":\"$dockerfile\"" "$home"/.local/state/bottle/.trust/*)" | sed -n 's/^[fl] [0-7]* [^ ]* //p' | sort
}
rm -rf "$project"
as_owner "$project/a/b/c"
as_owner "$project/node_modules/m"
for each in x.md README.md README-secret.md a.key a/a.key a/b/b.key a/b/c/x.go a/x.go y.go node_modules/m/x a/b/c.pyc a/ab \
	axb "a^b" "sp ace" a/b/secret secrets ".env" a/.env "é" "a]b"; do
	write "$each" 'x\n'
done
write Dockerfile 'FROM agent\nCOPY . /c\n'
while IFS='|' read -r exact rules; do
	shown=$(printf %s "$rules" | tr '\\' _)
	write .dockerignore "$rules\n"
	as 1 "$bottle" trust "$dockerfile" >/dev/null
	engine_docker a build -q -t bottle-agent-compared -f "$dockerfile" "$project" >/dev/null 2>"$work/err" || {
		ok 1 "docker builds with '$shown'"
		sed 's/^/# /' "$work/err"
		continue
	}
	built '%y %P\n' | sed -n 's/^[fl] //p' >"$work/docker-had"
	# docker sends these two, and takes them away again if the rules say so.
	listed | grep -vxE '\.dockerignore|Dockerfile' >"$work/we-had"
	grep -vxE '\.dockerignore|Dockerfile' "$work/docker-had" >"$work/had"
	LC_ALL=C sort -o "$work/had" "$work/had"
	LC_ALL=C sort -o "$work/we-had" "$work/we-had"
	is "$(LC_ALL=C comm -23 "$work/had" "$work/we-had")" "" "'$shown': docker had nothing that is not listed"
	[ "$exact" = more ] || is "$(LC_ALL=C comm -13 "$work/had" "$work/we-had")" "" "'$shown': nothing more is listed"
	forget
done <<'END'
same|
same|*.md
same|*.md\n!README*.md\nREADME-secret.md
same|*.key
same|**/*.key
same|*/*.key
same|a
same|a/
same|/a/b
same|./a//b/
same|a/../secrets
same|**
same|*
same|*\n!a
same|*\n!a/b
same|a\n!a/b/c\na/b/c/x.go
more|**\n!**/*.go
same|a/**/c
same|**/b
same|**/node_modules
same|?
same|a?b
same|*.py[co]\n**/*.py[co]
same|[a-c]*
same|[^a-z]*
same|# a\n#b
same| \ta \r
same|\\*\nsp ace
same|a/*\n!a/b
same|\\.env\n**/.env
same|axb\n!axb
more|**secret
more|a\\d
more|[!a]*
END
done_testing

#!/bin/bash
# Every command as its user sees it on a terminal, each with a wrong use of it beside it: what tmux shows, printed
# as plain text. `make terminal` keeps it as docs/terminal.txt. Runs as root inside the machine; nothing is a stand-in.
set -u
cd "$(dirname "$0")" || exit 1

home=/home/alice
columns=110

tm() {
	runuser -u alice -- env -i HOME=$home USER=alice LANG=C.UTF-8 TERM=xterm PATH=/usr/local/bin:/usr/bin:/bin tmux -L show "$@"
}

# shown TEXT: type TEXT, wait for the prompt, print what the terminal shows
shown() {
	tm send-keys -t show -l -- "$1"
	tm send-keys -t show Enter
	timeout "${2:-300}" runuser -u alice -- env -i HOME=$home PATH=/usr/bin:/bin tmux -L show wait-for prompt || {
		echo "not ok: no prompt after: $1" >&2
		failed=1
	}
	tm capture-pane -p -t show -S - | sed -e 's/[[:space:]]*$//' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' | sed -e '$d' -e '1s/^/$ /'
	tm send-keys -t show -R
	tm clear-history -t show
	echo
}

title() {
	printf '== %s\n\n' "$*"
}

failed=0
mkdir -p $home/job/src
cat >$home/job/bottle.yaml <<'YAML'
version: 1
name: web
agent:
  image: bottle-demo-agent:latest
  mounts: [{host: ./src, guest: /workspace}]
  cpus: 1
  memory: 512
bundle:
  image: bottle-demo-bundle:latest
  publish: {proxy: 8888}
YAML
cat >$home/shell <<'RC'
PS1='$ '
PROMPT_COMMAND='if [ -n "${ran-}" ]; then tmux -L show wait-for -S prompt; fi; ran=1'
cd ~/job
RC
chown -R alice: $home/job $home/shell
chmod 700 $home # a writable mount is not for everybody
tm new-session -d -s show -x $columns -y 50 "bash --noprofile --rcfile $home/shell"
sleep 2
tm send-keys -t show -R
tm clear-history -t show

echo "Every command on a terminal, and a wrong use of each."
echo "Made by \`make terminal\`: $(bottle version), smolvm $(smolvm --version | cut -d' ' -f2), Docker $(docker version -f '{{.Server.Version}}'), Debian $(cat /etc/debian_version) in the lab machine ($(uname -rm))."
echo
while IFS= read -r line; do
	case $line in
	'') ;;
	'== '*) title "${line#== }" ;;
	*) shown "$line" 900 ;;
	esac
done <terminal.commands
tm kill-server
exit $failed

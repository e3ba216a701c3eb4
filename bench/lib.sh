# shellcheck shell=sh
# What a part of the benchmark writes down. Sourced, by sh and by bash, here and in the lab's machine, where no Python
# is: so it is lines in files of the folder $BENCH_INTO, and bench/record.py makes the JSON of them on the host.
#
#	samples/NAME_UNIT	one number a line, in the order of the rounds
#	rows			what is compared with what, see row
#	figures			medians that are told beside the table
#	machine, versions	KEY <tab> TEXT

sample() { # NAME_UNIT NUMBER...
	sample_file=$BENCH_INTO/samples/$1
	shift
	mkdir -p "$BENCH_INTO/samples"
	printf '%s\n' "$@" >>"$sample_file"
}

# row ID KIND GOAL OURS AGAINST WHAT OURS-IN-WORDS AGAINST-IN-WORDS WHY
#
# KIND says how the ratio is made of the medians of the samples OURS and AGAINST, and on which side of GOAL it is met:
#	faster	AGAINST / OURS, at least GOAL
#	cost	OURS / AGAINST, at most GOAL
#	limit	no ratio: OURS itself, at most GOAL; AGAINST is -
# GOAL - is none: the row is there to be read beside the others. WHY is told when the goal is missed: {EXPRESSION} in it
# is computed of medians, by name.
row() {
	[ $# -eq 9 ] || { echo "bench: row $1: $# words" >&2 && exit 70; }
	(IFS='	' && printf '%s\n' "$*") >>"$BENCH_INTO/rows"
}

figure() { # NAME_UNIT TEXT
	printf '%s\t%s\n' "$1" "$2" >>"$BENCH_INTO/figures"
}

version() { # PROGRAM TEXT
	printf '%s\t%s\n' "$1" "$2" >>"$BENCH_INTO/versions"
}

# The machine that it runs on; FOLDER is where the part keeps its files.
machine() { # FOLDER
	{
		printf 'processor\t%s\n' "$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)"
		printf 'processors\t%s\n' "$(getconf _NPROCESSORS_ONLN)"
		printf 'memory\t%s MiB\n' "$(awk '$1 == "MemTotal:" { printf "%d", $2 / 1024 }' /proc/meminfo)"
		printf 'kernel\t%s\n' "$(uname -sr)"
		printf 'system\t%s\n' "$(. /etc/os-release && echo "$PRETTY_NAME")"
		printf 'files on\t%s\n' "$(stat -f -c %T "$1")"
		printf 'load at the start\t%s\n' "$(cut -d' ' -f1 /proc/loadavg)"
	} >"$BENCH_INTO/machine"
}

now_us() {
	echo $(($(date +%s%N) / 1000))
}
